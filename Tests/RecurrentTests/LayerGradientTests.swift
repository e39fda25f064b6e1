import Files
import Kernels
import Testing

@testable import Recurrent

/// The gradients of every layer and loss, in double precision, against central finite differences.
@Suite struct LayerGradientTests {
  struct Chain: CustomStringConvertible, Sendable {
    var description: String
    var layers: [LayerConfiguration]
    var timeSteps = 4
    var features = 3
    var loss = Loss.meanSquaredError
    var symbols = false
  }

  static func chain(
    _ description: String, _ layers: [(String, [String: JSONValue])],
    loss: Loss = .meanSquaredError,
    symbols: Bool = false
  ) -> Chain {
    Chain(
      description: description,
      layers: layers.enumerated().map {
        LayerConfiguration($1.0, name: "layer_\($0)", options: $1.1)
      },
      features: symbols ? 1 : 3, loss: loss, symbols: symbols)
  }

  static func layer(
    _ name: String, _ className: String, _ inputs: [String], _ options: [String: JSONValue] = [:]
  ) -> LayerConfiguration {
    var layer = LayerConfiguration(className, name: name, options: options)
    layer.inputs = inputs.map { ValueName($0) }
    return layer
  }

  private static func inner(_ className: String, _ options: [String: JSONValue]) -> JSONValue {
    [
      "class_name": .string(className),
      "config": .object(options.merging(["name": "inner"]) { given, _ in given }),
    ]
  }

  static let recurrent: [Chain] = ["LSTM", "GRU", "SimpleRNN"].flatMap { name -> [Chain] in
    [
      chain("\(name) softsign", [(name, ["units": 4, "activation": "softsign"])]),
      chain(
        "\(name) backwards",
        [
          (name, ["units": 4, "go_backwards": true, "return_sequences": true]),
          (name, ["units": 2]),
        ]),
      chain(
        "\(name) masked",
        [
          ("Masking", [:]), (name, ["units": 4, "return_sequences": true]),
          (name, ["units": 3, "use_bias": false]),
        ]),
      chain(
        "\(name) with dropout, masked",
        [
          ("Masking", [:]),
          (
            name,
            ["units": 4, "dropout": 0.3, "recurrent_dropout": 0.3, "return_sequences": true]
          ),
          (name, ["units": 3, "recurrent_dropout": 0.3, "go_backwards": true]),
        ]),
      chain(
        "\(name) softplus",
        [("Masking", [:]), (name, ["units": 4, "activation": "softplus"])]),
      chain(
        "\(name) masked, zero output",
        [
          ("Masking", [:]),
          (name, ["units": 4, "return_sequences": true, "zero_output_for_mask": true]),
        ]),
    ]
      + ["concat", "sum", "ave", "mul"].map { mode in
        chain(
          "Bidirectional \(name) \(mode)",
          [
            (
              "Bidirectional",
              [
                "layer": inner(name, ["units": 3, "return_sequences": true]),
                "merge_mode": .string(mode),
              ]
            ),
            (
              "Bidirectional",
              ["layer": inner(name, ["units": 2]), "merge_mode": .string(mode)]
            ),
          ])
      }
  }

