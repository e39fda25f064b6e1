import HDF5
import Recurrent

/// A recurrent operator of ONNX.
struct ONNXRecurrentKind {
  let operation: String
  let states: [String]
  /// The options that its activations are, in its order.
  let activations: [String]
  /// Where each of its gates is among Keras'.
  let gates: [Int]

  /// By the classes of layers.
  static let all: [String: ONNXRecurrentKind] = ["LSTM": lstm, "PeepholeLSTM": lstm].merging([
    "GRU": ONNXRecurrentKind(
      operation: "GRU", states: ["hidden"], activations: ["recurrent_activation", "activation"],
      gates: [0, 1, 2]),
    "SimpleRNN": ONNXRecurrentKind(
      operation: "RNN", states: ["hidden"], activations: ["activation"], gates: [0]),
  ]) { one, _ in one }

  /// Its gates are i o f c where Keras has i f c o.
  private static let lstm = ONNXRecurrentKind(
    operation: "LSTM", states: ["hidden", "cell"],
    activations: ["recurrent_activation", "activation", "activation"], gates: [0, 3, 1, 2])
}

/// The weights of a recurrent layer as ONNX's operators take them: gates below each other, and both directions one after
/// the other.
struct ONNXRecurrentWeights {
  /// `[directions, gates × units, inputs]`.
  private(set) var input: [Float] = []
  /// `[directions, gates × units, units]`.
  private(set) var hidden: [Float] = []
  /// `[directions, 2 × gates × units]`, of the inputs and of the hidden state; empty if there is none.
  private(set) var bias: [Float] = []
  /// `[directions, 3 × units]`, of the gates i, o, f; empty if there is none.
  private(set) var peepholes: [Float] = []
  let kind: ONNXRecurrentKind

  /// - Throws: ``ConfigurationError`` if a direction has a bias and the other has none.
  init(
    _ layer: LayerConfiguration, _ kind: ONNXRecurrentKind, _ parameters: ParameterStore<Float>
  ) throws(ConfigurationError) {
    let directions = layer.recurrentLayers
    self.kind = kind
    guard Set(directions.map(\.className)).count == 1,
      Set(directions.map { $0["use_bias"] == true }).count == 1,
      Set(directions.map { $0["reset_after"] == true }).count == 1
    else {
      throw ConfigurationError(
        "layer \(layer.name) cannot be written as ONNX: its directions are too different")
    }
    var forget: [Float] = []
    for parameter in parameters.parameters where parameter.layer == layer.name {
      let values = parameters[parameter]
      switch parameter.name.split(separator: "/").last {
      case "kernel": input += transposed(values, rows: parameter.shape[0])
      case "recurrent_kernel": hidden += transposed(values, rows: parameter.shape[0])
      case "input_gate_peephole_weights": peepholes += values
      // Keras has that of the forget gate before that of the output gate.
      case "forget_gate_peephole_weights": forget = Array(values)
      case "output_gate_peephole_weights": peepholes += values + forget
      default:
        // Two rows are both biases; of one, the hidden state's is nothing.
        let rows = parameter.shape.count == 2 ? 2 : 1
        bias += transposed(values, rows: rows, interleaved: false)
        if rows == 1 { bias += [Float](repeating: 0, count: values.count) }
      }
    }
  }

  /// The shape of ``input`` or ``hidden``.
  func shape(_ values: [Float], count: Int, units: Int) -> [Int] {
    let rows = kind.gates.count * units
    return [count, rows, values.count / (count * rows)]
  }

  /// Those of one of several directions.
  func values(_ values: [Float], of direction: Int, count: Int) -> [Float] {
    let size = values.count / count
    return Array(values[direction * size..<(direction + 1) * size])
  }

  /// Columns as rows, gates in ONNX's order.
  ///
  /// - Parameter interleaved: Whether the columns become rows; rows stay what they are if not.
  private func transposed(
    _ values: UnsafeMutableBufferPointer<Float>, rows: Int, interleaved: Bool = true
  ) -> [Float] {
    let columns = values.count / rows
    let units = columns / kind.gates.count
    let order = kind.gates.flatMap { gate in gate * units..<(gate + 1) * units }
    return interleaved
      ? order.flatMap { column in (0..<rows).map { values[$0 * columns + column] } }
      : (0..<rows).flatMap { row in order.map { values[row * columns + $0] } }
  }
}
