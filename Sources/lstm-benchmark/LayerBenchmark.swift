import ArgumentParser
import Files
import Recurrent

/// What a recurrent layer does beside its steps.
enum LayerVariant: String, ExpressibleByArgument, CaseIterable {
  case plain, masked, dropout, backwards, bidirectional
  case noBias = "no-bias"

  fileprivate var options: [String: JSONValue] {
    switch self {
    case .plain, .masked, .bidirectional: [:]
    case .dropout: ["dropout": 0.2, "recurrent_dropout": 0.2]
    case .backwards: ["go_backwards": true]
    case .noBias: ["use_bias": false]
    }
  }

  /// A recurrent layer that returns sequences.
  fileprivate func layer(_ className: String, name: String, units: Int) -> LayerConfiguration {
    let options = options.merging(
      ["units": .integer(units), "return_sequences": true]) { _, new in new }
    guard self == .bidirectional else {
      return LayerConfiguration(className, name: name, options: options)
    }
    let inner: JSONValue = [
      "class_name": .string(className),
      "config": .object(options.merging(["name": .string(name)]) { _, new in new }),
    ]
    return LayerConfiguration("Bidirectional", name: "both_\(name)", options: ["layer": inner])
  }
}

/// Training recurrent layers above each other, and a value for each step.
struct LayerBenchmark: Benchmark {
  private let trainer: Trainer
  private let updates: Int
  let unit = "step of a row"
  let unitsPerRound: Double

  /// - Parameter className: That of a recurrent layer.
  init(
    _ className: String, _ variant: LayerVariant, units: [Int], batch: Int, steps: Int, updates: Int
  ) throws {
    self.updates = updates
    unitsPerRound = Double(updates * batch * steps)
    let features = 16
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .sequence(timeSteps: steps, features: features),
        layers: (variant == .masked ? [LayerConfiguration("Masking", name: "masking")] : [])
          + units.enumerated().map { index, units in
            variant.layer(className, name: "recurrent_\(index)", units: units)
          } + [LayerConfiguration("Dense", name: "dense", options: ["units": 1])]))
    try parameters.initialize(seed: 1)
    var generator = PhiloxGenerator(seed: 1, stream: .trainingData)
    let inputs = (0..<batch * steps * features).map { index -> Float in
      // Each row begins with some steps that a mask leaves out.
      let (row, step) = (index / features / steps, index / features % steps)
      let value = Float(generator.uniform())
      return variant == .masked && step < row % (steps / 2 + 1) ? 0 : value
    }
    trainer = try Trainer(
      parameters: parameters, optimizer: try Optimizer(.adam(), parameters: parameters),
      losses: [OutputLoss(.meanSquaredError)],
      source: try SequenceDataset(
        samples: batch, timeSteps: steps, features: features, targetSteps: steps, targetUnits: 1,
        inputs: inputs, targetValues: (0..<batch * steps).map { _ in Float(generator.uniform()) }),
      options: TrainingOptions(
        batchSize: batch, shuffle: false, resetStatesEachEpoch: false, randomSeed: 1),
      progress: TrainingProgress(samples: batch, targetEpochs: 1 << 30, randomSeed: 1))
    try trainer.update()
  }

  func round() throws -> Double {
    try seconds { for _ in 0..<updates { try trainer.update() } }
  }
}