  static let others: [Chain] = [
    chain("GRU resets before", [("GRU", ["units": 4, "reset_after": false])]),
    chain(
      "GRU resets before, masked",
      [("Masking", [:]), ("GRU", ["units": 4, "reset_after": false, "return_sequences": true])]),
    chain(
      "Embedding", [("Embedding", ["input_dim": 5, "output_dim": 3]), ("LSTM", ["units": 2])],
      symbols: true),
    chain(
      "Embedding masked",
      [
        ("Embedding", ["input_dim": 5, "output_dim": 3, "mask_zero": true]),
        ("GRU", ["units": 2, "return_sequences": true]),
        ("TimeDistributed", ["layer": inner("Dense", ["units": 2, "activation": "tanh"])]),
      ], symbols: true),
    chain(
      "LayerNormalization",
      [("LSTM", ["units": 4, "return_sequences": true]), ("LayerNormalization", [:])]),
    chain(
      "BatchNormalization",
      [
        ("SimpleRNN", ["units": 4, "return_sequences": true]), ("BatchNormalization", [:]),
        ("GRU", ["units": 2]),
      ]),
    chain(
      "shapes",
      [
        ("GRU", ["units": 3, "return_sequences": true]), ("Flatten", [:]),
        ("Dense", ["units": 6, "activation": "gelu"]), ("Reshape", ["target_shape": [2, 3]]),
        ("LSTM", ["units": 2]), ("RepeatVector", ["n": 3]),
        ("SimpleRNN", ["units": 2, "return_sequences": true]),
        ("Activation", ["activation": "softmax"]),
      ]),
    chain(
      "categorical", [("Dense", ["units": 3, "activation": "softmax"])],
      loss: .categoricalCrossEntropy),
    chain(
      "categorical, no softmax", [("Dense", ["units": 3, "activation": "sigmoid"])],
      loss: .categoricalCrossEntropy),
    chain(
      "sparse", [("LSTM", ["units": 3]), ("Dense", ["units": 3, "activation": "softmax"])],
      loss: .sparseCategoricalCrossEntropy),
    chain(
      "binary", [("Dense", ["units": 3, "activation": "sigmoid"])], loss: .binaryCrossEntropy),
    chain(
      "binary, no sigmoid", [("Dense", ["units": 3, "activation": "softmax"])],
      loss: .binaryCrossEntropy),
    chain("absolute", [("Dense", ["units": 3])], loss: .meanAbsoluteError),
    chain("Huber", [("Dense", ["units": 3])], loss: .huber(delta: 0.4)),
    chain("quantiles", [("Dense", ["units": 3])], loss: .quantile([0.2, 0.5, 0.7])),
  ]

  static let convolutions: [Chain] =
    ["valid", "same", "causal"].flatMap { padding in
      [1, 2, 3].map { size in
        chain(
          "Conv1D \(padding), \(size) steps",
          [
            ("LSTM", ["units": 3, "return_sequences": true]),
            (
              "Conv1D",
              [
                "filters": 4, "kernel_size": [.integer(size)], "padding": .string(padding),
                "activation": "softplus",
              ]
            ),
            ("Conv1D", ["filters": 2, "kernel_size": 2, "use_bias": false]),
          ])
      }
    } + [
      chain(
        "Conv1D masked",
        [
          ("Masking", [:]), ("GRU", ["units": 3, "return_sequences": true]),
          ("Conv1D", ["filters": 3, "kernel_size": 4, "padding": "same", "activation": "tanh"]),
          ("GRU", ["units": 2, "return_sequences": true]),
        ]),
      chain(
        "Conv1D softmax",
        [("Conv1D", ["filters": 3, "kernel_size": 2, "activation": "softmax"])],
        loss: .categoricalCrossEntropy),
    ]

  static let steps: [Chain] =
    ["MaxPooling1D", "AveragePooling1D"].flatMap { name in
      [("valid", 2, 1), ("valid", 2, 3), ("same", 3, 2), ("same", 4, 1), ("same", 1, 3)].map {
        padding, size, strides in
        chain(
          "\(name) \(padding), \(size) steps, strides \(strides)",
          [
            ("Masking", [:]), ("GRU", ["units": 3, "return_sequences": true]),
            (
              name,
              [
                "pool_size": [.integer(size)], "strides": [.integer(strides)],
                "padding": .string(padding),
              ]
            ),
            ("LSTM", ["units": 3, "return_sequences": true]),
          ])
      }
    }
    + [false, true].map { keepsSteps in
      chain(
        "GlobalMaxPooling1D" + (keepsSteps ? ", keepdims" : ""),
        [
          ("Masking", [:]), ("GRU", ["units": 3, "return_sequences": true]),
          ("GlobalMaxPooling1D", ["keepdims": .bool(keepsSteps)]),
          ("Dense", ["units": 3]),
        ])
    } + [
      chain(
        "UpSampling1D, ZeroPadding1D, Cropping1D and Permute",
        [
          ("Masking", [:]), ("GRU", ["units": 3, "return_sequences": true]),
          ("UpSampling1D", ["size": 3]), ("ZeroPadding1D", ["padding": [2, 1]]),
          ("SimpleRNN", ["units": 2, "return_sequences": true]),
          ("Cropping1D", ["cropping": [1, 3]]), ("Permute", ["dims": [2, 1]]),
          ("LSTM", ["units": 2, "return_sequences": true]), ("Permute", ["dims": [2, 1]]),
        ])
    ]

