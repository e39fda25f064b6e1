import Files
import Tasks

/// One series of a chart: its axes, bands and lines.
struct ChartPanelDrawing {
  private let panel: Chart.Panel
  private let chart: Chart
  private let axis: ValueAxis
  /// The ends of the plot.
  private let left: Double
  private let right: Double
  private let top: Double
  private let bottom: Double
  private let x: Double
  private let y: Double
  private let width: Double
  private let hasTitle: Bool
  private let clip: String

  private static let fontSize = 12.0
  private static let gap = 8.0

  init(
    _ panel: Chart.Panel, _ chart: Chart, x: Double, y: Double, width: Double, height: Double,
    hasTitle: Bool, clip: String
  ) {
    (self.panel, self.chart, self.clip, self.hasTitle) = (panel, chart, clip, hasTitle)
    (self.x, self.y, self.width) = (x, y, width)
    top = y + (hasTitle ? 40 : 22)
    bottom = y + height - 2 * Self.fontSize - 3 * Self.gap
    var values = panel.lines.flatMap(\.values)
    for range in panel.bands.flatMap(\.ranges) { values += [range.lowerBound, range.upperBound] }
    axis = ValueAxis(values.filter(\.isFinite), most: max(1, Int((bottom - top) / 40)))
    let labels = axis.labels.map { SVGText.width($0, size: Self.fontSize) }.max() ?? 0
    left = x + 2 * Self.gap + min(labels, width * 0.6)
    right = x + width - 2 * Self.gap
  }

  var svg: String {
    let rectangle =
      "x=\"\(fixed(left, 1))\" y=\"\(fixed(top - 2, 1))\" width=\"\(fixed(max(1, right - left), 1))\" "
      + "height=\"\(fixed(max(1, bottom - top + 4), 1))\""
    var parts = ["<clipPath id=\"\(clip)\"><rect \(rectangle)/></clipPath>"]
    for part in [titles, valueMarks, rowMarks, border] { parts += part }
    parts.append("<g clip-path=\"url(#\(clip))\">")
    parts += bands
    parts += lines
    parts.append("</g>")
    return parts.joined(separator: "\n")
  }

  private var titles: [String] {
    var parts: [String] = []
    if hasTitle {
      let title = SVGText.fitting(panel.title, width: right - x - Self.gap, size: Self.fontSize)
      parts.append(
        text(title, x: x + 2 * Self.gap, y: y + 18, "font-weight=\"bold\""))
    }
    let unit = axis.unit.isEmpty ? "" : " (\(axis.unit))"
    let room = (right - x) - SVGText.width(unit, size: Self.fontSize) - 2 * Self.gap
    let value = SVGText.fitting(chart.valueName, width: room, size: Self.fontSize) + unit
    parts.append(text(value, x: x + 2 * Self.gap, y: top - 8, "fill=\"#666666\""))
    let row = SVGText.fitting(chart.rowName, width: right - left, size: Self.fontSize)
    parts.append(
      text(
        row, x: (left + right) / 2, y: bottom + 2 * Self.fontSize + 10,
        "fill=\"#666666\" text-anchor=\"middle\""))
    return parts
  }

  private var valueMarks: [String] {
    zip(axis.marks, axis.labels).map { mark, label in
      let y = fixed(place(mark), 1)
      return
        "<line x1=\"\(fixed(left, 1))\" x2=\"\(fixed(right, 1))\" y1=\"\(y)\" y2=\"\(y)\" stroke=\"#e5e5e5\"/>"
        + text(label, x: left - Self.gap / 2 - 2, y: place(mark) + 4, "text-anchor=\"end\"")
    }
  }

  private var border: [String] {
    guard let border = panel.border, border > 0, border < panel.rows else { return [] }
    let x = fixed((place(row: border - 1) + place(row: border)) / 2, 1)
    return [
      "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"\(fixed(top, 1))\" y2=\"\(fixed(bottom, 1))\" stroke=\"#bbbbbb\" "
        + "stroke-dasharray=\"2 3\"/>"
    ]
  }

  private func text(_ text: String, x: Double, y: Double, _ attributes: String = "") -> String {
    "<text x=\"\(fixed(x, 1))\" y=\"\(fixed(y, 1))\" \(attributes)>\(SVGText.escaped(text))</text>"
  }

  // MARK: - The axis of rows

  private var rowMarks: [String] {
    rowLabels.map { mark in
      let place = place(row: mark.row)
      let half = SVGText.width(mark.label, size: Self.fontSize) / 2
      // The first and the last label stay within the picture.
      let middle = min(max(place, x + half + 2), x + width - half - 2)
      return "<line x1=\"\(fixed(place, 1))\" x2=\"\(fixed(place, 1))\" y1=\"\(fixed(bottom, 1))\" "
        + "y2=\"\(fixed(bottom + 4, 1))\" stroke=\"#888888\"/>"
        + text(mark.label, x: middle, y: bottom + Self.fontSize + 5, "text-anchor=\"middle\"")
    }
  }

