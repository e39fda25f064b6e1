import Checkpoints
import Files
import Recurrent

/// Sequences with labels to train on.
struct LabelledData: TrainingData {
  let source: TrainingTask.Source
  let samples: any SampleSource
  let validation: (any SampleSource)?
  let vocabulary: Vocabulary?
  let labels: [String]?
  private let scaling: Scaling?

  /// A new file.
  ///
  /// - Throws: `FileError` that names line and column, or `ConfigurationError`.
  init(_ plan: LabelledPlan, validationSplit: Double, randomSeed: UInt64) throws {
    let table = try LabelledTable(
      plan.file, sequence: plan.sequence, label: plan.label,
      isText: plan.level == nil ? nil : true)
    guard table.isText || (plan.embedding == nil && plan.vocabularySize == nil) else {
      throw ConfigurationError(
        "\(plan.file): column \(plan.sequence) is numbers; --embedding and --vocabulary-size are for texts"
      )
    }
    let level = table.isText ? plan.level ?? .character : nil
    let longest = table.sequences.map { SequenceEncoding.length($0, level: level) }.max() ?? 1
    let task = LabelledTask(
      file: plan.file, sequence: plan.sequence, label: plan.label,
      isRegression: plan.isRegression, level: level,
      sequenceLength: min(longest, plan.sequenceLength ?? longest), digest: table.digest)
    let parts = try Self.parts(table, validationSplit: validationSplit, randomSeed: randomSeed)
    try self.init(
      task, table, parts: parts,
      vocabulary: level.map { Self.vocabulary(table, level: $0, most: plan.vocabularySize) },
      labels: plan.isRegression ? nil : try Self.classes(table, column: plan.label),
      scaling: try Self.scaling(table, task, training: parts.training))
  }

  /// That of a checkpoint.
  ///
  /// - Throws: `FileError` if the file is not there any more, or has changed.
  init(
    _ task: LabelledTask, of checkpoint: Checkpoint, validationSplit: Double, randomSeed: UInt64
  ) throws {
    let table = try LabelledTable(
      task.file, sequence: task.sequence, label: task.label, isText: task.level != nil)
    guard table.digest == task.digest else {
      throw FileError(
        .invalid, file: task.file, "is not what training began with; it has changed since")
    }
    try self.init(
      task, table,
      parts: try Self.parts(table, validationSplit: validationSplit, randomSeed: randomSeed),
      vocabulary: checkpoint.vocabulary, labels: checkpoint.labels, scaling: checkpoint.scaling)
  }

  private init(
    _ task: LabelledTask, _ table: LabelledTable, parts: (training: [Int], validation: [Int]),
    vocabulary: Vocabulary?, labels: [String]?, scaling: Scaling?
  ) throws {
    let (steps, features) = (task.sequenceLength, table.features)
    let (size, overflow) = (steps * features).multipliedReportingOverflow(by: table.sequences.count)
    guard steps >= 1, !overflow, size <= Int(Int32.max) else {
      throw ConfigurationError(
        "\(table.sequences.count) sequences of \(steps) steps are too many; see --sequence-length")
    }
    let needed = LabelledData.columns(task, features: table.features)
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
    source = .labelled(task)
    samples = try dataset(parts.training)
    validation = try parts.validation.isEmpty ? nil : dataset(parts.validation)
    self.vocabulary = vocabulary
    self.labels = labels
    self.scaling = scaling
  }

  func stream(of trainer: Trainer) -> StreamPosition? { nil }
  func scaling(of trainer: Trainer) -> Scaling? { scaling }

  /// The samples to train on and those for validation. Files are often sorted by label, so they are drawn.
  static func parts(
    _ table: LabelledTable, validationSplit: Double, randomSeed: UInt64
  ) throws -> (training: [Int], validation: [Int]) {
    var order = [Int32](repeating: 0, count: table.sequences.count)
    var generator = PhiloxGenerator(seed: randomSeed, stream: .trainingData)
    generator.shuffle(&order)
    let end = try validationStart(of: order.count, split: validationSplit)
    guard end > 0 else { throw ConfigurationError("no sample is left to train on") }
    // In the file's order each.
    return (order[..<end].sorted().map { Int($0) }, order[end...].sorted().map { Int($0) })
  }

  private static func vocabulary(
    _ table: LabelledTable, level: TextTask.Level, most: Int?
  ) -> Vocabulary {
    var counter = SymbolCounter(level: level)
    for case .text(let text) in table.sequences {
      SequenceEncoding.forEachSymbol(of: text, level: level) { counter.add($0, in: $1) }
    }
    let found = counter.vocabulary(most: most, encoding: .number)
    let symbols = found.symbols.filter { $0 != SymbolCounter.unknown }
    return Vocabulary(
      symbols: [SequenceEncoding.padding, SymbolCounter.unknown] + symbols, encoding: .number,
      unknown: SequenceEncoding.unknown)
  }

  /// The different labels, in order.
  private static func classes(_ table: LabelledTable, column: String) throws -> [String] {
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
  static func columns(_ task: LabelledTask, features: Int) -> [String] {
    let inputs =
      task.level != nil
      ? [] : features == 1 ? [task.sequence] : (0..<features).map { "\(task.sequence)[\($0)]" }
    return inputs + (task.isRegression ? [task.label] : [])
  }

  /// Fitted to the samples to train on.
  private static func scaling(
    _ table: LabelledTable, _ task: LabelledTask, training: [Int]
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

extension LabelledPlan {
  /// The model: what hides the padding, LSTM layers, and a layer that tells the class or the number.
  func configuration(
    units: [Int], dropout: Double, data: LabelledData
  ) -> ModelConfiguration {
    let (steps, features) = (data.samples.timeSteps, data.samples.features)
    var configuration: ModelConfiguration =
      isRegression
      ? .lstmRegressor(
        units: units, outputs: 1, timeSteps: steps, features: features, statefulBatch: nil,
        dropout: dropout)
      : .lstmClassifier(
        units: units, classes: data.labels?.count ?? 0, timeSteps: steps, features: features,
        statefulBatch: nil, dropout: dropout)
    if let symbols = data.vocabulary?.symbols.count {
      configuration.inputIsSymbols = true
      configuration.layers.insert(
        LayerConfiguration(
          "Embedding", name: "embedding",
          options: [
            "input_dim": .integer(symbols), "output_dim": .integer(embedding ?? 32),
            "mask_zero": true,
          ]), at: 0)
    } else {
      configuration.layers.insert(
        LayerConfiguration(
          "Masking", name: "masking",
          options: ["mask_value": .integer(SequenceEncoding.maskValue)]), at: 0)
    }
    return configuration
  }
}
