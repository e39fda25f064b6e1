import Files
import Testing

@testable import Recurrent

/// Gradients of models in which layers give several outputs, are given states, are called several times, or are models
/// themselves, in double precision against central finite differences.
@Suite struct GraphGradientTests {
  struct Graph: CustomStringConvertible, Sendable {
    let description: String
    let model: ModelConfiguration
  }

  private static func layer(
    _ name: String, _ className: String, _ calls: [[ValueName]],
    _ options: [String: JSONValue] = [:]
  ) -> LayerConfiguration {
    var layer = LayerConfiguration(className, name: name, options: options)
    layer.calls = calls.map { LayerCall($0) }
    return layer
  }

  private static func value(_ name: String, call: Int = 0, _ output: Int = 0) -> ValueName {
    ValueName(name, call: call, output: output)
  }

  private static let a = InputConfiguration("a", .sequence(timeSteps: 4, features: 2))
  private static let b = InputConfiguration("b", .sequence(timeSteps: 3, features: 2))

  private static func graph(
    _ description: String, _ layers: [LayerConfiguration], _ outputs: [ValueName]
  ) -> Graph {
    Graph(
      description: description,
      model: ModelConfiguration(batch: nil, inputs: [a, b], layers: layers, outputs: outputs))
  }

  private static func bidirectional(_ cell: String) -> JSONValue {
    [
      "class_name": .string(cell),
      "config": ["name": "inner", "units": 2, "return_sequences": true, "return_state": true],
    ]
  }

  /// Encoders whose states decoders begin with; every output of both has a loss.
  static let states: [Graph] = [
    ("LSTM", 2), ("GRU", 1), ("SimpleRNN", 1), ("PeepholeLSTM", 2), ("LayerNormLSTM", 2),
    ("MinGRU", 1), ("MinLSTM", 1), ("SLSTM", 4),
  ].flatMap { cell, count -> [Graph] in
    let options: [String: JSONValue] = ["units": 3, "return_state": true]
    let sequences = options.merging(["return_sequences": true]) { $1 }
    return [false, true].map { ignoresMask in
      graph(
        "states of \(cell)" + (ignoresMask ? ", mask ignored" : ""),
        [
          layer("masking", "Masking", [[value("b")]]),
          layer("encoder", cell, [[value("a")]], options),
          layer(
            "decoder", cell, [[value("masking")] + (1...count).map { value("encoder", $0) }],
            sequences.merging(["ignores_mask": .bool(ignoresMask)]) { $1 }),
        ],
        [value("decoder"), value("encoder")] + (1...count).map { value("decoder", $0) })
    }
      + ["concat", nil].map { mode in
        let first = mode == nil ? 2 : 1
        let states = (0..<2 * count).map { value("encoder", first + $0) }
        return graph(
          "both directions of \(cell), merged by \(mode ?? "nothing")",
          [
            layer("masking", "Masking", [[value("a")]]),
            layer(
              "encoder", "Bidirectional", [[value("masking")]],
              ["layer": bidirectional(cell), "merge_mode": mode.map { .string($0) } ?? nil]),
            layer(
              "decoder", "Bidirectional", [[value("b")] + states], ["layer": bidirectional(cell)]),
          ],
          [value("encoder"), value("decoder")] + (mode == nil ? [value("encoder", 1)] : [])
            + [value("decoder", 1), value("decoder", 2 * count)])
      }
  }

  /// Layers and models that are called several times, a model in a model, and an output that is an input of another layer.
  static let shared: [Graph] = {
    let inside = ModelConfiguration(
      name: "inside", batch: nil, input: .sequence(timeSteps: nil, features: 2),
      layers: [
        layer("lstm", "LSTM", [], ["units": 2, "return_sequences": true]),
        layer("dense", "Dense", [], ["units": 2, "activation": "tanh"]),
      ])
    var nested = LayerConfiguration(inside)
    nested.calls = [LayerCall([ValueName("x")]), LayerCall([value("inside")])]
    let pair = ModelConfiguration(
      name: "pair", batch: nil,
      inputs: [InputConfiguration("x", .sequence(timeSteps: nil, features: 2))],
      layers: [nested, layer("gru", "GRU", [[value("inside", call: 1)]], ["units": 3])],
      outputs: [value("gru"), value("inside")])
    var model = LayerConfiguration(pair)
    model.calls = [LayerCall([value("a")]), LayerCall([value("shared")])]
    return [
      graph(
        "shared layers and models",
        [
          layer(
            "shared", "GRU", [[value("b")], [value("pair", 1)]],
            ["units": 2, "return_sequences": true]),
          model,
          layer("dense", "Dense", [[value("pair")], [value("pair", call: 1)]], ["units": 2]),
          layer("join", "Concatenate", [[value("dense"), value("dense", call: 1)]]),
        ],
        [value("join"), value("shared", call: 1), value("pair", call: 1, 1), value("dense")])
    ]
  }()