  /// The closest marks whose labels do not touch.
  private var rowLabels: [DateAxis.Mark] {
    let choices = choices
    return choices.first { $0.count > 1 && fits($0) } ?? choices.first { fits($0) } ?? []
  }

  private func fits(_ marks: [DateAxis.Mark]) -> Bool {
    var end = -Double.infinity
    for mark in marks {
      let half = SVGText.width(mark.label, size: Self.fontSize) / 2
      let middle = min(max(place(row: mark.row), x + half + 2), x + width - half - 2)
      if middle - half < end + Self.gap { return false }
      end = middle + half
    }
    return !marks.isEmpty
  }

  private var choices: AnySequence<[DateAxis.Mark]> {
    if let axis = DateAxis(panel.dates) { return AnySequence(axis.marks()) }
    // Dates that are not understood are texts; without any, rows have numbers.
    var steps: [Int] = []
    var power = 1
    while power <= panel.rows, power < 1_000_000_000 {
      steps += [1, 2, 5].map { $0 * power }
      power *= 10
    }
    return AnySequence(steps.lazy.map { numbers(at: $0) })
  }

  /// Marks at every so many rows. Dates that are not understood are texts; without any, rows have numbers.
  private func numbers(at step: Int) -> [DateAxis.Mark] {
    let rows = (0..<panel.rows).filter { (panel.firstNumber + $0) % step == 0 }
    return rows.map { row in
      let label = panel.dates.isEmpty ? "\(panel.firstNumber + row)" : panel.dates[row]
      return DateAxis.Mark(
        row: row, label: SVGText.fitting(label, width: 120, size: Self.fontSize))
    }
  }

  // MARK: - Lines

  private func place(row: Int) -> Double {
    panel.rows < 2
      ? (left + right) / 2 : left + (right - left) * Double(row) / Double(panel.rows - 1)
  }

  private func place(_ value: Double) -> Double {
    bottom - (bottom - top) * axis.fraction(value)
  }

  private func point(_ row: Int, _ value: Double) -> String {
    "\(fixed(place(row: row), 1)),\(fixed(place(value), 1))"
  }

  private var lines: [String] {
    panel.lines.flatMap { line in
      runs(line.values.map { ($0, $0) }).map { run -> String in
        guard run.count > 1 else {
          // One value is a point.
          let (row, value, _) = run[0]
          return
            "<circle cx=\"\(fixed(place(row: line.first + row), 1))\" cy=\"\(fixed(place(value), 1))\" "
            + "r=\"2.5\" fill=\"\(line.style.color)\"/>"
        }
        let points = reduced(run).flatMap { row, low, high in
          low == high
            ? [point(line.first + row, low)]
            : [point(line.first + row, low), point(line.first + row, high)]
        }
        return "<polyline points=\"\(points.joined(separator: " "))\" \(line.style.stroke)/>"
      }
    }
  }

  private var bands: [String] {
    panel.bands.flatMap { band in
      runs(band.ranges.map { ($0.lowerBound, $0.upperBound) }).map { run -> String in
        guard run.count > 1 else {
          let (row, low, high) = run[0]
          let x = place(row: band.first + row)
          return "<rect x=\"\(fixed(x - 3, 1))\" y=\"\(fixed(place(high), 1))\" width=\"6\" "
            + "height=\"\(fixed(max(1, place(low) - place(high)), 1))\" \(Chart.Band.fill)/>"
        }
        let all = reduced(run)
        let points =
          all.map { point(band.first + $0.row, $0.high) }
          + all.reversed().map { point(band.first + $0.row, $0.low) }
        return "<polygon points=\"\(points.joined(separator: " "))\" \(Chart.Band.fill)/>"
      }
    }
  }

  /// The rows of finite values, without gaps.
  private func runs(
    _ values: [(low: Double, high: Double)]
  ) -> [[(row: Int, low: Double, high: Double)]] {
    var runs: [[(row: Int, low: Double, high: Double)]] = []
    var isOpen = false
    for (row, value) in values.enumerated() {
      guard value.low.isFinite, value.high.isFinite else {
        isOpen = false
        continue
      }
      if !isOpen { runs.append([]) }
      isOpen = true
      runs[runs.count - 1].append((row, value.low, value.high))
    }
    return runs
  }

  /// At most two rows a pixel, with the least and the greatest of their values.
  private func reduced(
    _ run: [(row: Int, low: Double, high: Double)]
  ) -> [(row: Int, low: Double, high: Double)] {
    let most = max(2, Int((right - left) * 2))
    guard run.count > 2 * most else { return run }
    return (0..<most).map { index in
      let part = run[index * run.count / most..<(index + 1) * run.count / most]
      let first = part[part.startIndex]
      return part.reduce(first) { ($0.row, min($0.low, $1.low), max($0.high, $1.high)) }
    }
  }
}
