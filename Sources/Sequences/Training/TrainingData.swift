import Checkpoints
import Recurrent

/// What a run trains on, and where it comes from.
struct TrainingData {
  let source: TrainingTask.Source
  let dataset: SequenceDataset
  /// The patterns behind the dataset's samples, where they are letters.
  private let patterns: [Pattern]
  private let isStateful: Bool

  /// The data of an experiment.
  init(_ experiment: Experiment, randomSeed: UInt64) throws {
    source = .experiment(experiment.name)
    patterns = experiment.patterns(randomSeed: randomSeed)
    isStateful = experiment.stateful
    dataset = try SequenceDataset(
      patterns, framing: experiment.framing, vocabulary: Experiment.alphabet)
  }

  /// Two files of arrays.
  ///
  /// - Throws: `CheckpointError`, or `ConfigurationError` if they do not fit each other or the model.
  init(
    inputs: String, targets: String, configuration: ModelConfiguration, loss: Loss
  ) throws {
    source = .arrays(inputs: inputs, targets: targets)
    patterns = []
    isStateful = false
    var (x, y) = (
      try NumericArray(contentsOf: inputs), try NumericArray(contentsOf: targets)
    )
    if inputs.hasSuffix(".csv") { x = x.asSamples(configuration.inputSizes) }
    try configuration.check(inputShape: x.shape, "the inputs have")
    let samples = x.shape[0]
    let timeSteps = configuration.input.isSequence ? x.shape[1] : 1
    // Class numbers may come without an axis of their own.
    let units = loss.takesClasses ? 1 : configuration.outputUnits
    if targets.hasSuffix(".csv") {
      y = y.asSamples(configuration.outputSizes(steps: timeSteps) + [units])
    }
    guard y.shape.first == samples, y.shape.allSatisfy({ $0 >= 1 }) else {
      throw ConfigurationError(
        "the targets have shape \(y.shape); the inputs have \(samples) samples")
    }
    let values = max(1, y.shape.dropFirst().reduce(1, *))
    guard values % units == 0,
      loss.takesClasses || y.shape.count > 1 || units == 1
    else {
      throw ConfigurationError(
        "the targets have shape \(y.shape); the inputs have \(samples) samples, and the model gives "
          + "\(units) values")
    }
    dataset = try SequenceDataset(
      samples: samples, timeSteps: timeSteps, features: configuration.features,
      targetSteps: values / units, targetUnits: units, inputs: x.values, targetValues: y.values)
  }

  /// The data that a checkpoint's task names.
  ///
  /// - Throws: `CheckpointError`, or `ConfigurationError`.
  init(_ task: TrainingTask, _ checkpoint: Checkpoint, file: String) throws {
    if case .arrays(let inputs, let targets) = task.source {
      try self.init(
        inputs: inputs, targets: targets, configuration: checkpoint.configuration,
        loss: checkpoint.loss)
      return
    }
    let experiment = try Experiment.of(task, file: file)
    guard experiment.stateful == checkpoint.configuration.isStateful else {
      throw CheckpointError(
        .invalid, file: file,
        "/task@experiment: is \(experiment.name), but the model is "
          + (experiment.stateful ? "not stateful" : "stateful"))
    }
    try self.init(experiment, randomSeed: task.options.randomSeed)
  }

  /// The sequences that the state remembers go on with the symbols that follow in the data.
  func stream(of trainer: Trainer) -> StreamPosition? {
    let progress = trainer.progress
    let batch = trainer.options.batchSize
    guard isStateful, trainer.optimizer.iterations > 0 else { return nil }
    let updates = progress.updateInEpoch == 0 ? trainer.updatesPerEpoch : progress.updateInEpoch
    return StreamPosition(
      nextInput: progress.order[(updates - 1) * batch..<updates * batch].map { sample in
        let pattern = patterns[Int(sample)]
        return pattern.symbols.dropFirst() + [pattern.target]
      })
  }
}

extension Experiment {
  /// The experiment that a checkpoint's task names.
  ///
  /// - Throws: ``CheckpointError`` if there is none of that name.
  static func of(_ task: TrainingTask, file: String) throws -> Experiment {
    guard case .experiment(let name) = task.source else {
      throw CheckpointError(
        .invalid, file: file, "was trained on arrays, not on letters; use --input X.npy")
    }
    guard let experiment = named(name) else {
      throw CheckpointError(
        .invalid, file: file,
        "/task@experiment: is \(name); known are " + all.map(\.name).joined(separator: ", "))
    }
    return experiment
  }
}
