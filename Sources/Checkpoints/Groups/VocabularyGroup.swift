import HDF5
import Recurrent

/// `vocabulary/symbols`, `[classes]`, UTF-8, and the attribute `divisor`: the input value of a symbol
/// is its number divided by it.
enum VocabularyGroup {
  static let name = "vocabulary"

  static func write(_ vocabulary: Vocabulary, to group: Group) throws {
    try group.write("symbols", vocabulary.symbols)
    try group.attributes.set("divisor", vocabulary.divisor)
  }

  static func read(_ group: Group, classes: Int, file: String) throws -> Vocabulary {
    let symbols = try group.dataset("symbols").readStrings()
    let divisor: Double = try group.attributes.number("divisor")
    guard symbols.count == classes, Set(symbols).count == classes else {
      throw CheckpointError.invalid(
        file, "\(group.path)/symbols: must be \(classes) different symbols, are \(symbols.count)")
    }
    guard divisor.isFinite, divisor > 0 else {
      throw CheckpointError.invalid(file, "\(group.path)@divisor: is \(divisor)")
    }
    return Vocabulary(symbols: symbols, divisor: divisor)
  }
}

/// `task`: what the model is trained on, as attributes.
enum TaskGroup {
  static let name = "task"

  static func write(_ task: TrainingTask, to group: Group) throws {
    let attributes = group.attributes
    switch task.source {
    case .experiment(let name): try attributes.set("experiment", name)
    case .arrays(let inputs, let targets):
      try attributes.set("inputs", inputs)
      try attributes.set("targets", targets)
    }
    try attributes.set("batch_size", Int64(task.options.batchSize))
    try attributes.set("shuffle", Int64(task.options.shuffle ? 1 : 0))
    try attributes.set(
      "reset_states_each_epoch", Int64(task.options.resetStatesEachEpoch ? 1 : 0))
    try attributes.set("random_seed", task.options.randomSeed)
  }

  static func read(_ group: Group, file: String) throws -> TrainingTask {
    let attributes = group.attributes
    let batchSize: Int64 = try attributes.number("batch_size")
    guard batchSize >= 1, batchSize <= ModelConfiguration.largestAxis else {
      throw CheckpointError.invalid(file, "\(group.path)@batch_size: is \(batchSize)")
    }
    let source: TrainingTask.Source =
      attributes.contains("inputs")
      ? .arrays(
        inputs: try attributes.string("inputs"), targets: try attributes.string("targets"))
      : .experiment(try attributes.string("experiment"))
    return TrainingTask(
      source,
      options: TrainingOptions(
        batchSize: Int(batchSize),
        shuffle: try attributes.number("shuffle", as: Int64.self) != 0,
        resetStatesEachEpoch: try attributes.number("reset_states_each_epoch", as: Int64.self) != 0,
        randomSeed: try attributes.number("random_seed")))
  }
}
