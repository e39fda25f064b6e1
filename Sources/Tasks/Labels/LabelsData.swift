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
      plan.file, sequence: plan.sequence, label: plan.label,
      isText: plan.level == nil ? nil : true)
    guard table.isText || (plan.embedding == nil && plan.vocabularySize == nil) else {
      throw ConfigurationError(
        "\(plan.file): column \(plan.sequence) is numbers; an embedding and a vocabulary are for texts"
      )
    }
    var task = plan
    task.level = table.isText ? plan.level ?? .character : nil
    let longest = table.sequences.map { SequenceEncoding.length($0, level: task.level) }.max() ?? 1
    task.sequenceLength = min(longest, plan.sequenceLength ?? longest)
    task.digest = table.digest
    let parts = try splitSamples(
      table.sequences.count, validationSplit: validationSplit, randomSeed: randomSeed)
    try self.init(
      task, table, parts: parts,
      vocabulary: task.level.map { table.vocabulary(level: $0, most: plan.vocabularySize) },
      labels: plan.isRegression ? nil : try Self.classes(table, column: plan.label),
      scaling: try Self.scaling(table, task, training: parts.training))
  }

  /// That of a checkpoint.
  ///
  /// - Throws: `FileError` if the file is not there any more, or has a class that the model does not know.
  init(_ task: LabelsTask, of checkpoint: Checkpoint) throws {
    let table = try SequenceTable(
      task.file, sequence: task.sequence, label: task.label, isText: task.level != nil)
    var task = task
    task.digest = table.digest
    try self.init(
      task, table,
      parts: try splitSamples(
        table.sequences.count, validationSplit: checkpoint.task?.validationSplit ?? 0,
        randomSeed: checkpoint.task?.options.randomSeed ?? 0),
      vocabulary: checkpoint.vocabulary, labels: checkpoint.labels, scaling: checkpoint.scaling)
  }

  private init(
    _ task: LabelsTask, _ table: SequenceTable, parts: (training: [Int], validation: [Int]),
    vocabulary: Vocabulary?, labels: [String]?, scaling: Scaling?
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
    let numbers = task.isRegression ? try table.numbers(column: task.label) : []
    let classes = Dictionary(
      (labels ?? []).enumerated().map { (ExactText($1), Int32($0)) },
      uniquingKeysWith: { first, _ in first })
    func dataset(_ samples: [Int]) throws -> SequenceDataset {
      let inputs = try samples.flatMap {
        try table.encoded($0, by: encoding, column: task.sequence)
      }
      guard task.isRegression else {
        return try SequenceDataset(
          samples: samples.count, timeSteps: steps, features: features, inputs: inputs,
          targets: try samples.map { sample in
            guard let number = classes[ExactText(table.labels[sample])] else {
              throw FileError(
                .invalid, file: table.file,
                "line \(table.lines[sample]), column \(task.label): the model has no class "
                  + table.labels[sample])
            }
            return number
          })
      }
      let column = needed.count - 1
      return try SequenceDataset(
        samples: samples.count, timeSteps: steps, features: features, targetSteps: 1,
        targetUnits: 1, inputs: inputs,
        targetValues: try samples.map { sample in
          let value = scaling?.scaled(numbers[sample], column: column) ?? 0
          try table.check([value], sample, column: task.label)
          return value
        })
    }
    self.task = task
    samples = try dataset(parts.training)
    validation = try parts.validation.isEmpty ? nil : dataset(parts.validation)
    self.vocabulary = vocabulary
    self.labels = labels
    self.scaling = scaling
  }

  func stream(of trainer: Trainer) -> StreamPosition? { nil }
  func scaling(of trainer: Trainer) -> Scaling? { scaling }

  /// The different labels, in order.
  private static func classes(_ table: SequenceTable, column: String) throws -> [String] {
    let labels = Set(table.labels.map(ClassName.init)).sorted().map(\.name.text)
    guard labels.count > 1 else {
      throw FileError(
        .invalid, file: table.file,
        "column \(column): all labels are \(labels.first ?? ""); there is nothing to choose between"
      )
    }
    return labels
  }

  /// What is scaled: the features of numbers, then a label that is one.
  static func columns(_ task: LabelsTask, features: Int) -> [String] {
    let inputs =
      task.level != nil
      ? [] : SequenceEncoding.columns(of: task.sequence, features: features)
    return inputs + (task.isRegression ? [task.label] : [])
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
    if task.isRegression {
      let numbers = try table.numbers(column: task.label)
      add(Scaling(.standard, fitting: training.map { numbers[$0] }, columns: [task.label]))
    }
    return scaling
  }
}
