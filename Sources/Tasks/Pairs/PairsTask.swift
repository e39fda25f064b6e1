import Checkpoints
import Files
import Recurrent

/// Reading one text and writing another: translating, transliterating, normalising (Sutskever, Vinyals & Le 2014).
package struct PairsTask: FileTask {
  package static let mark = "pairs"
  package static let title = "pairs of texts"
  package static let otherData: String? = "pairs"

  /// A CSV table.
  package var file: String
  /// The columns of what is read, and of what is written for it.
  package var source: String
  package var target: String
  /// What a symbol is, a character or a word.
  package var level = TextTask.Level.character
  /// The symbols of the longest source and of the longest target, without what is around them.
  package var sourceLength: Int?
  package var targetLength: Int?
  /// XXH3-64 of the file, in hexadecimal digits; empty as long as it has not been read.
  package var digest = ""

  // What a new model is to be like; a file's model is as it is.

  /// The units of the embeddings; 64 if `nil`.
  package var embedding: Int?
  /// The most symbols that have a number of their own; 10,000 words, and all characters, if `nil`.
  package var vocabularySize: Int?
  /// Whether the encoder reads its text from both ends.
  package var isBidirectional = false
  /// Whether the decoder looks at every step of the encoder.
  package var hasAttention = false

  private enum CodingKeys: String, CodingKey {
    case file = "pairs"
    case source, target, level
    case sourceLength = "source_length"
    case targetLength = "target_length"
    case digest
  }

  package init(file: String, source: String, target: String) {
    self.file = file
    self.source = source
    self.target = target
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    file = try members.decode(String.self, forKey: .file)
    source = try members.decode(String.self, forKey: .source)
    target = try members.decode(String.self, forKey: .target)
    level = try members.decode(TextTask.Level.self, forKey: .level)
    sourceLength = try members.count(.sourceLength)
    targetLength = try members.count(.targetLength)
    digest = try members.decode(String.self, forKey: .digest)
  }

  package static let dataName = "pairs"

  package var facts: [(name: String, value: JSONValue)] {
    [
      ("pairs", .string(file)), ("source", .string(source)), ("target", .string(target)),
      ("level", .string(level.rawValue)),
      ("longest source", sourceLength.map(JSONValue.integer) ?? .null),
      ("longest target", targetLength.map(JSONValue.integer) ?? .null),
    ]
  }

  /// One layer of 256 units in encoder and decoder, batches of 64, a tenth of the pairs kept for validation.
  package func start(_ plan: TrainingPlan) throws -> TrainingStart {
    var settings = TrainingSettings(
      plan, units: [256], epochs: 30, batchSize: 64, shuffle: true, learningRate: 0.002)
    (settings.stack.isBidirectional, settings.stack.hasAttention) = (isBidirectional, hasAttention)
    let data = try PairsData(
      self, validationSplit: settings.validationSplit, randomSeed: plan.randomSeed)
    let model = EncoderDecoder(
      settings.stack, sourceSymbols: data.vocabulary?.symbols.count ?? 0,
      targetSymbols: data.labels?.count ?? 0, embedding: embedding ?? 64,
      ignoresMask: plan.kerasVersion != .two)
    return try TrainingStart(
      settings, data: data, configuration: model.configuration,
      loss: try settings.loss(.sparseCategoricalCrossEntropy, among: Loss.ofClasses),
      isStateful: false)
  }

  package func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData {
    try PairsData(self, of: checkpoint)
  }

  package func data(toFineTune model: inout FineTunedModel) throws -> any TrainingData {
    guard !model.plan.addsSymbols else {
      throw ConfigurationError("models of \(Self.title) cannot get new symbols")
    }
    return try data(of: model.checkpoint, file: model.file.path)
  }

  package func evaluate(_ file: ModelFile, data: String?) throws -> any Report {
    try PairPredictor(file).evaluate(data)
  }

  package func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream {
    guard !learns else { throw ConfigurationError.cannotLearn }
    let predictor = try PairPredictor(file)
    return SequenceStream { line, number in
      guard !line.isEmpty else { return "" }
      return try predictor.answers([line])[0].text
    }
  }
}

extension PairsTask: AnsweringTask {
  package static let takes: Set<AnswerRequest.Part> = [.beams]

  package func answers(_ file: ModelFile, _ request: AnswerRequest) throws -> any TableReport {
    try PairPredictor(file, beams: request.beams).answers(request.source)
  }

  package func evaluate(
    _ file: ModelFile, data: String?, _ options: EvaluationOptions
  ) throws -> any Report {
    try PairPredictor(file, beams: options.beams).evaluate(data)
  }
}
