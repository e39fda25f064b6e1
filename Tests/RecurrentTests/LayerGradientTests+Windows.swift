import Files
import Testing

@testable import Recurrent

extension LayerGradientTests {
  /// Convolutions with strides, dilation and several outputs of each feature.
  static let windows: [Chain] =
    ["Conv1D", "SeparableConv1D", "DepthwiseConv1D"].flatMap { name in
      [
        ("valid", 2, 1, 2), ("valid", 2, 2, 1), ("same", 3, 2, 1), ("same", 3, 1, 2),
        ("same", 1, 3, 1),
      ]
      .map { padding, size, strides, dilation in
        var options: [String: JSONValue] = [
          "kernel_size": [.integer(size)], "strides": [.integer(strides)],
          "dilation_rate": [.integer(dilation)], "padding": .string(padding),
          "activation": strides > 1 ? "softplus" : "tanh",
        ]
        if name != "DepthwiseConv1D" { options["filters"] = 3 }
        if name != "Conv1D" { options["depth_multiplier"] = .integer(dilation) }
        return chain(
          "\(name) \(padding), \(size) steps, strides \(strides), dilation \(dilation)",
          [
            ("Masking", [:]), ("LSTM", ["units": 3, "return_sequences": true]), (name, options),
            ("GRU", ["units": 2, "return_sequences": true]),
          ])
      }
    } + [
      chain(
        "Conv1D causal, dilation",
        [("Conv1D", ["filters": 3, "kernel_size": 2, "padding": "causal", "dilation_rate": 2])]),
      chain(
        "SeparableConv1D softmax",
        [("SeparableConv1D", ["filters": 3, "kernel_size": 2, "activation": "softmax"])],
        loss: .categoricalCrossEntropy),
    ]

  /// Normalizations over steps, features, both and groups, of sequences and vectors.
  static let normalizations: [Chain] = {
    let both: [(String, [String: JSONValue])] = [
      ("LayerNormalization", ["axis": [1, 2]]), ("LayerNormalization", ["axis": [1]]),
      ("LayerNormalization", ["axis": -2, "scale": false]),
      ("LayerNormalization", ["axis": [2, 1], "center": false]),
      ("UnitNormalization", [:]), ("UnitNormalization", ["axis": [1, 2]]),
      ("UnitNormalization", ["axis": 1]), ("GroupNormalization", ["groups": 2]),
      ("GroupNormalization", ["groups": -1, "scale": false]),
      ("GroupNormalization", ["groups": 1, "center": false]),
      ("Normalization", ["mean": 0.3, "variance": 2.0]),
      (
        "Normalization",
        ["mean": [0.3, 0.1, -0.2, 0.4], "variance": [2, 1, 0, 0.5], "invert": true]
      ),
      ("Normalization", ["axis": [1, 2]]), ("Normalization", ["axis": [1]]),
      ("Normalization", ["axis": []]), ("AlphaDropout", ["rate": 0.3]),
      ("Discretization", ["bin_boundaries": [-0.3, 0, 0.2]]),
    ]
    return both.map { name, options in
      chain(
        "\(name) \(JSONValue.object(options).text())",
        [
          ("Masking", [:]), ("LSTM", ["units": 4, "return_sequences": true]), (name, options),
          ("Dense", ["units": 3]),
        ])
    }
      + [
        ("LayerNormalization", ["axis": 1]), ("UnitNormalization", ["axis": -1]),
        ("GroupNormalization", ["groups": 2]), ("Normalization", [:]),
      ].map { name, options in
        chain(
          "\(name) of vectors",
          [("GRU", ["units": 4]), (name, options), ("Dense", ["units": 3])])
      } + [
        chain(
          "Discretization one-hot",
          [
            ("Dense", ["units": 1]),
            ("Discretization", ["bin_boundaries": [0], "output_mode": "one_hot"]),
            ("LSTM", ["units": 2]),
          ])
      ]
  }()
}
