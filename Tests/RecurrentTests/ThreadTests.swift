import Files
import Kernels
import Testing

@testable import Recurrent

/// Serialized, because the number of threads is global.
@Suite(.serialized) struct ThreadTests {
  /// A model large enough for threads: its weights after a few updates.
  private func train(threads: Int) throws -> [Float] {
    try train(
      ModelConfiguration.classifier(
        RecurrentStack(units: [96, 96]), classes: 7, timeSteps: Self.steps, features: Self.features,
        statefulBatch: Self.batch, returnSequences: true), threads: threads)
  }

  private static let (batch, steps, features) = (10, 8, 5)

  private func train(_ configuration: ModelConfiguration, threads: Int) throws -> [Float] {
    let before = ComputeThreads.count
    ComputeThreads.use(threads)
    defer { ComputeThreads.use(before) }
    let (batch, steps, features) = (Self.batch, Self.steps, Self.features)
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 1)
    var generator = PhiloxGenerator(seed: 1, stream: .trainingData)
    let trainer = try Trainer(
      parameters: parameters, optimizer: try Optimizer(.adam(), parameters: parameters),
      source: try SequenceDataset(
        samples: batch, timeSteps: steps, features: features, targetSteps: steps,
        inputs: (0..<batch * steps * features).map { index in
          // Some rows begin with steps that a mask leaves out.
          let (sample, step) = (index / features / steps, index / features % steps)
          let value = Float(generator.uniform())
          return configuration.layers[0].className == "Masking" && step < sample - 3 ? 0 : value
        },
        targets: (0..<batch * steps).map { _ in Int32(generator.uniform(below: 7)) }),
      options: TrainingOptions(
        batchSize: batch, shuffle: false, resetStatesEachEpoch: false, randomSeed: 1),
      progress: TrainingProgress(samples: batch, targetEpochs: 5, randomSeed: 1))
    try trainer.train { _ in false }
    return parameters.parameters.flatMap { Array(parameters[$0]) }
  }

  @Test func anyNumberOfThreadsGivesTheSameBits() throws {
    let one = try train(threads: 1)
    for threads in [1, 2, 3, 5] {
      for _ in 0..<3 { #expect(try train(threads: threads) == one) }
    }
  }

  @Test func aConvolutionGivesTheSameBitsOnMoreThreads() throws {
    let configuration = ModelConfiguration(
      batch: nil, input: .sequence(timeSteps: Self.steps, features: Self.features),
      layers: [
        LayerConfiguration(
          "Conv1D", name: "first",
          options: ["filters": 150, "kernel_size": 5, "padding": "same", "activation": "relu"]),
        LayerConfiguration(
          "Conv1D", name: "second",
          options: ["filters": 130, "kernel_size": 4, "padding": "causal"]),
        LayerConfiguration(
          "Dense", name: "dense", options: ["units": 7, "activation": "softmax"]),
      ])
    let one = try train(configuration, threads: 1)
    for threads in [1, 2, 3] {
      #expect(try train(configuration, threads: threads) == one)
    }
  }

  /// Blocks of attention are shared by threads, each as a whole.
  @Test func attentionGivesTheSameBitsOnMoreThreads() throws {
    var heads = LayerConfiguration(
      "MultiHeadAttention", name: "heads",
      options: ["num_heads": 16, "key_dim": 110, "dropout": 0.2, "use_causal_mask": true])
    heads.inputs = [ValueName("gru"), ValueName("masking")]
    var layers = [
      LayerConfiguration("Masking", name: "masking"),
      LayerConfiguration("GRU", name: "gru", options: ["units": 7, "return_sequences": true]),
      heads,
      LayerConfiguration("Dense", name: "dense", options: ["units": 7, "activation": "softmax"]),
    ]
    for (index, below) in [(0, "input_layer"), (1, "masking"), (3, "heads")] {
      layers[index].inputs = [ValueName(below)]
    }
    let configuration = ModelConfiguration(
      batch: nil, input: .sequence(timeSteps: Self.steps, features: Self.features),
      layers: layers, functionalInput: "input_layer")
    let one = try train(configuration, threads: 1)
    for threads in [1, 2, 3] {
      #expect(try train(configuration, threads: threads) == one)
    }
  }

  /// Masks, dropout and the way backwards go through the same slices of rows.
  @Test(
    arguments: [
      ("LSTM", 96, [:]), ("GRU", 96, [:]), ("SimpleRNN", 192, [:]), ("PeepholeLSTM", 96, [:]),
      ("LayerNormLSTM", 96, [:]), ("SLSTM", 96, [:]), ("SLSTM", 288, ["heads": 3]),
    ] as [(String, Int, [String: JSONValue])])
  func masksAndDropoutGiveTheSameBitsOnMoreThreads(
    className: String, units: Int, options: [String: JSONValue]
  ) throws {
    let configuration = ModelConfiguration(
      batch: nil, input: .sequence(timeSteps: Self.steps, features: Self.features),
      layers: [
        LayerConfiguration("Masking", name: "masking"),
        LayerConfiguration(
          className, name: "first",
          options: options.merging([
            "units": .integer(units), "dropout": 0.2, "recurrent_dropout": 0.2,
            "return_sequences": true,
          ]) { $1 }),
        LayerConfiguration(
          className, name: "second",
          options: options.merging([
            "units": .integer(units), "go_backwards": true, "return_sequences": true,
          ]) { $1 }),
        LayerConfiguration(
          "Dense", name: "dense", options: ["units": 7, "activation": "softmax"]),
      ])
    let one = try train(configuration, threads: 1)
    for threads in [1, 2, 3] {
      #expect(try train(configuration, threads: threads) == one)
    }
  }

  /// The recurrent kernels are so large that threads share their columns.
  @Test(arguments: [
    ("LSTM", 368), ("GRU", 424), ("PeepholeLSTM", 368), ("LayerNormLSTM", 368), ("SLSTM", 368),
  ])
  func sharedColumnsGiveTheSameBits(className: String, units: Int) throws {
    let configuration = ModelConfiguration(
      batch: nil, input: .sequence(timeSteps: Self.steps, features: Self.features),
      layers: [
        LayerConfiguration(
          className, name: "first",
          options: ["units": .integer(units), "return_sequences": true]),
        LayerConfiguration(
          "Dense", name: "dense", options: ["units": 7, "activation": "softmax"]),
      ])
    let one = try train(configuration, threads: 1)
    for threads in [2, 3] {
      #expect(try train(configuration, threads: threads) == one)
    }
  }
}
