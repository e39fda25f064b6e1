import Files
import Tasks

/// A chart as an SVG document.
struct ChartDrawing {
  private let chart: Chart
  private let size: Chart.Size
  private let columns: Int

  private static let fontSize = 12.0
  private static let titleSize = 15.0
  /// Between what stands beside each other.
  private static let gap = 8.0

  init(_ chart: Chart, size: Chart.Size) {
    (self.chart, self.size) = (chart, size)
    columns = chart.panels.count < 4 ? 1 : chart.panels.count < 9 ? 2 : 3
  }

  var svg: String {
    let legend = self.legend()
    let lines = (chart.panels.count + columns - 1) / columns
    let top = legend.bottom
    // One series fills the picture.
    let rowHeight = lines == 1 ? max(size.height - top, 60) : max(size.height * 0.6, 120)
    let height = top + rowHeight * Double(max(1, lines))
    let width = size.width / Double(columns)
    let panels = chart.panels.enumerated().map { index, panel in
      let origin = (
        x: Double(index % columns) * width, y: top + Double(index / columns) * rowHeight
      )
      return ChartPanelDrawing(
        panel, chart, x: origin.x, y: origin.y, width: width, height: rowHeight,
        hasTitle: chart.panels.count > 1, clip: "plot\(index)"
      ).svg
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(fixed(size.width, 0))" height="\(fixed(height, 0))" \
      viewBox="0 0 \(fixed(size.width, 0)) \(fixed(height, 0))" font-family="\(SVGText.fonts)" \
      font-size="\(fixed(Self.fontSize, 0))">
      <rect width="100%" height="100%" fill="white"/>
      \(legend.svg)
      \(panels.joined(separator: "\n"))
      </svg>

      """
  }

  /// The title, and what lines and bands are, in as many lines as they need.
  private func legend() -> (svg: String, bottom: Double) {
    let room = size.width - 4 * Self.gap
    let title = SVGText.fitting(chart.title, width: room, size: Self.titleSize)
    var parts = [
      "<text x=\"\(fixed(2 * Self.gap, 1))\" y=\"24\" font-size=\"\(fixed(Self.titleSize, 0))\" "
        + "font-weight=\"bold\">\(SVGText.escaped(title))</text>"
    ]
    var (x, y) = (2 * Self.gap, 44.0)
    var seen: Set<String> = []
    func add(_ name: String, _ sample: (Double, Double) -> String) {
      guard seen.insert(name).inserted else { return }
      let width = 30 + SVGText.width(name, size: Self.fontSize)
      if x > 2 * Self.gap, x + width > size.width - 2 * Self.gap { (x, y) = (2 * Self.gap, y + 18) }
      parts.append(
        sample(x, y - 4) + "<text x=\"\(fixed(x + 28, 1))\" y=\"\(fixed(y, 1))\">"
          + "\(SVGText.escaped(SVGText.fitting(name, width: room - 30, size: Self.fontSize)))</text>"
      )
      x += width + 2 * Self.gap
    }
    for line in chart.panels.flatMap(\.lines) {
      add(line.name) { x, y in
        "<line x1=\"\(fixed(x, 1))\" x2=\"\(fixed(x + 22, 1))\" y1=\"\(fixed(y, 1))\" y2=\"\(fixed(y, 1))\" "
          + "\(line.style.stroke)/>"
      }
    }
    for band in chart.panels.flatMap(\.bands) {
      add(band.name) { x, y in
        "<rect x=\"\(fixed(x, 1))\" y=\"\(fixed(y - 6, 1))\" width=\"22\" height=\"12\" \(Chart.Band.fill)/>"
      }
    }
    return (parts.joined(separator: "\n"), y + 10)
  }
}

extension Chart.Line.Style {
  /// Colours that those who see no red or green tell from each other.
  var color: String {
    switch self {
    case .known: "#333333"
    case .forecast: "#1f77b4"
    case .farForecast: "#e07b00"
    case .baseline: "#999999"
    }
  }

  var stroke: String {
    "fill=\"none\" stroke=\"\(color)\" stroke-width=\"1.5\" stroke-linejoin=\"round\""
      + (self == .baseline ? " stroke-dasharray=\"5 3\"" : "")
  }
}

extension Chart.Band {
  static let fill = "fill=\"#1f77b4\" fill-opacity=\"0.2\""
}