  /// Activations as layers with options of their own, and random numbers that a batch keeps.
  static let elementwise: [Chain] =
    ([
      ("ReLU", [:]), ("ReLU", ["max_value": 0.5, "negative_slope": 0.2, "threshold": 0.1]),
      ("ReLU", ["max_value": 0.4]), ("ReLU", ["threshold": 0.3]), ("LeakyReLU", [:]),
      ("ELU", [:]), ("ELU", ["alpha": 0.4]), ("Softmax", [:]), ("PReLU", [:]),
      ("PReLU", ["shared_axes": [1]]), ("PReLU", ["shared_axes": [2]]),
      ("PReLU", ["shared_axes": [1, 2]]), ("SpatialDropout1D", ["rate": 0.4]),
      ("GaussianDropout", ["rate": 0.3]), ("GaussianNoise", ["stddev": 0.3]),
      ("Rescaling", ["scale": -0.7, "offset": 0.2]),
    ] as [(String, [String: JSONValue])]).map { name, options in
      chain(
        "\(name) \(JSONValue.object(options).text())",
        [
          ("LSTM", ["units": 4, "return_sequences": true]), ("Dense", ["units": 5]),
          (name, options), ("Dense", ["units": 2]),
        ])
    } + [
      chain(
        "masked",
        [
          ("Masking", [:]), ("Dense", ["units": 4]), ("LeakyReLU", [:]),
          ("PReLU", ["shared_axes": [1]]), ("SpatialDropout1D", ["rate": 0.3]),
          ("GaussianNoise", ["stddev": 0.1]), ("GRU", ["units": 3]), ("PReLU", [:]),
          ("ELU", ["alpha": 1.5]), ("Dense", ["units": 2]), ("PReLU", ["shared_axes": [1]]),
        ]),
      chain(
        "Softmax at the end", [("Dense", ["units": 3]), ("Softmax", [:])],
        loss: .categoricalCrossEntropy),
      chain(
        "per step",
        [
          ("Dense", ["units": 3]), ("TimeDistributed", ["layer": inner("LeakyReLU", [:])]),
          ("TimeDistributed", ["layer": inner("GaussianDropout", ["rate": 0.2])]),
          ("Dense", ["units": 2]),
        ]),
    ]

  /// Outputs that are taken several times, beside others, and beside the model's input.
  static let graphs: [Chain] = {
    return [false, true].map { needsAllMasks in
      Chain(
        description: "graph" + (needsAllMasks ? ", all masks" : ""),
        layers: [
          layer("masking", "Masking", ["input_layer"]),
          layer("lstm", "LSTM", ["masking"], ["units": 3, "return_sequences": true]),
          layer("dense", "Dense", ["input_layer"], ["units": 2, "activation": "tanh"]),
          layer("gru", "GRU", ["lstm"], ["units": 2, "return_sequences": true]),
          layer(
            "join", "Concatenate", ["gru", "lstm", "dense", "lstm"],
            ["needs_all_masks": .bool(needsAllMasks)]),
          layer("rnn", "SimpleRNN", ["join"], ["units": 3]),
        ])
    }
      + [
        Chain(
          description: "attention, masked",
          layers: [
            layer("masking", "Masking", ["input_layer"]),
            layer("gru", "GRU", ["masking"], ["units": 3, "return_sequences": true]),
            layer("mean", "GlobalAveragePooling1D", ["gru"], ["keepdims": true]),
            layer("query", "Dense", ["mean"], ["units": 3]),
            layer("key", "Dense", ["gru"], ["units": 3, "use_bias": false]),
            layer("attention", "AdditiveAttention", ["query", "gru", "key"]),
            layer("flatten", "Flatten", ["attention"]),
            layer("dense", "Dense", ["flatten"], ["units": 3]),
          ]),
        Chain(
          description: "attention of several queries, masked, without key or scale",
          layers: [
            layer("masking", "Masking", ["input_layer"]),
            layer("gru", "GRU", ["masking"], ["units": 3, "return_sequences": true]),
            layer("lstm", "LSTM", ["masking"], ["units": 3, "return_sequences": true]),
            layer("attention", "AdditiveAttention", ["lstm", "gru"], ["use_scale": false]),
            layer("mean", "GlobalAveragePooling1D", ["attention"]),
          ]),
        Chain(
          description: "attention without masks",
          layers: [
            layer("gru", "GRU", ["input_layer"], ["units": 3, "return_sequences": true]),
            layer("mean", "GlobalAveragePooling1D", ["gru"], ["keepdims": true]),
            layer("attention", "AdditiveAttention", ["mean", "gru"]),
          ]),
      ]
  }()

