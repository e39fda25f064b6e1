import Checkpoints
import Files
import Recurrent

/// Predicting the class of whole sequences, or a number.
package struct LabelsTask: FileTask {
  package static let mark = "label"
  package static let title = "sequences with labels"
  package static let otherData: String? = "sequences"

  /// A CSV file with names in its first line, or a JSON object on each line of a `.jsonl` or `.ndjson` file.
  package var file: String
  /// The column, or the member of the objects, that holds a whole sequence; `nil` if sequences are made of ``rows``.
  package var sequence: String?
  /// How rows of numbers become sequences; `nil` if a row has a whole sequence.
  package var rows: SequenceRows?
  package var label: String
  /// Whether labels are numbers to come near to, not classes.
  package var isRegression = false
  /// What is between the labels of a sequence that may have several; `nil` if each has one.
  package var labelSeparator: String?
  /// The column that says whether a sequence is for training, validation or the test; `nil` if those for validation are
  /// drawn.
  package var split: String?
  /// What a symbol of a text is; `nil` if sequences are numbers. Of a new task `nil` means: see by the first sequence
  /// whether it is numbers, and take the characters of a text.
  package var level: TextTask.Level?
  /// The most steps of a sample: shorter sequences are padded in front, of longer ones the last steps are taken; those
  /// of the longest sequence if `nil`.
  package var sequenceLength: Int?
  /// XXH3-64 of the file, in hexadecimal digits; empty as long as it has not been read.
  package var digest = ""

  // What a new model is to be like; a file's model is as it is.

  /// Whether the layers read sequences from both ends.
  package var isBidirectional = false
  /// Whether the answer comes of an attention over the steps.
  package var hasAttention = false
  /// The units of the embedding of symbols; 32 if `nil`.
  package var embedding: Int?
  /// The most symbols that have a number of their own; all if `nil`.
  package var vocabularySize: Int?

  private enum CodingKeys: String, CodingKey {
    case file = "sequences"
    case sequence, key, date, features, label
    case isRegression = "regression"
    case labelSeparator = "label_separator"
    case split, level
    case sequenceLength = "sequence_length"
    case digest
  }

  package init(file: String, sequence: String, label: String) {
    self.file = file
    self.sequence = sequence
    self.label = label
  }

  /// Sequences made of rows.
  package init(file: String, rows: SequenceRows, label: String) {
    self.file = file
    self.rows = rows
    self.label = label
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    file = try members.decode(String.self, forKey: .file)
    if let key = try members.decodeIfPresent(String.self, forKey: .key) {
      rows = SequenceRows(
        key: key, date: try members.decodeIfPresent(String.self, forKey: .date),
        features: try members.texts(.features))
    } else {
      sequence = try members.decode(String.self, forKey: .sequence)
    }
    label = try members.decode(String.self, forKey: .label)
    isRegression = try members.decode(Bool.self, forKey: .isRegression)
    labelSeparator = try members.decodeIfPresent(String.self, forKey: .labelSeparator)
    split = try members.decodeIfPresent(String.self, forKey: .split)
    level = try members.decodeIfPresent(TextTask.Level.self, forKey: .level)
    if level == .subword { throw members.wrong(.level) }
    sequenceLength = try members.count(.sequenceLength)
    digest = try members.decode(String.self, forKey: .digest)
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encode(file, forKey: .file)
    // What is not used leaves no trace.
    try members.encodeIfPresent(sequence, forKey: .sequence)
    try members.encodeIfPresent(rows?.key, forKey: .key)
    try members.encodeIfPresent(rows?.date, forKey: .date)
    try members.encodeIfPresent(rows?.features, forKey: .features)
    try members.encode(label, forKey: .label)
    try members.encode(isRegression, forKey: .isRegression)
    try members.encodeIfPresent(labelSeparator, forKey: .labelSeparator)
    try members.encodeIfPresent(split, forKey: .split)
    try members.encodeIfPresent(level, forKey: .level)
    try members.encodeIfPresent(sequenceLength, forKey: .sequenceLength)
    try members.encode(digest, forKey: .digest)
  }

  /// What labels are.
  var kind: any LabelKind { LabelKinds.kind(of: self) }

  /// Where sequences are, for errors.
  var sequenceColumn: String { sequence ?? rows?.key ?? "" }

  /// What is read of the file that the model is trained on.
  var columns: SequenceTable.Columns {
    SequenceTable.Columns(
      sequence: sequence, label: label, part: split, labelsMayBeEmpty: labelSeparator != nil,
      separator: labelSeparator)
  }

  package static let dataName = "sequences"

  package var facts: [(name: String, value: JSONValue)] {
    [
      ("sequences", .string(file)), ("label", .string(label)),
      ("sequence length", sequenceLength.map(JSONValue.integer) ?? .null),
    ]
  }

  /// One layer of 64 units, a tenth of the sequences kept for validation, and gradients clipped: few sequences that are
  /// long make large ones. Few sequences are taken in smaller batches and more epochs, so that there are enough updates.
  package func start(_ plan: TrainingPlan) throws -> TrainingStart {
    let data = try LabelsData(
      self, validationSplit: plan.validationSplit ?? TrainingSettings.usualValidationSplit,
      randomSeed: plan.randomSeed)
    let usual = Self.usualTraining(sequences: data.samples.samples, batchSize: plan.batchSize)
    let settings = TrainingSettings(
      plan, units: [64], epochs: usual.epochs, batchSize: usual.batchSize, shuffle: true,
      learningRate: data.vocabulary == nil ? 0.001 : Self.rateOfTexts, clipNorm: 1)
    let kind = kind
    return try TrainingStart(
      settings, data: data,
      configuration: configuration(settings.stack, data: data),
      loss: try settings.loss(kind.loss, among: kind.lossNames), isStateful: false)
  }

  /// The learning rate of texts, whose embeddings begin with nothing and are each moved by few steps.
  private static let rateOfTexts: Float = 0.003

  /// How so many sequences are trained on where nothing else is said: in the largest batches that make 8 updates an
  /// epoch, for 1000 updates, in 20 to 200 epochs.
  ///
  /// - Parameter batchSize: What the user says.
  static func usualTraining(sequences: Int, batchSize: Int?) -> (batchSize: Int, epochs: Int) {
    let batchSize = batchSize ?? [32, 16].first { sequences >= 8 * $0 } ?? 8
    let updates = max(1, (sequences + batchSize - 1) / max(1, batchSize))
    return (batchSize, min(200, max(20, (1000 + updates - 1) / updates)))
  }

  /// The model: what hides the padding, recurrent layers, and a layer that gives the class or the number.
  private func configuration(_ stack: RecurrentStack, data: LabelsData) -> ModelConfiguration {
    var stack = stack
    (stack.isBidirectional, stack.hasAttention) = (isBidirectional, hasAttention)
    let (steps, features) = (data.samples.timeSteps, data.samples.features)
    var configuration: ModelConfiguration =
      kind.areNames
      ? .classifier(
        stack, classes: data.labels?.count ?? 0, timeSteps: steps, features: features,
        activation: kind.activation)
      : .regressor(stack, outputs: 1, timeSteps: steps, features: features)
    configuration.hidePadding(
      symbols: data.vocabulary?.symbols.count, embedding: embedding ?? 32)
    return configuration
  }

  package func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData {
    try LabelsData(self, of: checkpoint)
  }

  package func data(toFineTune model: inout FineTunedModel) throws -> any TrainingData {
    let table = try SequenceTable(file, columns, isText: level != nil, rows: rows)
    if let level {
      try model.meet(
        table.vocabulary(level: level, most: nil).symbols, arePredicted: false, in: file)
    }
    let kind = kind
    if kind.areNames {
      let classes = Set(table.labels.flatMap(kind.names).map(ClassName.init)).sorted()
      try model.meetClasses(classes.map(\.name.text), column: label, in: file)
    }
    return try LabelsData(self, of: model.checkpoint)
  }

  package func evaluate(_ file: ModelFile, data: String?) throws -> any Report {
    try LabelPredictor(file).evaluate(data)
  }

  package func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream {
    guard !learns else { throw ConfigurationError.cannotLearn }
    let predictor = try LabelPredictor(file)
    return SequenceStream { try predictor.answer(line: $0, number: $1) }
  }
}

extension LabelsTask: AnsweringTask {
  package static let takes: Set<AnswerRequest.Part> = [.likeliest, .threshold]

  package func answers(_ file: ModelFile, _ request: AnswerRequest) throws -> any TableReport {
    try LabelPredictor(file).answers(request)
  }

  package func evaluate(
    _ file: ModelFile, data: String?, _ options: EvaluationOptions
  ) throws -> any Report {
    try LabelPredictor(file).evaluate(data, threshold: options.threshold)
  }
}
