import Files
import HDF5
import Recurrent

/// The weights of `CuDNNLSTM` and `CuDNNGRU`, which have the order of cuDNN, as `_convert_rnn_weights` of tf-keras turns
/// them into those of `LSTM` and `GRU`: the kernels of all gates column by column, recurrent kernels transposed, and two
/// biases in one row.
enum CuDNNWeights {
  /// What the classes are called today.
  static let classes = ["CuDNNLSTM": "LSTM", "CuDNNGRU": "GRU"]

  /// The arrays of a direction: kernel, recurrent kernel and bias.
  private static let own = 3

  /// The number of gates, if a layer's arrays are cuDNN's; `nil` otherwise.
  static func gates(of layer: LayerConfiguration, _ datasets: [Dataset]) throws -> Int? {
    guard let first = layer.recurrentLayers.first, let units = first["units"].integer,
      let gates = ["LSTM": 4, "GRU": 3][first.className], datasets.count.isMultiple(of: own),
      datasets.count == own * layer.recurrentLayers.count,
      first.className == "LSTM" || first["reset_after"] == true
    else { return nil }
    return try datasets[own - 1].shape() == [2 * gates * units] ? gates : nil
  }

  /// Reads a layer's arrays.
  ///
  /// - Throws: `HDF5Error` or ``FileError`` naming the array.
  static func read(
    _ datasets: [Dataset], gates: Int, into expected: [ParameterStore<Float>.Parameter],
    of parameters: ParameterStore<Float>, arrays: ArrayReader, need: String
  ) throws {
    for (index, parameter) in expected.enumerated() {
      let result = parameters[parameter]
      let isBias = index % own == own - 1
      let width = parameter.shape[parameter.shape.count - 1]
      let shape = isBias ? [2 * width] : parameter.shape
      var values = [Float](repeating: 0, count: shape.reduce(1, *))
      try values.withUnsafeMutableBufferPointer { buffer in
        try arrays.loading.read(datasets[index], shape: shape, into: buffer, need: need)
      }
      switch index % own {
      case 0:
        let (rows, units) = (parameter.shape[0], width / gates)
        // The values of a gate in their order are its columns one after the other.
        for gate in 0..<gates {
          for place in 0..<rows * units {
            let value = values[place / units * width + gate * units + place % units]
            result[place % rows * width + gate * units + place / rows] = value
          }
        }
      case 1:
        let units = width / gates
        for gate in 0..<gates {
          for place in 0..<units * units {
            let (row, column) = (place / units, place % units)
            result[column * width + gate * units + row] =
              values[row * width + gate * units + column]
          }
        }
      default:
        // LSTM has the sum of both biases, GRU both.
        for place in 0..<result.count {
          result[place] =
            result.count == width ? values[place] + values[width + place] : values[place]
        }
      }
    }
  }
}
