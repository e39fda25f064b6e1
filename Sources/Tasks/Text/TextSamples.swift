import Recurrent

/// Runs of a text with the symbol that follows each of theirs.
///
/// In a stateful model every row of a batch reads a stretch of its own, window after window, and the state goes
/// on from each to the next, as in char-rnn. Otherwise the windows stand for themselves, one behind the other.
struct TextSamples: SampleSource {
  let samples: Int
  let timeSteps: Int
  let features: Int
  var targetSteps: Int { timeSteps }
  let targetUnits = 0
  private let text: TextSymbols
  /// The first symbol.
  private let first: Int
  /// The rows that read stretches of their own; `nil` if windows stand for themselves.
  private let stretches: Int?
  var givesSymbols: Bool { !text.vocabulary.isScaled }

  /// - Parameters:
  ///   - range: The symbols to take.
  ///   - statefulBatch: The rows of a batch of a stateful model.
  /// - Throws: `ConfigurationError` if there are too few.
  init(
    _ text: TextSymbols, range: Range<Int>, sequenceLength: Int, statefulBatch: Int?, what: String
  ) throws(ConfigurationError) {
    let rows = statefulBatch ?? 1
    let windows = max(0, range.count - 1) / (sequenceLength * rows)
    guard windows >= 1 else {
      throw ConfigurationError(
        "\(what) has \(range.count) symbols; a batch of \(rows) × \(sequenceLength) needs "
          + "\(rows * sequenceLength + 1) (take smaller batches or shorter samples)")
    }
    self.text = text
    first = range.lowerBound
    stretches = statefulBatch
    samples = windows * rows
    timeSteps = sequenceLength
    features = text.vocabulary.features
  }

  /// Where a sample begins in the text.
  func position(of sample: Int) -> Int {
    guard let stretches else { return first + sample * timeSteps }
    let windows = samples / stretches
    return first + (sample % stretches * windows + sample / stretches) * timeSteps
  }

  /// Symbols are numbers of the vocabulary always.
  func checkTargets(output: Int, loss: Loss, units: Int) throws(ConfigurationError) {
    guard units == text.vocabulary.symbols.count else {
      throw ConfigurationError(
        "the text has \(text.vocabulary.symbols.count) symbols, the model gives \(units)")
    }
  }

  func load(_ batch: SampleBatch) throws {
    try text.files.checkUnchanged()
    let rows = batch.rows
    for row in 0..<rows {
      try text.read(
        at: position(of: batch.sample(row)), length: timeSteps + 1, reader: row
      ) { step, number in
        if step < timeSteps {
          let place = step * rows + row
          if let symbols = batch.symbols {
            symbols[place] = number
          } else {
            batch.input[place] = text.vocabulary.encode(Int(number))
          }
        }
        if step > 0 { batch.classes[(step - 1) * rows + row] = number }
      }
    }
  }
}
