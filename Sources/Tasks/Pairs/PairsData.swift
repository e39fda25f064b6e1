import Checkpoints
import Files
import Kernels
import Recurrent

/// Pairs of texts to train on: the decoder is given each true symbol of a target, and learns the next one.
struct PairsData: TrainingData {
  let task: any LearningTask
  let samples: any SampleSource
  let validation: (any SampleSource)?
  let vocabulary: Vocabulary?
  /// The symbols of targets in the order of their numbers.
  let labels: [String]?

  /// The words that have numbers of their own unless somebody says otherwise.
  private static let usualWords = 10_000

  /// A new file.
  ///
  /// - Throws: `FileError` that names line and column, or `ConfigurationError`.
  init(_ plan: PairsTask, validationSplit: Double, randomSeed: UInt64) throws {
    guard plan.level != .subword else { throw ConfigurationError.noSubwords }
    guard plan.level != .byte else {
      throw ConfigurationError("a symbol of a pair is a character or a word, not a byte")
    }
    let table = try PairTable(plan.file, source: plan.source, target: plan.target)
    let most = plan.vocabularySize ?? (plan.level == .word ? Self.usualWords : nil)
    guard let symbols = PairSymbols(table.pairs, level: plan.level, most: most) else {
      throw FileError(
        .invalid, file: table.file, "column \(plan.target): all targets are empty")
    }
    try self.init(
      plan, table, symbols,
      parts: try splitSamples(
        table.pairs.count, validationSplit: validationSplit, randomSeed: randomSeed))
  }

  /// That of a checkpoint.
  ///
  /// - Throws: `FileError` if the file is not there any more, or has a target with a character that the model does not
  ///   know.
  init(_ task: PairsTask, of checkpoint: Checkpoint) throws {
    guard
      let symbols = PairSymbols(
        checkpoint.vocabulary, labels: checkpoint.labels, level: task.level)
    else { throw ConfigurationError("/vocabulary or /labels: are not those of the task") }
    let table = try PairTable(task.file, source: task.source, target: task.target)
    try self.init(
      task, table, symbols,
      parts: try splitSamples(
        table.pairs.count, validationSplit: checkpoint.task?.validationSplit ?? 0,
        randomSeed: checkpoint.task?.options.randomSeed ?? 0))
  }

  private init(
    _ task: PairsTask, _ table: PairTable, _ symbols: PairSymbols,
    parts: (training: [Int], validation: [Int])
  ) throws {
    let numbers = NumberedPairs(table, symbols)
    if task.level == .character, let number = numbers.firstUnknownTarget {
      let pair = table.pairs[number]
      throw table.invalid(
        pair.line, task.target, "has a symbol that the model does not know: \(pair.target)")
    }
    var task = task
    task.digest = table.digest
    task.sourceLength = numbers.sourceLength
    task.targetLength = max(1, numbers.targetLength)
    self.task = task
    samples = try numbers.dataset(parts.training)
    validation = try parts.validation.isEmpty ? nil : numbers.dataset(parts.validation)
    vocabulary = symbols.source.vocabulary
    labels = symbols.target.vocabulary.symbols
  }

  func stream(of trainer: Trainer) -> StreamPosition? { nil }
}

/// Pairs as numbers of symbols.
struct NumberedPairs {
  private let sources, targets: [[Int32]]
  private let file: String
  /// Those of the longest.
  let sourceLength, targetLength: Int

  init(_ table: PairTable, _ symbols: PairSymbols) {
    file = table.file
    sources = table.pairs.map { symbols.source($0.source) }
    targets = table.pairs.map { symbols.target($0.target) }
    sourceLength = sources.map(\.count).max() ?? 1
    targetLength = targets.map(\.count).max() ?? 1
  }

  /// The first pair whose target has a symbol that is not known.
  var firstUnknownTarget: Int? {
    targets.firstIndex { $0.contains(Int32(SequenceEncoding.unknown)) }
  }

  /// Samples of some pairs: the source, padded in front; the target behind its start, and, one step earlier, before its
  /// end, padded behind. The model leaves out the padding.
  ///
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  func dataset(_ chosen: [Int]) throws -> SequenceDataset {
    let (before, behind) = (sourceLength, targetLength + 1)
    let (values, isTooMuch) = chosen.count.multipliedReportingOverflow(by: before + 2 * behind)
    guard !isTooMuch, values <= Int(Int32.max) else {
      throw ConfigurationError("\(file): the pairs are too many, or too long")
    }
    try OutOfMemory.check(bytes: (4 * values, false))
    var (read, given) = ([Float](), [Float]())
    var next: [Int32] = []
    read.reserveCapacity(chosen.count * before)
    given.reserveCapacity(chosen.count * behind)
    next.reserveCapacity(chosen.count * behind)
    for number in chosen {
      let (source, target) = (sources[number], targets[number])
      read.append(contentsOf: repeatElement(0, count: before - source.count))
      read += source.map(Float.init)
      given.append(Float(PairSymbols.start))
      given += target.map(Float.init)
      next += target
      next.append(Int32(PairSymbols.end))
      let padding = behind - target.count - 1
      given.append(contentsOf: repeatElement(0, count: padding))
      next.append(contentsOf: repeatElement(0, count: padding))
    }
    return try SequenceDataset(
      samples: chosen.count,
      inputs: [
        InputArray(timeSteps: before, features: 1, values: read),
        InputArray(timeSteps: behind, features: 1, values: given),
      ], targets: [TargetArray(steps: behind, classes: next)])
  }
}