  /// Layers and a model that are applied to steps which are sequences or have several axes.
  static let distributed: [Graph] = {
    func inner(_ className: String, _ options: [String: JSONValue]) -> JSONValue {
      ["class_name": .string(className), "config": .object(options.merging(["name": "in"]) { $1 })]
    }
    let model = ModelConfiguration(
      name: "inside", batch: nil, input: .sequence(timeSteps: 2, features: 3),
      layers: [
        layer("lstm", "LSTM", [], ["units": 2, "return_sequences": true]),
        layer("dense", "Dense", [], ["units": 2, "activation": "tanh"]),
      ])
    var applied = layer("model", "TimeDistributed", [[value("norm")]])
    applied.wrappedModel = model
    return [
      graph(
        "steps of steps",
        [
          layer("axes", "Reshape", [[value("a")]], ["target_shape": [2, 2, 2]]),
          layer(
            "gru", "TimeDistributed", [[value("axes")]],
            ["layer": inner("GRU", ["units": 3, "return_sequences": true])]),
          layer("dense", "Dense", [[value("gru")]], ["units": 3, "activation": "softmax"]),
          layer("norm", "LayerNormalization", [[value("dense")]]),
          applied,
          layer(
            "windows", "TimeDistributed", [[value("model")]],
            ["layer": inner("Conv1D", ["filters": 2, "kernel_size": [2]])]),
          layer("flat", "TimeDistributed", [[value("windows")]], ["layer": inner("Flatten", [:])]),
          layer("whole", "Flatten", [[value("dense")]]),
          layer("rnn", "SimpleRNN", [[value("b")]], ["units": 2]),
        ], [value("flat"), value("whole"), value("rnn")]),
      graph(
        "parts",
        [
          layer("steps", "GRU", [[value("a")]], ["units": 6, "return_sequences": true]),
          layer(
            "split", "ops.Split", [[value("steps")]], ["indices_or_sections": 3, "axis": -1]),
          layer("join", "ops.Multiply", [[value("split", 2), value("split")]]),
          layer("halves", "ops.Split", [[value("join")]], ["indices_or_sections": 2, "axis": 1]),
          layer("flat", "Flatten", [[value("halves", 1)]]),
          layer("rnn", "SimpleRNN", [[value("b")]], ["units": 2]),
        ], [value("flat"), value("rnn")]),
      graph(
        "planes of steps",
        [
          layer("axes", "Reshape", [[value("a")]], ["target_shape": [4, 2, 1]]),
          layer(
            "lines", "ConvLSTM1D", [[value("axes")]],
            ["filters": 4, "kernel_size": [2], "padding": "same", "return_sequences": true]),
          layer("planes", "Reshape", [[value("lines")]], ["target_shape": [4, 2, 2, 2]]),
          layer(
            "all", "ConvLSTM2D", [[value("planes")]],
            [
              "filters": 2, "kernel_size": [2, 3], "padding": "same", "return_sequences": true,
              "go_backwards": true, "activation": "softsign",
            ]),
          layer(
            "last", "ConvLSTM2D", [[value("all")]],
            ["filters": 3, "kernel_size": [2, 1], "strides": [1, 2], "use_bias": false]),
          layer("line", "ConvLSTM1D", [[value("axes")]], ["filters": 2, "kernel_size": [1]]),
          layer("flat", "Flatten", [[value("last")]]),
          layer("narrow", "Flatten", [[value("line")]]),
          layer("rnn", "SimpleRNN", [[value("b")]], ["units": 2]),
        ], [value("flat"), value("narrow"), value("rnn")]),
      graph(
        "states of planes",
        [
          layer("axes", "Reshape", [[value("a")]], ["target_shape": [4, 2, 1, 1]]),
          layer("others", "Reshape", [[value("b")]], ["target_shape": [3, 2, 1, 1]]),
          layer(
            "encoder", "ConvLSTM2D", [[value("axes")]],
            [
              "filters": 3, "kernel_size": [2, 1], "padding": "same", "return_state": true,
              "dropout": 0.3, "recurrent_dropout": 0.2,
            ]),
          layer(
            "decoder", "ConvLSTM2D", [[value("others"), value("encoder", 1), value("encoder", 2)]],
            [
              "filters": 3, "kernel_size": [2, 1], "padding": "same", "return_sequences": true,
              "recurrent_dropout": 0.3, "return_state": true,
            ]),
          layer("last", "Flatten", [[value("encoder")]]),
          layer("all", "Flatten", [[value("decoder")]]),
          layer("cell", "Flatten", [[value("decoder", 2)]]),
        ], [value("last"), value("all"), value("cell")]),
      graph(
        "planes",
        [
          layer("join", "Concatenate", [[value("a"), value("a")]]),
          layer("plane", "Reshape", [[value("join")]], ["target_shape": [4, 2, 2]]),
          layer(
            "wide", "Conv2D", [[value("plane")]],
            ["filters": 3, "kernel_size": [2, 3], "padding": "same", "activation": "tanh"]),
          layer(
            "mean", "AveragePooling2D", [[value("wide")]],
            ["pool_size": [3, 1], "strides": [1, 1], "padding": "same"]),
          layer("largest", "MaxPooling2D", [[value("wide")]], ["pool_size": [2, 1]]),
          layer(
            "narrow", "Conv2D", [[value("mean")]],
            ["filters": 2, "kernel_size": [2, 1], "strides": [2, 1], "dilation_rate": [2, 1]]),
          layer("global", "GlobalAveragePooling2D", [[value("narrow")]]),
          layer("flat", "Flatten", [[value("largest")]]),
          layer("rnn", "SimpleRNN", [[value("b")]], ["units": 2]),
        ], [value("global"), value("flat"), value("rnn")]),
    ]
  }()

