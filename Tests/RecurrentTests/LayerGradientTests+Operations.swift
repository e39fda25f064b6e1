import Files
import Testing

@testable import Recurrent

extension LayerGradientTests {
  /// Operations on a sequence of 4 steps and 3 features, between recurrent layers; what is below them has a mask.
  static let operations: [Chain] = {
    func slice(_ start: JSONValue, _ stop: JSONValue, _ step: JSONValue = nil) -> JSONValue {
      ["class_name": "__slice__", "config": ["start": start, "stop": stop, "step": step]]
    }
    let all = slice(nil, nil)
    let each: [(String, [String: JSONValue])] = [
      ("ops.GetItem", ["key": [all, slice(nil, nil, -1)]]),
      ("ops.GetItem", ["key": [all, slice(1, -1), slice(nil, nil, 2)]]),
      ("ops.GetItem", ["key": [["class_name": "__ellipsis__"], slice(1, nil)]]),
      ("ops.Transpose", ["axes": [0, 2, 1]]), ("ops.Flip", ["axis": [1, 2]]),
      ("ops.Repeat", ["repeats": 2, "axis": -1]), ("ops.Repeat", ["repeats": 3, "axis": 1]),
      ("ops.Tile", ["repeats": [1, 2, 2]]), ("ops.Reshape", ["newshape": [-1, 6, 2]]),
      ("ops.Add", ["operands": [nil, 0.5]]), ("ops.Subtract", ["operands": [0.5, nil]]),
      ("ops.Multiply", ["operands": [[0.5, -1.5, 2.0], nil]]),
      ("ops.TrueDivide", ["operands": [nil, 0.7]]), ("ops.Power", ["operands": [nil, 3.0]]),
      ("ops.Power", ["operands": [2.0, nil]]), ("ops.Maximum", ["operands": [nil, 0.1]]),
      ("ops.Sum", ["axis": -1, "keepdims": true]), ("ops.Mean", ["axis": [1], "keepdims": true]),
      ("ops.Max", ["axis": 1, "keepdims": true]), ("ops.Min", ["axis": -1, "keepdims": true]),
      ("ops.Clip", ["x_min": -0.2, "x_max": 0.2]), ("ops.Softmax", ["axis": 1]),
      ("Softmax", ["axis": 1]),
    ]
    let functions = [
      "tanh", "gelu_tanh", "square", "expm1", "negative", "absolute", "sigmoid", "silu",
    ].map { ("ops.Function", ["function": JSONValue.string($0)]) }
    return (each + functions).map { name, options in
      chain(
        "\(name) \(JSONValue.object(options).text())",
        [("LSTM", ["units": 3, "return_sequences": true]), (name, options), ("GRU", ["units": 2])])
    }
      + ["log", "log1p", "log2", "sqrt", "rsqrt", "reciprocal"].map { name in
        // Of numbers above 0.
        chain(
          name,
          [
            ("LSTM", ["units": 3, "return_sequences": true]),
            ("ops.Add", ["operands": [nil, 1.5]]), ("ops.Function", ["function": .string(name)]),
            ("GRU", ["units": 2]),
          ])
      }
  }()
}
