import Checkpoints
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Learning what follows in a text.
package struct TextTask: LearningTask {
  package static let mark = "text"
  package static let title = "texts"

  /// What a symbol is.
  package enum Level: String, CaseIterable, Codable, Sendable {
    /// A Unicode scalar.
    case character
    case byte
    /// A run of letters and digits, or another character; a single blank before it belongs to it.
    case word
  }

  /// Read one after the other; `-` is stdin.
  package var files: [String]
  package var level: Level
  /// The symbols of a sample: how far back an update looks.
  package var sequenceLength = 50
  /// XXH3-64 of the text, in hexadecimal digits; empty as long as it has not been read.
  package var digest = ""

  // What a new model is to be like; a file's model is as it is.

  /// Whether samples may be shorter, and batches smaller, where the text is too short for them.
  package var mayShortenSamples = false
  package var mayShrinkBatches = false
  /// Whether the state is carried from sample to sample through the whole text.
  package var isStateful = true
  /// The units of an embedding; symbols are one-hot if `nil`.
  package var embedding: Int?
  /// The most symbols that have a number of their own; all if `nil`.
  package var vocabularySize: Int?

  private enum CodingKeys: String, CodingKey {
    case files = "text"
    case level
    case sequenceLength = "sequence_length"
    case digest
  }

  /// - Parameter level: Words have an embedding and are the 10,000 most frequent ones unless you say otherwise.
  package init(files: [String], level: Level = .character) {
    self.files = files
    self.level = level
    guard level == .word else { return }
    embedding = 64
    vocabularySize = 10_000
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    files = try members.texts(.files)
    level = try members.decode(Level.self, forKey: .level)
    sequenceLength = try members.count(.sequenceLength)
    digest = try members.decode(String.self, forKey: .digest)
  }

  package static let dataNames = ["text"]

  package func reading(_ data: [String: [String]]) -> Self {
    var task = self
    task.files = data["text"] ?? files
    return task
  }

  package var facts: [(name: String, value: JSONValue)] {
    [
      ("text", .string(files.joined(separator: ", "))), ("level", .string(level.rawValue)),
      ("sequence length", .integer(sequenceLength)),
    ]
  }

  /// One layer of 128 units, batches of 50, a tenth of the text kept for validation.
  package func start(_ plan: TrainingPlan) throws -> TrainingStart {
    var task = self
    task.mayShrinkBatches = mayShrinkBatches && plan.batchSize == nil
    var settings = TrainingSettings(
      plan, units: [128], epochs: 10, batchSize: 50, shuffle: !isStateful, learningRate: 0.002)
    let data = try TextData(
      task, batchSize: settings.batchSize, validationSplit: settings.validationSplit)
    settings.batchSize = data.batchSize
    return try TrainingStart(
      settings, data: data,
      configuration: .classifier(
        settings.stack, classes: data.vocabulary?.symbols.count ?? 0, timeSteps: nil,
        features: data.samples.features, statefulBatch: isStateful ? settings.batchSize : nil,
        returnSequences: true, embedding: embedding),
      // Texts may be long: their targets are numbers of symbols, in Keras too.
      loss: .sparseCategoricalCrossEntropy, isStateful: isStateful, note: data.note)
  }

  package func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData {
    try TextData(self, of: checkpoint)
  }

  package func evaluate(_ file: ModelFile, data: String?) throws -> any Report {
    try LossEvaluation(file, task: self)
  }

  package func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream {
    try TextStream(file, learns: learns)
  }

  /// Bits for each symbol, and perplexity.
  package func description(ofLoss loss: Double) -> String? {
    "\(fixed(loss / log(2), 3)) bits per \(level.rawValue), perplexity \(fixed(exp(loss), 2))"
  }
}

extension TextTask: GenerativeTask {
  package static let takes: Set<RunRequest.Part> = Set(RunRequest.Part.allCases)

  package func run(
    _ file: ModelFile, _ request: RunRequest, write: (RunOutput) throws -> Void
  ) throws {
    let run = try TextRun(file)
    for number in 0..<request.count {
      try run.begin(request, number: number)
      if let seed = request.seed { try write(.text(Array(seed.utf8))) }
      if let beams = request.beams {
        try write(.text(try run.search(beams: beams, steps: request.steps)))
      } else {
        for _ in 0..<request.steps { try write(.text(run.step())) }
      }
      try write(.endOfText)
    }
    run.store()
  }
}

extension TextTask {
  /// The updates of an epoch that a short text is to have.
  private static let updates = 20

  /// Batches and samples that fit the text: as they are if they do. Otherwise batches are made small enough for
  /// ``updates`` updates an epoch, and samples short enough that each part of the text has one for each row.
  ///
  /// - Parameters:
  ///   - training: The symbols to train on.
  ///   - validation: Those kept for validation; 0 if there is none.
  func fitting(
    training: Int, validation: Int, batchSize: Int
  ) -> (batchSize: Int, sequenceLength: Int) {
    let least = (validation > 0 ? min(training, validation) : training) - 1
    var (batch, length) = (batchSize, sequenceLength)
    let rows = { (batch: Int) in isStateful ? batch : 1 }
    guard length > 0, batch > 0, least > 0,
      rows(batch).multipliedReportingOverflow(by: length)
        .partialValue > least
    else { return (batch, length) }
    if mayShrinkBatches, isStateful {
      batch = max(1, min(batch, training / (Self.updates * length), least / length))
    }
    if mayShortenSamples { length = max(1, min(length, least / rows(batch))) }
    return (batch, length)
  }
}
