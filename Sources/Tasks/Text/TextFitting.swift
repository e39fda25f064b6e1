import Recurrent

/// How a text is cut into samples, and what is kept of it for validation.
struct TextFitting: Equatable {
  /// The rows of a batch.
  var batchSize: Int
  /// The symbols of a sample.
  var sequenceLength: Int
  var validationSplit: Double

  /// The updates of an epoch that a short text is to have.
  private static let updates = 20
  /// The symbols that a sample keeps for the sake of more updates.
  private static let leastLength = 10

  /// The symbols to train on. In a single symbol for validation there is nothing to predict: none is then kept.
  ///
  /// - Throws: `ConfigurationError` if the split is not a fraction.
  func trainingEnd(of symbols: Int) throws(ConfigurationError) -> Int {
    let end = try validationStart(of: symbols, split: validationSplit)
    return symbols - end == 1 ? symbols : end
  }

  /// What fits a text, as far as its task may change it: the same if there is a full batch in each part of the text.
  /// Otherwise nothing is kept for validation if that would be shorter than a sample; batches are made small enough for
  /// ``updates`` updates an epoch; and samples are made short enough that each part has one for each row, and that the
  /// single row which is left has as many updates, but not shorter than ``leastLength`` for that.
  ///
  /// - Throws: `ConfigurationError` if the split is not a fraction.
  func fitted(to symbols: Int, of task: TextTask) throws(ConfigurationError) -> TextFitting {
    var fitted = self
    var end = try trainingEnd(of: symbols)
    if task.mayDropValidation, validationSplit > 0, symbols - end <= sequenceLength {
      fitted.validationSplit = 0
      end = symbols
    }
    let shortest = (end < symbols ? min(end, symbols - end) : end) - 1
    guard sequenceLength > 0, batchSize > 0, shortest > 0,
      batchSize.multipliedReportingOverflow(by: sequenceLength).partialValue > shortest
    else { return fitted }
    if task.mayShrinkBatches {
      let rows = min(batchSize, end / (Self.updates * sequenceLength))
      fitted.batchSize = max(1, task.isStateful ? min(rows, shortest / sequenceLength) : rows)
    }
    if task.mayShortenSamples {
      let most = shortest / (task.isStateful ? fitted.batchSize : 1)
      let forUpdates =
        task.isStateful && fitted.batchSize == 1
        ? max(Self.leastLength, end / Self.updates) : sequenceLength
      fitted.sequenceLength = max(1, min(sequenceLength, most, forUpdates))
    }
    return fitted
  }

  /// What was made smaller for a short text, in words.
  func note(_ files: [String], symbols: Int, planned: TextFitting) -> String? {
    guard self != planned else { return nil }
    return "\(files.joined(separator: ", ")): \(symbols) symbols are few: batches of "
      + "\(batchSize) × \(sequenceLength) in place of \(planned.batchSize) × "
      + "\(planned.sequenceLength)"
      + (validationSplit == planned.validationSplit ? "" : ", nothing kept for validation")
  }
}
