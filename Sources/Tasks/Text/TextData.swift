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
  private let fitting: TextFitting
  /// The rows of a batch.
  var batchSize: Int { fitting.batchSize }
  var validationSplit: Double { fitting.validationSplit }

  /// A new text.
  ///
  /// - Parameters:
  ///   - vocabulary: That of a model; one of the symbols that the text has if `nil`.
  ///   - batchSize: Fewer where the plan lets a short text have them.
  /// - Throws: `FileError`, or `ConfigurationError` if it is too short.
  init(
    _ plan: TextTask, vocabulary: Vocabulary? = nil, batchSize: Int, validationSplit: Double
  ) throws {
    guard (1...ModelConfiguration.largestAxis).contains(plan.sequenceLength) else {
      throw ConfigurationError(
        "the sequence length is \(plan.sequenceLength); it must be from 1 to "
          + "\(ModelConfiguration.largestAxis)")
    }
    let text = try TextSymbols(
      plan.files, level: plan.level, vocabulary: vocabulary, vocabularySize: plan.vocabularySize,
      encoding: plan.embedding == nil ? .oneHot : .number, validationSplit: validationSplit)
    let planned = TextFitting(
      batchSize: batchSize, sequenceLength: plan.sequenceLength, validationSplit: validationSplit)
    let fitting = try planned.fitted(to: text.count, of: plan)
    var task = plan
    (task.sequenceLength, task.digest) = (fitting.sequenceLength, text.digest)
    if plan.level == .subword {
      text.prepare(readers: 1, length: 1)
      let end = try fitting.trainingEnd(of: text.count)
      task.charactersPerSymbol = try text.charactersPerSymbol(
        end < text.count ? end..<text.count : 0..<text.count)
    }
    try self.init(task, text, fitting, isStateful: plan.isStateful)
    note = fitting.note(plan.files, symbols: text.count, planned: planned)
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
      task, text,
      TextFitting(
        batchSize: checkpoint.task?.options.batchSize ?? 1, sequenceLength: task.sequenceLength,
        validationSplit: checkpoint.task?.validationSplit ?? 0),
      isStateful: checkpoint.configuration.isStateful)
  }

  private init(
    _ task: TextTask, _ text: TextSymbols, _ fitting: TextFitting, isStateful: Bool
  ) throws {
    let batchSize = fitting.batchSize
    guard (1...ModelConfiguration.largestAxis).contains(batchSize) else {
      throw ConfigurationError(
        "the batch size is \(batchSize); it must be from 1 to \(ModelConfiguration.largestAxis)")
    }
    let sequenceLength = task.sequenceLength
    self.task = task
    self.text = text
    self.fitting = fitting
    vocabulary = text.vocabulary
    self.isStateful = isStateful
    let end = try fitting.trainingEnd(of: text.count)
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

  /// The numbers of the first symbols of the text.
  ///
  /// - Throws: `FileError` if it cannot be read.
  func beginning(symbols: Int) throws -> [Int] {
    var numbers: [Int] = []
    try text.read(at: 0, length: min(symbols, text.count), reader: 0) { numbers.append(Int($1)) }
    return numbers
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
