import Checkpoints
import Files
import Recurrent

/// A text to train on.
struct TextData: TrainingData {
  let task: any LearningTask
  let samples: any SampleSource
  let validation: (any SampleSource)?
  let vocabulary: Vocabulary?
  private let text: TextSymbols
  private let training: TextSamples
  private let isStateful: Bool
  /// What was made smaller for a short text; `nil` if nothing.
  private(set) var note: String?
  /// The rows of a batch.
  let batchSize: Int

  /// A new text.
  ///
  /// - Parameter batchSize: Fewer where the plan lets a short text have them.
  /// - Throws: `FileError`, or `ConfigurationError` if it is too short.
  init(_ plan: TextTask, batchSize: Int, validationSplit: Double) throws {
    guard (1...ModelConfiguration.largestAxis).contains(plan.sequenceLength) else {
      throw ConfigurationError(
        "the sequence length is \(plan.sequenceLength); it must be from 1 to "
          + "\(ModelConfiguration.largestAxis)")
    }
    let text = try TextSymbols(
      plan.files, level: plan.level, vocabulary: nil, vocabularySize: plan.vocabularySize,
      encoding: plan.embedding == nil ? .oneHot : .number)
    let end = try Self.trainingEnd(of: text, validationSplit: validationSplit)
    let fitting = plan.fitting(
      training: end, validation: text.count - end, batchSize: batchSize)
    var task = plan
    (task.sequenceLength, task.digest) = (fitting.sequenceLength, text.digest)
    try self.init(
      task, text, batchSize: fitting.batchSize, isStateful: plan.isStateful,
      validationSplit: validationSplit)
    if fitting != (batchSize, plan.sequenceLength) {
      note =
        "\(plan.files.joined(separator: ", ")): \(text.count) symbols are few: batches of "
        + "\(fitting.batchSize) × \(fitting.sequenceLength) in place of \(batchSize) × "
        + "\(plan.sequenceLength)"
    }
  }

  /// The text of a checkpoint.
  ///
  /// - Throws: `FileError` if it is not there any more, or has a symbol that the model does not know.
  init(_ task: TextTask, of checkpoint: Checkpoint) throws {
    let text = try TextSymbols(
      task.files, level: task.level, vocabulary: checkpoint.vocabulary, vocabularySize: nil,
      encoding: checkpoint.vocabulary?.encoding ?? .oneHot)
    var task = task
    task.digest = text.digest
    try self.init(
      task, text, batchSize: checkpoint.task?.options.batchSize ?? 1,
      isStateful: checkpoint.configuration.isStateful,
      validationSplit: checkpoint.task?.validationSplit ?? 0)
  }

  private init(
    _ task: TextTask, _ text: TextSymbols, batchSize: Int, isStateful: Bool, validationSplit: Double
  ) throws {
    guard (1...ModelConfiguration.largestAxis).contains(batchSize) else {
      throw ConfigurationError(
        "the batch size is \(batchSize); it must be from 1 to \(ModelConfiguration.largestAxis)")
    }
    let sequenceLength = task.sequenceLength
    self.task = task
    self.text = text
    self.batchSize = batchSize
    vocabulary = text.vocabulary
    self.isStateful = isStateful
    let end = try Self.trainingEnd(of: text, validationSplit: validationSplit)
    let batch = isStateful ? batchSize : nil
    training = try TextSamples(
      text, range: 0..<end, sequenceLength: sequenceLength, statefulBatch: batch,
      what: end < text.count ? "the part of the text to train on" : "the text")
    samples = training
    validation =
      try end < text.count
      ? TextSamples(
        text, range: end..<text.count, sequenceLength: sequenceLength, statefulBatch: batch,
        what: "the part of the text for validation") : nil
    text.prepare(readers: batchSize, length: sequenceLength + 1)
  }

  /// The symbols to train on. In a single symbol for validation there is nothing to predict: none is then kept.
  private static func trainingEnd(of text: TextSymbols, validationSplit: Double) throws -> Int {
    let end = try validationStart(of: text.count, split: validationSplit)
    return text.count - end == 1 ? text.count : end
  }

  /// Each row goes on with the symbol that follows in its stretch of the text.
  func stream(of trainer: Trainer) throws -> StreamPosition? {
    guard isStateful, trainer.optimizer.iterations > 0 else { return nil }
    let batch = trainer.options.batchSize
    let updates =
      trainer.progress.updateInEpoch == 0
      ? trainer.updatesPerEpoch : trainer.progress.updateInEpoch
    let next = try (0..<batch).map { row in
      var number = 0
      try text.read(
        at: training.position(of: (updates - 1) * batch + row) + training.timeSteps, length: 1,
        reader: row
      ) { number = Int($1) }
      return [number]
    }
    return StreamPosition(.symbols(StreamPosition.Symbols(next: next)))
  }
}
