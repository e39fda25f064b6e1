import Checkpoints
import Files
import Recurrent
import Tasks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One kind of work that can be measured again and again.
protocol Benchmark {
  /// What a round is made of.
  var unit: String { get }
  /// How many of them it is made of.
  var unitsPerRound: Double { get }
  /// Does the work once.
  ///
  /// - Returns: The seconds it took.
  func round() throws -> Double
}

/// The seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
  let begin = now()
  try body()
  return now() - begin
}

/// Training one of the experiments from new weights.
struct ExperimentBenchmark: Benchmark {
  private let plan: TrainingPlan
  private let l2: Double?
  let unit = "update"
  let unitsPerRound: Double

  /// - Parameters:
  ///   - optimizer: Keras' name of the optimizer.
  ///   - clipNorm: The norm that gradients are clipped to.
  ///   - l2: The L2 regularizer of the LSTM's kernels.
  init(
    _ experiment: Experiment, epochs: Int, optimizer: String, clipNorm: Double?, l2: Double?
  ) throws {
    var plan = TrainingPlan(LettersTask(experiment))
    plan.epochs = epochs
    plan.optimizer = optimizer
    plan.clipNorm = clipNorm
    self.plan = plan
    self.l2 = l2
    unitsPerRound = Double(epochs * (try TrainingRun(plan).trainer.updatesPerEpoch))
  }

  func round() throws -> Double {
    let trainer = try trainer()
    return try seconds { try trainer.train { _ in false } }
  }

  private func trainer() throws -> Trainer {
    let planned = try TrainingRun(plan).trainer
    guard let l2 else { return planned }
    var configuration = planned.model.parameters.configuration
    let regularizer: JSONValue = ["class_name": "L2", "config": ["l2": .number(l2)]]
    for index in configuration.layers.indices
    where !configuration.layers[index].recurrentLayers.isEmpty {
      configuration.layers[index].options["kernel_regularizer"] = regularizer
      configuration.layers[index].options["recurrent_regularizer"] = regularizer
    }
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: plan.randomSeed)
    return try Trainer(
      parameters: parameters,
      optimizer: try Optimizer(planned.optimizer.configuration, parameters: parameters),
      losses: [OutputLoss(planned.loss)], source: planned.source, options: planned.options,
      progress: planned.progress)
  }
}

/// A character model on random symbols, one-hot, with a target at every step.
struct CharacterBenchmark: Benchmark {
  private let trainer: Trainer
  private let updates: Int
  let unit = "character"
  let unitsPerRound: Double

  init(units: [Int], symbols: Int, batch: Int, steps: Int, updates: Int) throws {
    self.updates = updates
    unitsPerRound = Double(updates * batch * steps)
    let parameters = try ParameterStore<Float>(
      .characterModel(units: units, symbols: symbols, timeSteps: steps, statefulBatch: batch))
    try parameters.initialize(seed: 1)
    // A few batches, over and over: what is in them does not change the work.
    let samples = 4 * batch
    var generator = PhiloxGenerator(seed: 1, stream: .trainingData)
    var inputs = [Float](repeating: 0, count: samples * steps * symbols)
    for step in 0..<samples * steps {
      inputs[step * symbols + generator.uniform(below: symbols)] = 1
    }
    let targets = (0..<samples * steps).map { _ in Int32(generator.uniform(below: symbols)) }
    trainer = try Trainer(
      parameters: parameters, optimizer: try Optimizer(.adam(), parameters: parameters),
      source: try SequenceDataset(
        samples: samples, timeSteps: steps, features: symbols, targetSteps: steps, inputs: inputs,
        targets: targets),
      options: TrainingOptions(
        batchSize: batch, shuffle: false, resetStatesEachEpoch: false, randomSeed: 1),
      progress: TrainingProgress(samples: samples, targetEpochs: 1 << 30, randomSeed: 1))
    try trainer.update()
  }

  func round() throws -> Double {
    try seconds { for _ in 0..<updates { try trainer.update() } }
  }
}

/// A character model running on its own answers, one symbol at a time.
struct SampleBenchmark: Benchmark {
  private let model: Sequential<Float>
  private let symbols: Int
  private let count: Int
  let unit = "character"
  var unitsPerRound: Double { Double(count) }

  init(units: [Int], symbols: Int, count: Int) throws {
    self.symbols = symbols
    self.count = count
    let parameters = try ParameterStore<Float>(
      .characterModel(units: units, symbols: symbols, timeSteps: 1, statefulBatch: 1))
    try parameters.initialize(seed: 1)
    model = try Sequential(parameters: parameters, batch: 1, timeSteps: 1)
    model.readsSymbols = true
  }

  func round() -> Double {
    var symbol = 0
    return seconds {
      for _ in 0..<count {
        model.symbols[0] = Int32(symbol)
        model.forward(rows: 1)
        symbol = model.likeliestClass(row: 0)
      }
    }
  }
}

/// Saving or loading a checkpoint with all that belongs to it.
struct CheckpointBenchmark: Benchmark {
  private let checkpoint: Checkpoint
  private let file: String
  private let saves: Bool
  let unit = "byte"
  let unitsPerRound: Double

  init(units: [Int], file: String, saves: Bool) throws {
    self.file = file
    self.saves = saves
    let parameters = try ParameterStore<Float>(
      .characterModel(units: units, symbols: 65, timeSteps: 50, statefulBatch: 50))
    try parameters.initialize(seed: 1)
    checkpoint = Checkpoint(
      parameters: parameters, optimizer: try Optimizer(.adam(), parameters: parameters),
      recurrentState: RecurrentState.zero(parameters.configuration))
    unitsPerRound = Double(3 * parameters.configuration.parameterCount * MemoryLayout<Float>.size)
    if !saves { try CheckpointFile.save(checkpoint, to: file, lock: try FileLock(file)) }
  }

  func round() throws -> Double {
    try seconds {
      if saves {
        try CheckpointFile.save(checkpoint, to: file, lock: try FileLock(file))
      } else {
        _ = try CheckpointFile.load(file)
      }
    }
  }
}

extension ModelConfiguration {
  /// LSTM layers over one-hot symbols, and a softmax at every step.
  static func characterModel(
    units: [Int], symbols: Int, timeSteps: Int, statefulBatch: Int
  ) -> ModelConfiguration {
    classifier(
      RecurrentStack(units: units), classes: symbols, timeSteps: timeSteps, features: symbols,
      statefulBatch: statefulBatch, returnSequences: true)
  }
}
