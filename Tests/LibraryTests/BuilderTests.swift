import LSTMToolkit
import Testing

@Suite struct BuilderTests {
  @Test func conditionsAndLoopsMakeLayers() throws {
    func model(depth: Int, normalizes: Bool, classes: Int?) throws -> Model {
      try Model(timeSteps: 8, features: 3) {
        for level in 0..<depth {
          LSTM(4, returnSequences: level + 1 < depth)
          if normalizes { LayerNormalization() }
        }
        if let classes {
          Dense(classes, activation: .softmax)
        } else {
          Dense(1)
        }
      }
    }
    #expect(
      try model(depth: 2, normalizes: true, classes: nil).layerNames
        == ["lstm", "layer_normalization", "lstm_1", "layer_normalization_1", "dense"])
    #expect(try model(depth: 1, normalizes: false, classes: 5).outputShape == [nil, 5])
  }

  @Test func namesAreKeras() throws {
    let model = try Model(timeSteps: 8, features: 3) {
      Bidirectional(LSTM(2, returnSequences: true))
      LSTM(2, returnSequences: true, name: "lstm_1")
      LSTM(2)
      Dense(4, name: "answer")
    }
    #expect(model.layerNames == ["bidirectional", "lstm_1", "lstm_2", "answer"])
    #expect(
      model.weights.prefix(2).map { "\($0.layer)/\($0.name)" }
        == ["bidirectional/forward_lstm/kernel", "bidirectional/forward_lstm/recurrent_kernel"])
    #expect(throws: ConfigurationError.self) {
      try Model(timeSteps: 8, features: 3) {
        LSTM(2, returnSequences: true, name: "a")
        LSTM(2, name: "a")
      }
    }
  }

  @Test func cellsThatKerasDoesNotHaveAreLayers() throws {
    let model = try Model(timeSteps: 8, features: 3) {
      PeepholeLSTM(4, returnSequences: true)
      LayerNormLSTM(4, normEpsilon: 0.01, returnSequences: true)
      MinGRU(4, returnSequences: true)
      MinLSTM(4, activation: .tanh, returnSequences: true)
      Bidirectional(SLSTM(4, heads: 2, forgetActivation: .exponential, returnSequences: true))
      SLSTM(4, dropout: 0.1, recurrentDropout: 0.2)
    }
    #expect(
      model.layerNames == [
        "peephole_lstm", "layer_norm_lstm", "min_gru", "min_lstm", "bidirectional",
        "slstm_1",
      ])
    #expect(model.outputShape == [nil, 4])
  }

  @Test func stepsArePooledAndMoved() throws {
    let layers: [any Layer] = [
      MaxPooling1D(), AveragePooling1D(3, strides: 1, padding: .same), UpSampling1D(3),
      ZeroPadding1D(before: 2, after: 1), Cropping1D(before: 1, after: 4), Permute(),
      GlobalMaxPooling1D(keepdims: true), GlobalMaxPooling1D(),
    ]
    let shapes: [[Int?]] = [
      [nil, 4, 3], [nil, 4, 3], [nil, 12, 3], [nil, 15, 3], [nil, 10, 3], [nil, 3, 10],
      [nil, 1, 10], [nil, 10],
    ]
    for count in 1...layers.count {
      let model = try Model(timeSteps: 8, features: 3) { Array(layers.prefix(count)) }
      #expect(model.outputShape == shapes[count - 1])
    }
    #expect(
      try Model(timeSteps: 8, features: 3) { layers }.layerNames == [
        "max_pooling1d", "average_pooling1d", "up_sampling1d", "zero_padding1d", "cropping1d",
        "permute", "global_max_pooling1d", "global_max_pooling1d_1",
      ])
  }

  @Test func graphsGoFromOneInputToOneOutput() throws {
    let (input, other) = (Input(timeSteps: 4, features: 2), Input(timeSteps: 4, features: 2))
    let a = LSTM(3)(input)
    let model = try Model(
      input: input, output: Dense(1)(Concatenate()(a, Dense(3, activation: .relu)(a))))
    #expect(model.layerNames == ["lstm", "dense", "concatenate", "dense_1"])
    #expect(model.summary.contains("concatenate"))
    let wrong: [any GraphValue] = [
      Dense(1)(LSTM(3)(other)), Concatenate()(a, LSTM(3)(other)), input, Dense(1)(),
      Dense(1)(a, a), LSTM(3)(a),
    ]
    for output in wrong {
      let error = #expect(throws: ConfigurationError.self) {
        try Model(input: input, output: output)
      }
      #expect(error?.description.contains("--") == false)
    }
    var deep: any GraphValue = input
    for _ in 0..<200_000 { deep = Dense(2)(deep) }
    #expect(throws: ConfigurationError.self) { try Model(input: input, output: deep) }
  }

  @Test func symbolsAreReadByAnEmbedding() throws {
    let input = Input(symbolSteps: 4)
    let vectors = Embedding(inputDim: 5, outputDim: 2)(input)
    #expect(try Model(input: input, output: LSTM(2)(vectors)).inputShape == [nil, 4])
    #expect(throws: ConfigurationError.self) { try Model(input) { LSTM(2) } }
    #expect(throws: ConfigurationError.self) {
      try Model(input: input, output: Concatenate()(vectors, input))
    }
    for features in [1, 2] {
      #expect(throws: ConfigurationError.self) {
        try Model(timeSteps: 4, features: features) { Embedding(inputDim: 5, outputDim: 2) }
      }
      #expect(throws: ConfigurationError.self) {
        try Model(timeSteps: 4, features: features) {
          Dense(1)
          Embedding(inputDim: 5, outputDim: 2)
        }
      }
    }
  }

  @Test func summaryCountsWeights() throws {
    let model = try Model(timeSteps: nil, features: 1, batch: 1) {
      LSTM(50, stateful: true)
      Dense(26, activation: .softmax, trainable: false)
    }
    // 4 × 50 × (1 + 50 + 1) and (50 + 1) × 26.
    #expect(model.parameterCount == 10_400 + 1_326)
    #expect(
      model.summary == """
        sequential: input [1, any, 1]
        layer  class  output   weights
        lstm   LSTM   [1, 50]    10400
        dense  Dense  [1, 26]     1326
        11726 weights, of which training changes 10400

        """)
  }

  @Test func optionsThatCannotBeComputedAreRefused() throws {
    let layers: [any Layer] = [
      LSTM(0), LSTM(-1), LSTM(.max), LSTM(2, dropout: 1), LSTM(2, dropout: .nan),
      Conv1D(2, kernelSize: 0), Conv1D(2, kernelSize: 9), Reshape([]), Reshape([5, 5]),
      Reshape([-1, -1]), RepeatVector(3), Embedding(inputDim: 3, outputDim: 2),
      TimeDistributed(LSTM(3)), LSTM(2, kernelConstraint: .maxNorm(1, axis: 5)),
      LSTM(2, kernelRegularizer: .l1(.infinity)), Dense(3, kernelInitializer: .orthogonal(gain: 2)),
    ]
    var refused = 0
    for layer in layers {
      do {
        _ = try Model(timeSteps: 4, features: 3) { layer }
      } catch let error as ConfigurationError {
        refused += 1
        #expect(!error.description.contains("--"))
      }
    }
    #expect(refused == layers.count - 1)
    #expect(throws: ConfigurationError.self) { try Model(timeSteps: 4, features: 3) {} }
    #expect(throws: ConfigurationError.self) {
      try Model(timeSteps: 4, features: 3) { LSTM(2, stateful: true) }
    }
    for (steps, features, batch) in [(0, 3, 1), (4, 0, 1), (4, 3, 0), (.max, 3, 1), (4, .max, 1)] {
      #expect(throws: ConfigurationError.self) {
        try Model(timeSteps: steps, features: features, batch: batch) { LSTM(2) }
      }
    }
  }
}
