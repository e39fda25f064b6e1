/// A weight array of a layer: its name, as Keras calls it, and its shape.
public struct ParameterShape: Equatable, Sendable {
  public let name: String
  public let shape: [Int]

  /// The number of scalars.
  public var count: Int { shape.reduce(1, *) }
}

extension LayerConfiguration {
  /// The parameters in Keras' order.
  ///
  /// LSTM: `kernel` `[inputs, 4 × units]`, `recurrent_kernel` `[units, 4 × units]`, `bias`
  /// `[4 × units]`, gates i, f, c, o side by side. Dense: `kernel` `[inputs, units]`, `bias` `[units]`.
  public func parameterShapes(inputs: Int) -> [ParameterShape] {
    switch self {
    case .lstm(let lstm):
      [
        ParameterShape(name: "kernel", shape: [inputs, 4 * lstm.units]),
        ParameterShape(name: "recurrent_kernel", shape: [lstm.units, 4 * lstm.units]),
        ParameterShape(name: "bias", shape: [4 * lstm.units]),
      ]
    case .dense(let dense):
      [
        ParameterShape(name: "kernel", shape: [inputs, dense.units]),
        ParameterShape(name: "bias", shape: [dense.units]),
      ]
    }
  }
}

extension ModelConfiguration {
  /// The number of weights that training changes.
  public var parameterCount: Int {
    zip(layers, layerInputs).reduce(0) { sum, pair in
      sum + pair.0.parameterShapes(inputs: pair.1).reduce(0) { $0 + $1.count }
    }
  }

  /// What each layer takes in: the features, then the units of the layer below.
  public var layerInputs: [Int] { [features] + layers.dropLast().map(\.units) }
}
