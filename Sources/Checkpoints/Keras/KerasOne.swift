import Files
import HDF5
import Recurrent

/// What files of Keras 1 have other names and shapes for, as `preprocess_weights_for_loading` of tf-keras
/// converts them.
enum KerasOne {
  private static let names: [String: String] = [
    "output_dim": "units", "inner_activation": "recurrent_activation", "bias": "use_bias",
    "init": "kernel_initializer", "inner_init": "recurrent_initializer",
    "W_regularizer": "kernel_regularizer", "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer", "W_constraint": "kernel_constraint",
    "U_constraint": "recurrent_constraint", "b_constraint": "bias_constraint",
    "dropout_W": "dropout", "dropout_U": "recurrent_dropout", "p": "rate",
  ]
  /// The arrays of a direction: kernel, recurrent kernel and bias.
  private static let own = 3
  private static let classes: Set<String> = ["LSTM", "GRU", "SimpleRNN", "Dense", "Dropout"]
  /// Options of weights that are there, and of how to compute the same.
  private static let harmless: Set<String> = [
    "consume_less", "forget_bias_init", "kernel_initializer", "recurrent_initializer",
  ]

  /// The options of a layer in the words of Keras 2; as they are if they are not Keras 1's.
  static func options(
    _ className: String, _ options: [String: JSONValue]
  ) -> [String: JSONValue] {
    guard classes.contains(className), options["output_dim"] != nil || options["p"] != nil else {
      return options
    }
    var renamed: [String: JSONValue] = [:]
    for (option, value) in options {
      let name = names[option] ?? option
      if !harmless.contains(name) { renamed[name] = value }
    }
    // Keras 1 had no other.
    if className == "GRU" { renamed["reset_after"] = false }
    return renamed
  }

  /// The gates of a layer's arrays in Keras 1, by which each array of Keras 2 is several; `nil` if the layer has
  /// no gates, or the file's arrays are not so many.
  static func gates(
    of layer: LayerConfiguration, arrays: Int, expected: Int
  ) -> [Int]? {
    let order: [Int]
    switch layer.recurrentLayers.first?.className {
    // Keras 1 has i c f o.
    case "LSTM": order = [0, 2, 1, 3]
    case "GRU": order = [0, 1, 2]
    default: return nil
    }
    let whole = expected == own * layer.recurrentLayers.count
    return whole && arrays == expected * order.count ? order : nil
  }

  /// Reads a layer's arrays, gate by gate.
  ///
  /// - Parameters:
  ///   - datasets: For each gate its kernel, recurrent kernel and bias.
  ///   - gates: The places of Keras 2's gates among them.
  /// - Throws: `HDF5Error` or ``FileError`` naming the array.
  static func read(
    _ datasets: [Dataset], gates: [Int], into expected: [ParameterStore<Float>.Parameter],
    of parameters: ParameterStore<Float>, arrays: ArrayReader, need: String
  ) throws {
    // Of a Bidirectional layer, the forward one's come first.
    for (index, parameter) in expected.enumerated() {
      let (direction, place) = (index / own, index % own)
      let values = parameters[parameter]
      let columns = parameter.shape[parameter.shape.count - 1]
      let width = columns / gates.count
      let shape = parameter.shape.dropLast() + [width]
      var gateValues = [Float](repeating: 0, count: values.count / gates.count)
      for (gate, source) in gates.enumerated() {
        let dataset = datasets[(direction * gates.count + source) * own + place]
        try gateValues.withUnsafeMutableBufferPointer { buffer in
          try arrays.read(dataset, shape: Array(shape), into: buffer, need: need)
        }
        for (position, value) in gateValues.enumerated() {
          values[position / width * columns + gate * width + position % width] = value
        }
      }
    }
  }
}