  static let activations: [Chain] = Activation.allCases.map { activation in
    chain(
      "activation \(activation.rawValue)",
      [
        ("Dense", ["units": 4, "activation": .string(activation.rawValue)]),
        ("Activation", ["activation": .string(activation.rawValue)]),
      ])
  }

  @Test(
    arguments: recurrent + others + losses + convolutions + steps + elementwise + cells
      + penalties + windows + axes + normalizations + graphs + merges + attentions + dots
      + activations
      + operations + furtherCells)
  func gradientsEqualFiniteDifferences(chain: Chain) throws {
    let rows = 3
    let parameters = try ParameterStore<Double>(
      ModelConfiguration(
        batch: nil, input: .sequence(timeSteps: chain.timeSteps, features: chain.features),
        inputIsSymbols: chain.symbols, layers: chain.layers, functionalInput: "input_layer"))
    try parameters.initialize(seed: 1)
    var generator = PhiloxGenerator(seed: 2, stream: .trainingData)
    for parameter in parameters.parameters where parameter.isTrainable {
      for index in 0..<parameter.count { parameters[parameter][index] += 0.3 * generator.uniform() }
    }
    let model = try Sequential(
      parameters: parameters, batch: rows, timeSteps: chain.timeSteps)
    // Steps at the beginning of some rows do not count.
    for step in 0..<chain.timeSteps {
      for index in step * rows * chain.features..<(step + 1) * rows * chain.features {
        let row = index / chain.features % rows
        let value =
          chain.symbols ? Double(1 + generator.uniform(below: 4)) : generator.uniform() + 0.1
        model.input[index] = step < row ? 0 : value
      }
    }
    let classes = (0..<model.outputSteps * rows).map { _ in Int32(generator.uniform(below: 3)) }
    let values = (0..<model.outputSteps * rows * model.outputUnits).map { _ in
      generator.uniform()
    }
    func loss() -> Double {
      model.forward(rows: rows, training: true)
      let sums =
        chain.loss.takesClasses
        ? model.backward(targets: classes, loss: chain.loss, rows: rows)
        : model.backward(targetValues: values, loss: chain.loss, rows: rows)
      return sums.lossSum / Double(sums.rows) + model.activityLoss
    }
    _ = loss()
    let analytic = parameters.parameters.map { Array(parameters.gradient($0)) }
    for (parameter, analytic) in zip(parameters.parameters, analytic) where parameter.isTrainable {
      let weights = parameters[parameter]
      var (difference, size) = (0.0, 0.0)
      for index in weights.indices {
        let weight = weights[index]
        // Small enough that no value comes to where a slope changes.
        let h = 1e-5
        func at(_ offset: Double) -> Double {
          weights[index] = weight + offset
          return loss()
        }
        let numeric = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
        weights[index] = weight
        difference += (numeric - analytic[index]) * (numeric - analytic[index])
        size += numeric * numeric
      }
      #expect(
        difference.squareRoot() <= 1e-6 * max(size.squareRoot(), 1e-3),
        "\(parameter.layer)/\(parameter.name): \(difference.squareRoot()) of \(size.squareRoot())")
    }
  }
}
