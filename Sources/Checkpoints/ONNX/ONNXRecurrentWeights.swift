import HDF5
import Recurrent

/// The weights of a recurrent layer as ONNX's operators take them: gates below each other, an LSTM's in the order
/// i o f c where Keras has i f c o, and both directions one after the other.
struct ONNXRecurrentWeights {
  /// `[directions, gates × units, inputs]`.
  private(set) var input: [Float] = []
  /// `[directions, gates × units, units]`.
  private(set) var hidden: [Float] = []
  /// `[directions, 2 × gates × units]`, of the inputs and of the hidden state; empty if there is none.
  private(set) var bias: [Float] = []
  private let gates: [Int]

  /// - Throws: ``ConfigurationError`` if a direction has a bias and the other has none.
  init(_ layer: LayerConfiguration, _ parameters: ParameterStore<Float>) throws(ConfigurationError)
  {
    let directions = layer.recurrentLayers
    switch directions.first?.className {
    case "LSTM": gates = [0, 3, 1, 2]
    case "GRU": gates = [0, 1, 2]
    default: gates = [0]
    }
    guard Set(directions.map(\.className)).count == 1,
      Set(directions.map { $0["use_bias"] == true }).count == 1,
      Set(directions.map { $0["reset_after"] == true }).count == 1
    else {
      throw ConfigurationError(
        "layer \(layer.name) cannot be written as ONNX: its directions are too different")
    }
    for parameter in parameters.parameters where parameter.layer == layer.name {
      let values = parameters[parameter]
      switch parameter.name.split(separator: "/").last {
      case "kernel": input += transposed(values, rows: parameter.shape[0])
      case "recurrent_kernel": hidden += transposed(values, rows: parameter.shape[0])
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
    let rows = gates.count * units
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
    let units = columns / gates.count
    let order = gates.flatMap { gate in gate * units..<(gate + 1) * units }
    return interleaved
      ? order.flatMap { column in (0..<rows).map { values[$0 * columns + column] } }
      : (0..<rows).flatMap { row in order.map { values[row * columns + $0] } }
  }
}
