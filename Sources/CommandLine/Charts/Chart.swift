/// A drawing of values over rows: a panel for each series.
package struct Chart {
  /// Values at rows.
  struct Line {
    enum Style: Hashable {
      case known, forecast, farForecast, baseline
    }

    let name: String
    let style: Style
    /// The row of the first value, from 0.
    let first: Int
    let values: [Double]
  }

  /// What is between two values at each row.
  struct Band {
    let name: String
    /// The row of the first range, from 0.
    let first: Int
    let ranges: [ClosedRange<Double>]
  }

  struct Panel {
    let title: String
    /// Of the rows from the first to the last one; empty if they have none.
    let dates: [String]
    let rows: Int
    /// The number of the first row where rows have no dates.
    let firstNumber: Int
    var lines: [Line]
    var bands: [Band]
    /// The rows before what is forecast; `nil` if there is no such border.
    let border: Int?
  }

  /// How large it is.
  package struct Size: Equatable, Sendable {
    /// In pixels of the whole picture.
    package let width: Double
    /// Of the picture of one series, or of each line of panels of several.
    package let height: Double

    package static let standard = Size(width: 800, height: 400)

    package init(width: Double, height: Double) { (self.width, self.height) = (width, height) }
  }

  let title: String
  /// What values and rows are called.
  let valueName: String
  let rowName: String
  var panels: [Panel]

  /// More are too small to read.
  static let mostPanels = 24
}
