import Checkpoints
import Files
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Learning what follows in a text.
package struct TextTask: LearningTask {
  package static let mark = "text"
  package static let title = "texts"
  package static let stepTitle: String? = "symbols"
  package static let otherData: String? = "text"

  /// What a symbol is.
  package enum Level: String, CaseIterable, Codable, Sendable {
    /// A Unicode scalar.
    case character
    case byte
    /// A run of letters and digits, or another character; a single blank before it belongs to it.
    case word
    /// A part of a word, made of bytes that are often beside each other, see ``SubwordLearner``.
    case subword
  }

  /// The symbols of a vocabulary of subwords unless somebody says otherwise, and the fewest, which are the bytes.
  static let usualSubwords = 2000
  private static let fewestSubwords = 256

  /// Read one after the other; `-` is stdin.
  package var files: [String]
  package var level: Level
  /// The symbols of a sample: how far back an update looks.
  package var sequenceLength = 50
  /// XXH3-64 of the text, in hexadecimal digits; empty as long as it has not been read.
  package var digest = ""
  /// The characters of a subword on average, where the loss is measured; `nil` for other symbols.
  package var charactersPerSymbol: Double?

  // What a new model is to be like; a file's model is as it is.

  /// Whether samples may be shorter, batches smaller, and nothing be kept for validation, where the text is too short.
  package var mayShortenSamples = false
  package var mayShrinkBatches = false
  package var mayDropValidation = false
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
    case charactersPerSymbol = "characters_per_symbol"
  }

  /// - Parameter level: Words and subwords have an embedding unless you say otherwise, and are the 10,000 most frequent words,
  ///   or 2,000 subwords.
  package init(files: [String], level: Level = .character) {
    self.files = files
    self.level = level
    guard level == .word || level == .subword else { return }
    embedding = 64
    vocabularySize = level == .word ? 10_000 : Self.usualSubwords
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    files = try members.texts(.files)
    level = try members.decode(Level.self, forKey: .level)
    sequenceLength = try members.count(.sequenceLength)
    digest = try members.decode(String.self, forKey: .digest)
    charactersPerSymbol = try members.decodeIfPresent(Double.self, forKey: .charactersPerSymbol)
    if let ratio = charactersPerSymbol, !(ratio.isFinite && ratio > 0) {
      throw DecodingError.dataCorruptedError(
        forKey: .charactersPerSymbol, in: members, debugDescription: "is not a number above 0")
    }
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
    if level == .subword, let size = vocabularySize, size < Self.fewestSubwords {
      throw ConfigurationError(
        "the vocabulary size is \(size); subwords are at least the \(Self.fewestSubwords) bytes")
    }
    var task = self
    task.mayShrinkBatches = mayShrinkBatches && plan.batchSize == nil
    task.mayDropValidation =
      mayDropValidation && plan.validationSplit == nil && plan.validateEvery == 1
    var settings = TrainingSettings(
      plan, units: [128], epochs: 10, batchSize: 50, shuffle: !isStateful, learningRate: 0.002)
    let data = try TextData(
      task, batchSize: settings.batchSize, validationSplit: settings.validationSplit)
    (settings.batchSize, settings.validationSplit) = (data.batchSize, data.validationSplit)
    return try TrainingStart(
      settings, data: data,
      configuration: .classifier(
        settings.stack, classes: data.vocabulary?.symbols.count ?? 0, timeSteps: nil,
        features: data.samples.features, statefulBatch: isStateful ? settings.batchSize : nil,
        returnSequences: true, embedding: embedding),
      // Texts may be long: their targets are numbers of symbols, in Keras too.
      loss: .sparseCategoricalCrossEntropy, isStateful: isStateful,
      notes: [data.note].compactMap { $0 })
  }

  package func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData {
    try TextData(self, of: checkpoint)
  }

  /// The model's batches and samples, or smaller ones if the text is short.
  package func data(toFineTune model: inout FineTunedModel) throws -> any TrainingData {
    var task = self
    task.isStateful = model.configuration.isStateful
    (task.mayShrinkBatches, task.mayShortenSamples) = (model.plan.batchSize == nil, true)
    // Any text is made of subwords, the bytes among them.
    if level != .subword {
      let encoding = model.checkpoint.vocabulary?.encoding ?? .oneHot
      let found = try TextSymbols(
        files, level: level, vocabulary: nil,
        vocabularySize: TextTask(files: [], level: level).vocabularySize,
        encoding: encoding
      ).vocabulary
      try model.meet(
        found.symbols.enumerated().filter { $0.offset != found.unknown }.map(\.element),
        hasOthers: found.unknown != nil, arePredicted: true, in: fileNames)
    }
    let data = try TextData(
      task, vocabulary: model.checkpoint.vocabulary, batchSize: model.batchSize,
      validationSplit: model.validationSplit)
    model.setBatchSize(data.batchSize)
    model.note(data.note)
    return data
  }

  package func evaluate(_ file: ModelFile, data: String?) throws -> any Report {
    try data.map { try TextEvaluation(file, task: self, text: $0) }
      ?? LossEvaluation(file, task: self)
  }

  package func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream {
    try TextStream(file, learns: learns)
  }

  /// Bits for each symbol, of subwords for each character too, and perplexity.
  package func description(ofLoss loss: Double) -> String? {
    let bits = loss / log(2)
    let ofCharacter = charactersPerSymbol.map { "\(fixed(bits / $0, 3)) bits per character, " }
    return "\(fixed(bits, 3)) bits per \(level.rawValue), \(ofCharacter ?? "")"
      + "perplexity \(fixed(exp(loss), 2))"
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
      if number == 0, let note = run.seedNote { try write(.note(note)) }
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
