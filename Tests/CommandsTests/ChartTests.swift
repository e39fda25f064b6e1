import Foundation
import TestSupport
import Testing

@testable import CommandLine
@testable import Tasks

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Charts of forecasts: what is drawn lies within the picture, and labels do not touch each other.
@Suite struct ChartTests {
  /// What a text element of SVG says and where it is.
  private struct Label {
    let text: String
    let x: Double
    let y: Double
    let anchor: String

    var span: ClosedRange<Double> {
      let width = SVGText.width(text, size: 12)
      let first = anchor == "middle" ? x - width / 2 : anchor == "end" ? x - width : x
      return first...first + width
    }
  }

  private func attribute(_ name: String, of element: XMLParserElement) -> Double {
    element.attributes[name].flatMap { Double($0) } ?? 0
  }

  /// All elements of a document, which must be XML.
  private func elements(_ svg: String) throws -> [XMLParserElement] {
    let reader = ElementReader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    return reader.elements
  }

  private func check(_ chart: Chart, size: Chart.Size) throws {
    let elements = try elements(ChartDrawing(chart, size: size).svg)
    let picture = try #require(elements.first)
    let (width, height) = (attribute("width", of: picture), attribute("height", of: picture))
    #expect(width == size.width)
    var rows: [Double: [ClosedRange<Double>]] = [:]
    for element in elements where element.name == "text" && element.attributes["font-size"] == nil {
      let label = Label(
        text: element.text.trimmingCharacters(in: .newlines), x: attribute("x", of: element),
        y: attribute("y", of: element),
        anchor: element.attributes["text-anchor"] ?? "start")
      #expect(label.span.lowerBound >= -1 && label.span.upperBound <= width + 1, "\(label)")
      #expect((0...height).contains(label.y), "\(label)")
      rows[label.y, default: []].append(label.span)
    }
    for spans in rows.values.map({ $0.sorted { $0.lowerBound < $1.lowerBound } }) {
      for (one, next) in zip(spans, spans.dropFirst()) {
        #expect(one.upperBound <= next.lowerBound, "\(one) touches \(next)")
      }
    }
    for element in elements where ["polyline", "polygon"].contains(element.name) {
      for point in (element.attributes["points"] ?? "").split(separator: " ") {
        let place = point.split(separator: ",").compactMap { Double($0) }
        #expect(place.count == 2 && place.allSatisfy(\.isFinite))
        #expect((0...width).contains(place[0]) && (0...height).contains(place[1]))
      }
    }
  }

  private static let sizes = [(300, 200), (800, 400), (1600, 700)]

  private func forecast(
    _ values: [Double], dates: [String]?, steps: Int, key: String = "", season: Int? = nil
  ) -> Forecast {
    let last = values.last ?? 0
    return Forecast(
      key: key, known: values.enumerated().map { (dates?[$0], $1) },
      steps: (0..<steps).map { step in
        Forecast.Step(
          date: dates?[values.count + step], value: last,
          interval: last - abs(last) * 0.1...last + abs(last) * 0.1)
      }, season: season, dateProblem: nil)
  }

  private func months(_ count: Int) -> [String] {
    (0..<count).map { row in
      let month = row % 12 + 1
      return "\(1949 + row / 12)-\(month < 10 ? "0" : "")\(month)"
    }
  }

  @Test func anyValuesAreDrawn() throws {
    let wave = (0..<144).map { sin(Double($0) / 6) }
    let all: [[Double]] = [
      wave, [5], [0], [Double](repeating: 7, count: 50), wave.map { $0 * 1e6 + 3e6 },
      wave.map { $0 * 1e-6 }, wave.map { $0 - 100 }, wave.map { $0 * 1e-3 + 1e6 },
      wave.map { $0 * 1e300 }, [1, .nan, 3, 4, .infinity, 6], (0..<5000).map { Double($0 % 97) },
    ]
    for values in all {
      for (width, height) in Self.sizes {
        for hasDates in [true, false] {
          let dates = hasDates ? months(values.count + 12) : nil
          let chart = try ForecastChart(
            [forecast(values, dates: dates, steps: 12, season: 12)],
            target: "passengers & others <1000>", dates: "month", coverage: 0.9, rows: 5000,
            range: nil
          ).chart
          try check(chart, size: Chart.Size(width: Double(width), height: Double(height)))
        }
      }
    }
  }

  @Test(arguments: [2, 3, 4, 9, 24])
  func severalSeriesHavePanels(count: Int) throws {
    let forecasts = (0..<count).map {
      forecast(
        [1, 3, 2, 5], dates: months(8), steps: 4,
        key: "series with a rather long name, number \($0)")
    }
    for (width, height) in Self.sizes {
      let chart = try ForecastChart(
        forecasts, target: String(repeating: "value ", count: 40), dates: "month", coverage: 0.95,
        rows: 100, range: nil
      ).chart
      #expect(chart.panels.count == count)
      try check(chart, size: Chart.Size(width: Double(width), height: Double(height)))
    }
  }

  @Test func rangesChooseRows() throws {
    let values = (0..<144).map { Double($0) }
    func rows(_ range: String) throws -> Int {
      try ForecastChart(
        [forecast(values, dates: months(156), steps: 12)], target: "value", dates: "month",
        coverage: 0.9, rows: 1000, range: range
      ).chart.panels[0].rows
    }
    #expect(try rows("1955-01:1956-12") == 24)
    #expect(try rows("1960:") == 24)
    #expect(try rows(":1949") == 12)
    #expect(try rows("1949-03:1949-03") == 1)
    for wrong in ["1955", "a:b", "1970:1980", "1956:1955"] {
      #expect(throws: (any Error).self) { try rows(wrong) }
    }
  }

  /// Years at years, not at every twelfth row.
  @Test func marksAreAtRoundDates() throws {
    let axis = try #require(DateAxis(Array(months(48).dropFirst(5))))
    let marks = axis.marks().map { $0.map(\.label) }
    #expect(marks.contains(["1950", "1951", "1952"]))
    #expect(marks.contains { $0.prefix(2) == ["1949-07", "1949-10"] })
    let numbers = try #require(DateAxis((93...207).map(String.init)))
    #expect(numbers.marks().contains { $0.map(\.label) == ["100", "150", "200"] })
  }
}

private struct XMLParserElement {
  let name: String
  let attributes: [String: String]
  var text = ""
}

private final class ElementReader: NSObject, XMLParserDelegate {
  var elements: [XMLParserElement] = []

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) { elements.append(XMLParserElement(name: name, attributes: attributes)) }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    guard !elements.isEmpty else { return }
    elements[elements.count - 1].text += string
  }
}
