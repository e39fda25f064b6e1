import Files
import Tasks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Forecasts as a drawing: what is known, what is forecast, and where the truth will be.
package struct ForecastChart {
  private static let width = 800.0
  private static let height = 320.0
  /// Left for the numbers of the axes.
  private static let (left, right, top, bottom) = (70.0, 20.0, 30.0, 40.0)
  /// The most numbers at an axis.
  private static let marks = 6

  private let forecasts: [Forecast]

  package init(_ forecasts: [Forecast]) { self.forecasts = forecasts }

  /// An SVG document, with a panel for each series.
  package var svg: String {
    let height = Self.height * Double(max(1, forecasts.count))
    let panels = forecasts.enumerated().map { index, forecast in
      "<g transform=\"translate(0 \(fixed(Double(index) * Self.height, 0)))\">\n\(panel(forecast))</g>\n"
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(fixed(Self.width, 0)) \(fixed(height, 0))" \
      font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      \(panels.joined())</svg>

      """
  }

  private func panel(_ forecast: Forecast) -> String {
    let known = forecast.known.map(\.value)
    let values = forecast.steps.map(\.value)
    let ends = forecast.steps.compactMap(\.interval).flatMap { [$0.lowerBound, $0.upperBound] }
    let all = (known + values + ends).filter(\.isFinite)
    let scale = Scale(all, steps: known.count + values.count)
    var parts: [String] = []
    for mark in scale.marks {
      let y = fixed(scale.y(mark), 1)
      parts.append(
        "<line x1=\"\(fixed(Self.left, 0))\" x2=\"\(fixed(Self.width - Self.right, 0))\" y1=\"\(y)\" y2=\"\(y)\" "
          + "stroke=\"#ddd\"/><text x=\"\(fixed(Self.left - 8, 0))\" y=\"\(y)\" dy=\"4\" "
          + "text-anchor=\"end\">\(scale.label(mark))</text>")
    }
    if ends.count == 2 * values.count {
      let upper = forecast.steps.indices.map { point($0, ends[2 * $0 + 1], known.count, scale) }
      let lower = forecast.steps.indices.map { point($0, ends[2 * $0], known.count, scale) }
      parts.append(
        "<polygon points=\"\((upper + lower.reversed()).joined(separator: " "))\" fill=\"#1f77b4\" "
          + "fill-opacity=\"0.2\"/>")
    }
    parts.append(line(known.indices.map { point($0, known[$0], 0, scale) }, color: "#333"))
    // The forecast begins at what is known.
    let before = known.indices.suffix(1).map { point($0, known[$0], 0, scale) }
    parts.append(
      line(
        before + values.indices.map { point($0, values[$0], known.count, scale) },
        color: "#1f77b4"))
    let dates = [forecast.known.first?.date, forecast.known.last?.date, forecast.steps.last?.date]
    for (date, step) in zip(dates, [0, known.count - 1, known.count + values.count - 1]) {
      guard let date, step >= 0 else { continue }
      parts.append(
        "<text x=\"\(fixed(scale.x(step), 1))\" y=\"\(fixed(Self.height - 15, 0))\" "
          + "text-anchor=\"middle\">\(escaped(date))</text>")
    }
    if !forecast.key.isEmpty {
      parts.append(
        "<text x=\"\(fixed(Self.left, 0))\" y=\"20\" font-weight=\"bold\">\(escaped(forecast.key))</text>"
      )
    }
    return parts.joined(separator: "\n") + "\n"
  }

  private func point(_ step: Int, _ value: Double, _ first: Int, _ scale: Scale) -> String {
    "\(fixed(scale.x(first + step), 1)),\(fixed(scale.y(value), 1))"
  }

  private func line(_ points: [String], color: String) -> String {
    "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"\(color)\" "
      + "stroke-width=\"1.5\"/>"
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  /// Where steps and values are.
  private struct Scale {
    let least: Double
    let range: Double
    let steps: Int
    let step: Double

    init(_ values: [Double], steps: Int) {
      let (least, most) = (values.min() ?? 0, values.max() ?? 1)
      let range = most > least ? most - least : max(1, abs(most))
      // 1, 2 or 5 times a power of ten.
      let rough = range / Double(ForecastChart.marks)
      let power = pow(10, log10(rough).rounded(.down))
      step = ([1, 2, 5, 10].first { $0 * power >= rough } ?? 10) * power
      self.least = (least / step).rounded(.down) * step
      self.range = max(step, (most / step).rounded(.up) * step - self.least)
      self.steps = max(2, steps)
    }

    func x(_ step: Int) -> Double {
      ForecastChart.left
        + (ForecastChart.width - ForecastChart.left - ForecastChart.right) * Double(step)
        / Double(steps - 1)
    }

    func y(_ value: Double) -> Double {
      ForecastChart.height - ForecastChart.bottom
        - (ForecastChart.height - ForecastChart.top - ForecastChart.bottom) * (value - least)
        / range
    }

    var marks: [Double] {
      (0...Int((range / step).rounded())).map { least + Double($0) * step }
    }

    func label(_ mark: Double) -> String {
      fixed(mark, max(0, Int(-log10(step).rounded(.down))))
    }
  }
}