  @Test(arguments: states + shared + distributed) func gradientsEqualFiniteDifferences(graph: Graph)
    throws
  {
    let rows = 3
    let parameters = try ParameterStore<Double>(graph.model)
    try parameters.initialize(seed: 1)
    var generator = PhiloxGenerator(seed: 2, stream: .trainingData)
    for parameter in parameters.parameters {
      for index in 0..<parameter.count { parameters[parameter][index] += 0.3 * generator.uniform() }
    }
    let model = try Sequential(
      parameters: parameters, batch: rows,
      steps: graph.model.inputs.map { $0.sample.timeSteps ?? 1 })
    for input in model.inputs {
      for step in 0..<input.timeSteps {
        for row in 0..<rows {
          for feature in 0..<input.features {
            // Steps at the beginning of some rows do not count.
            input.values[(step * rows + row) * input.features + feature] =
              step < row ? 0 : generator.uniform() + 0.1
          }
        }
      }
    }
    let targets = model.outputs.map { output in
      (0..<output.steps * rows * output.units).map { _ in generator.uniform() }
    }
    let weights = model.outputs.indices.map { 1 + 0.5 * Double($0) }

    /// The sum of the weighted mean losses of the outputs.
    func loss() throws -> Double {
      model.forward(rows: rows)
      return try model.outputs.indices.reduce(0) { sum, number in
        try targets[number].withUnsafeBufferPointer { values in
          let sums = model.evaluate(
            .values(try #require(values.baseAddress)), loss: .meanSquaredError, rows: rows,
            output: number)
          return sum + weights[number] * sums.lossSum / Double(sums.rows)
        }
      }
    }

    model.forward(rows: rows)
    for number in model.outputs.indices {
      try targets[number].withUnsafeBufferPointer { values in
        _ = model.beginBackward(
          .values(try #require(values.baseAddress)), loss: .meanSquaredError,
          weight: weights[number], rows: rows, output: number)
      }
    }
    model.goBack(rows: rows)
    for parameter in parameters.parameters {
      let gradient = Array(parameters.gradient(parameter))
      for index in 0..<parameter.count {
        let (value, small) = (parameters[parameter][index], 1e-5)
        parameters[parameter][index] = value + small
        let above = try loss()
        parameters[parameter][index] = value - small
        let below = try loss()
        parameters[parameter][index] = value
        let expected = (above - below) / (2 * small)
        #expect(
          abs(gradient[index] - expected) <= 1e-7 * max(1, abs(expected)),
          "\(parameter.layer)/\(parameter.name)[\(index)]: \(gradient[index]), not \(expected)")
      }
    }
  }
}
