import Checkpoints
import Files
import Recurrent

/// Sequences with labels to train on.
struct LabelsData: TrainingData {
  let task: any LearningTask
  let samples: any SampleSource
  let validation: (any SampleSource)?
  let vocabulary: Vocabulary?
  let labels: [String]?
  private let scaling: Scaling?

  /// A new file.
  ///
  /// - Throws: `FileError` that names line and column, or `ConfigurationError`.
  init(_ plan: LabelsTask, validationSplit: Double, randomSeed: UInt64) throws {
    let table = try SequenceTable(
      plan.file, plan.columns, isText: plan.level == nil ? nil : true, rows: plan.rows)
    guard table.isText || (plan.embedding == nil && plan.vocabularySize == nil) else {
      throw ConfigurationError(
        "\(plan.file): column \(plan.sequenceColumn) is numbers; an embedding and a vocabulary are for texts"
      )
    }
    guard plan.level != .subword else { throw ConfigurationError.noSubwords }
    var task = plan
    task.rows?.features = table.featureNames
    task.level = table.isText ? plan.level ?? .character : nil
    let longest = table.sequences.map { SequenceEncoding.length($0, level: task.level) }.max() ?? 1
    task.sequenceLength = min(longest, plan.sequenceLength ?? longest)
    task.digest = table.digest
    let parts = try LabelParts(
      table, validationSplit: validationSplit, randomSeed: randomSeed)
    try self.init(
      task, table, parts: parts,
      vocabulary: task.level.map { table.vocabulary(level: $0, most: plan.vocabularySize) },
      labels: task.kind.areNames ? try Self.classes(table, task) : nil,
      scaling: try Self.scaling(table, task, training: parts.training))
  }

  /// That of a checkpoint.
  ///
  /// - Throws: `FileError` if the file is not there any more, or has a class that the model does not know.
  init(_ task: LabelsTask, of checkpoint: Checkpoint) throws {
    let table = try SequenceTable(
      task.file, task.columns, isText: task.level != nil, rows: task.rows)
    var task = task
    task.digest = table.digest
    try self.init(
      task, table,
      parts: try LabelParts(
        table, validationSplit: checkpoint.task?.validationSplit ?? 0,
        randomSeed: checkpoint.task?.options.randomSeed ?? 0),
      vocabulary: checkpoint.vocabulary, labels: checkpoint.labels, scaling: checkpoint.scaling)
  }

  private init(
    _ task: LabelsTask, _ table: SequenceTable, parts: LabelParts, vocabulary: Vocabulary?,
    labels: [String]?, scaling: Scaling?
  ) throws {
    let (steps, features) = (task.sequenceLength ?? 1, table.features)
    let (size, overflow) = (steps * features).multipliedReportingOverflow(by: table.sequences.count)
    guard steps >= 1, !overflow, size <= Int(Int32.max) else {
      throw ConfigurationError(
        "\(table.sequences.count) sequences of \(steps) steps are too many; take shorter ones")
    }
    let needed = LabelsData.columns(task, features: table.features)
    guard needed.isEmpty || scaling?.columns.count == needed.count,
      task.level == nil || vocabulary?.unknown != nil
    else { throw ConfigurationError("/scaling or /vocabulary: are not those of the task") }
    let encoding = SequenceEncoding(
      timeSteps: steps, features: features, level: task.level, vocabulary: vocabulary,
      scaling: scaling)
    let all = LabelSamples(task, table, encoding: encoding, labels: labels, scaling: scaling)
    self.task = task
    samples = try all.dataset(parts.training)
    validation = try parts.validation.isEmpty ? nil : all.dataset(parts.validation)
    self.vocabulary = vocabulary
    self.labels = labels
    self.scaling = scaling
  }

  func stream(of trainer: Trainer) -> StreamPosition? { nil }
  func scaling(of trainer: Trainer) -> Scaling? { scaling }

  /// The different labels, in order.
  private static func classes(_ table: SequenceTable, _ task: LabelsTask) throws -> [String] {
    let kind = task.kind
    let names = table.labels.flatMap(kind.names)
    let labels = Set(names.map(ClassName.init)).sorted().map(\.name.text)
    guard labels.count >= kind.fewest else {
      let reason =
        labels.first.map { "all labels are \($0); there is nothing to choose between" }
        ?? "no sequence has a label"
      throw FileError(.invalid, file: table.file, "column \(task.label): \(reason)")
    }
    return labels
  }

  /// What is scaled: the features of numbers, then a label that is one.
  static func columns(_ task: LabelsTask, features: Int) -> [String] {
    let inputs =
      task.level != nil
      ? []
      : task.rows?.features
        ?? SequenceEncoding.columns(of: task.sequenceColumn, features: features)
    return inputs + (task.kind.areNames ? [] : [task.label])
  }

  /// Fitted to the samples to train on.
  private static func scaling(
    _ table: SequenceTable, _ task: LabelsTask, training: [Int]
  ) throws -> Scaling? {
    var scaling: Scaling?
    func add(_ part: Scaling) {
      guard var all = scaling else {
        scaling = part
        return
      }
      all.columns += part.columns
      all.offsets += part.offsets
      all.scales += part.scales
      scaling = all
    }
    let columns = columns(task, features: table.features)
    if task.level == nil {
      let values = training.flatMap { index -> [Double] in
        if case .numbers(let numbers, _) = table.sequences[index] { numbers } else { [] }
      }
      add(Scaling(.standard, fitting: values, columns: Array(columns.prefix(table.features))))
    }
    if !task.kind.areNames {
      let numbers = try table.numbers(column: task.label)
      add(Scaling(.standard, fitting: training.map { numbers[$0] }, columns: [task.label]))
    }
    return scaling
  }
}
