import Checkpoints
import Files
import Recurrent

/// Sequence tagging: predicting a label for each step, such as parts of speech, entities, or states of a machine
/// (bidirectional LSTM over an embedding; Graves & Schmidhuber 2005, Huang, Xu & Yu 2015).
package struct TagsTask: FileTask {
  package static let mark = "tags"
  package static let title = "sequences with tags"
  package static let otherData: String? = "sequences"

  /// A table, lines of JSON, or CoNLL columns, see ``TagTable``.
  package var file: String
  /// The columns, or members of the objects, or numbers of CoNLL columns.
  package var sequence: String
  package var tags: String
  /// What a step of a text is, a character or a word; `nil` if steps are numbers. Of a new task `nil` means: see by the
  /// first sequence.
  package var level: TextTask.Level?
  /// The most steps of a sample in training: longer sequences are cut; those of the longest sequence if `nil`.
  package var sequenceLength: Int?
  /// XXH3-64 of the file, in hexadecimal digits; empty as long as it has not been read.
  package var digest = ""

  // What a new model is to be like; a file's model is as it is.

  /// The units of the embedding of symbols; 32 if `nil`.
  package var embedding: Int?
  /// The most symbols that have a number of their own; 10,000 words, and all characters, if `nil`.
  package var vocabularySize: Int?

  private enum CodingKeys: String, CodingKey {
    case file = "sequences"
    case sequence, tags, level
    case sequenceLength = "sequence_length"
    case digest
  }

  package init(file: String, sequence: String, tags: String) {
    self.file = file
    self.sequence = sequence
    self.tags = tags
  }

  /// The column of the steps where a file has no names for them: the first one, or that of the word forms in CoNLL-U;
  /// `nil` where it has.
  package static func usualColumn(of file: String) -> String? {
    guard TagTable.hasNumberedColumns(file) else { return nil }
    return TagTable.isCoNLLU(file) ? "2" : "1"
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    file = try members.decode(String.self, forKey: .file)
    sequence = try members.decode(String.self, forKey: .sequence)
    tags = try members.decode(String.self, forKey: .tags)
    level = try members.decodeIfPresent(TextTask.Level.self, forKey: .level)
    sequenceLength = try members.count(.sequenceLength)
    digest = try members.decode(String.self, forKey: .digest)
  }

  package static let dataName = "sequences"

  package var facts: [(name: String, value: JSONValue)] {
    [
      ("sequences", .string(file)), ("tags", .string(tags)),
      ("level", level.map { .string($0.rawValue) } ?? .null),
      ("sequence length", sequenceLength.map(JSONValue.integer) ?? .null),
    ]
  }

  /// One bidirectional layer of 64 units, batches of 32, a tenth of the sequences kept for validation.
  package func start(_ plan: TrainingPlan) throws -> TrainingStart {
    let settings = TrainingSettings(
      plan, units: [64], epochs: 10, batchSize: 32, shuffle: true, learningRate: 0.003)
    let data = try TagsData(
      self, validationSplit: settings.validationSplit, randomSeed: plan.randomSeed)
    return try TrainingStart(
      settings, data: data,
      configuration: configuration(settings.stack, data: data),
      loss: try settings.loss(.sparseCategoricalCrossEntropy, among: Loss.ofClasses),
      isStateful: false)
  }

  /// What hides the padding, bidirectional layers, and a softmax over the tags at every step. Any number of steps can
  /// come.
  private func configuration(_ stack: RecurrentStack, data: TagsData) -> ModelConfiguration {
    var stack = stack
    stack.isBidirectional = true
    var configuration = ModelConfiguration.classifier(
      stack, classes: data.labels?.count ?? 0, timeSteps: nil, features: data.samples.features,
      returnSequences: true)
    configuration.hidePadding(
      symbols: data.vocabulary?.symbols.count, embedding: embedding ?? 32)
    return configuration
  }

  package func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData {
    try TagsData(self, of: checkpoint)
  }

  package func data(toFineTune model: inout FineTunedModel) throws -> any TrainingData {
    let table = try TagTable(
      file, sequence: sequence, tags: tags,
      known: (level, level == nil ? model.configuration.features : 1))
    if level != nil {
      try model.meet(
        TagEncoding.vocabulary(table.sequences, most: TagsData.usualWords).symbols,
        arePredicted: false, in: file)
    }
    let classes = Set(table.sequences.flatMap(\.tags).map(ClassName.init)).sorted()
    try model.meetClasses(classes.map(\.name.text), column: tags, in: file)
    return try TagsData(self, of: model.checkpoint)
  }

  package func evaluate(_ file: ModelFile, data: String?) throws -> any Report {
    try TagPredictor(file).evaluate(data)
  }

  package func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream {
    guard !learns else { throw ConfigurationError.cannotLearn }
    let predictor = try TagPredictor(file)
    // The tags of a sequence's steps, with blanks between.
    return SequenceStream {
      try predictor.answers(line: $0, number: $1).map(\.tag).joined(separator: " ")
    }
  }
}

extension TagsTask: AnsweringTask {
  package static let takes: Set<AnswerRequest.Part> = []

  package func answers(_ file: ModelFile, _ request: AnswerRequest) throws -> any TableReport {
    try TagPredictor(file).answers(request.source)
  }

  package func evaluate(
    _ file: ModelFile, data: String?, _ options: EvaluationOptions
  ) throws -> any Report {
    try evaluate(file, data: data)
  }
}
