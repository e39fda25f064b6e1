import Checkpoints
import Files
import Kernels
import Recurrent

/// Sequences with a tag for each step, to train on.
struct TagsData: TrainingData {
  let task: any LearningTask
  let samples: any SampleSource
  let validation: (any SampleSource)?
  let vocabulary: Vocabulary?
  /// The tags in the order of their numbers.
  let labels: [String]?
  private let scaling: Scaling?

  /// The words that have numbers of their own unless somebody says otherwise.
  static let usualWords = 10_000

  /// A new file.
  ///
  /// - Throws: `FileError` that names line and column, or `ConfigurationError`.
  init(_ plan: TagsTask, validationSplit: Double, randomSeed: UInt64) throws {
    guard plan.level != .subword else { throw ConfigurationError.noSubwords }
    let table = try TagTable(
      plan.file, sequence: plan.sequence, tags: plan.tags, level: plan.level)
    guard table.level != nil || plan.embedding == nil && plan.vocabularySize == nil else {
      throw ConfigurationError(
        "\(plan.file): column \(plan.sequence) is numbers; an embedding and a vocabulary are for texts"
      )
    }
    guard table.level != .byte else {
      throw ConfigurationError("a step of a text is a character or a word, not a byte")
    }
    var task = plan
    task.level = table.level
    let longest = table.sequences.map(\.steps.count).max() ?? 1
    task.sequenceLength = min(longest, plan.sequenceLength ?? longest)
    task.digest = table.digest
    let parts = try splitSamples(
      table.sequences.count, validationSplit: validationSplit, randomSeed: randomSeed)
    let tags = Set(table.sequences.flatMap(\.tags).map(ClassName.init)).sorted().map(\.name.text)
    guard tags.count > 1 else {
      throw FileError(
        .invalid, file: table.file,
        "column \(plan.tags): all tags are \(tags.first ?? ""); there is nothing to choose between")
    }
    let most = plan.vocabularySize ?? (table.level == .word ? Self.usualWords : nil)
    try self.init(
      task, table, parts: parts,
      vocabulary: table.level == nil
        ? nil : TagEncoding.vocabulary(table.sequences, most: most),
      labels: tags,
      scaling: table.level == nil
        ? Self.scaling(table, task, training: parts.training) : nil)
  }

  /// That of a checkpoint.
  ///
  /// - Throws: `FileError` if the file is not there any more, or has a class that the model does not know.
  init(_ task: TagsTask, of checkpoint: Checkpoint) throws {
    let table = try TagTable(
      task.file, sequence: task.sequence, tags: task.tags,
      known: (task.level, task.level == nil ? checkpoint.configuration.features : 1))
    var task = task
    task.digest = table.digest
    try self.init(
      task, table,
      parts: try splitSamples(
        table.sequences.count, validationSplit: checkpoint.task?.validationSplit ?? 0,
        randomSeed: checkpoint.task?.options.randomSeed ?? 0),
      vocabulary: checkpoint.vocabulary, labels: checkpoint.labels ?? [],
      scaling: checkpoint.scaling)
  }

  private init(
    _ task: TagsTask, _ table: TagTable, parts: (training: [Int], validation: [Int]),
    vocabulary: Vocabulary?, labels: [String], scaling: Scaling?
  ) throws {
    let (length, features) = (task.sequenceLength ?? 1, table.features)
    guard Self.fits(task, features, vocabulary, scaling) else {
      throw ConfigurationError("/scaling or /vocabulary: are not those of the task")
    }
    let encoding = TagEncoding(vocabulary: vocabulary, scaling: scaling, features: features)
    let numbers = Dictionary(
      labels.enumerated().map { (ExactText($1), Int32($0)) },
      uniquingKeysWith: { first, _ in first })
    func dataset(_ chosen: [Int]) throws -> SequenceDataset {
      // A sequence that is too long becomes several samples.
      let samples = chosen.reduce(0) { $0 + (table.sequences[$1].steps.count - 1) / length + 1 }
      let (steps, isTooLong) = samples.multipliedReportingOverflow(by: length)
      let (values, isTooMuch) = steps.multipliedReportingOverflow(by: features)
      guard !isTooLong, !isTooMuch, values <= Int(Int32.max) else {
        throw ConfigurationError("\(table.file): the sequences are too many, or too long")
      }
      try OutOfMemory.check(bytes: (4 * (values + steps), false))
      var (inputs, targets) = ([Float](), [Int32]())
      inputs.reserveCapacity(values)
      targets.reserveCapacity(steps)
      for number in chosen {
        let sequence = table.sequences[number]
        for first in stride(from: 0, to: sequence.steps.count, by: length) {
          let range = first..<min(first + length, sequence.steps.count)
          let values = encoding.encoded(sequence.steps, range, timeSteps: length)
          guard values.allSatisfy(\.isFinite) else {
            throw table.invalid(
              sequence.line, task.sequence,
              "is beyond what float32 holds when it is scaled as the training data are")
          }
          inputs += values
          targets += [Int32](repeating: 0, count: length - range.count)
          targets += try sequence.tags[range].map { tag in
            guard let number = numbers[ExactText(tag)] else {
              throw table.invalid(sequence.line, task.tags, "the model has no tag \(tag)")
            }
            return number
          }
        }
      }
      return try SequenceDataset(
        samples: samples, timeSteps: length, features: features, targetSteps: length,
        inputs: inputs, targets: targets)
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

  /// Whether the parts of a file that say how steps are encoded are those of a task.
  static func fits(
    _ task: TagsTask, _ features: Int, _ vocabulary: Vocabulary?, _ scaling: Scaling?
  ) -> Bool {
    switch task.level {
    case .byte, .subword: false
    case .character, .word:
      scaling == nil && vocabulary?.encoding == .number
        && vocabulary?.unknown == SequenceEncoding.unknown
    case nil:
      vocabulary == nil && scaling?.columns.count == features
    }
  }

  /// Fitted to the sequences to train on.
  private static func scaling(_ table: TagTable, _ task: TagsTask, training: [Int]) -> Scaling {
    let values = training.flatMap { index -> [Double] in
      if case .numbers(let numbers, _) = table.sequences[index].steps { numbers } else { [] }
    }
    return Scaling(
      .standard, fitting: values,
      columns: SequenceEncoding.columns(of: task.sequence, features: table.features))
  }
}
