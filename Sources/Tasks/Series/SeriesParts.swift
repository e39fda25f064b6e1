import Recurrent

/// The rows of a series that are learnt from, validated on and tested on, one part after the other in time.
///
/// A forecast belongs to the part of the rows that it forecasts; what it looks back on may lie in the part before.
struct SeriesParts: Equatable {
  let training: Range<Int>
  let validation: Range<Int>
  let test: Range<Int>

  /// - Throws: `ConfigurationError` if a split is out of range.
  init(rows: Int, validationSplit: Double, testSplit: Double) throws(ConfigurationError) {
    let testStart = try validationStart(of: rows, split: testSplit)
    let held = rows - (try validationStart(of: rows, split: validationSplit))
    let end = max(0, testStart - held)
    training = 0..<end
    validation = end..<testStart
    test = testStart..<rows
  }
}
