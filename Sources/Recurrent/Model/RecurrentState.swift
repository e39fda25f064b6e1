/// The state of every stateful layer, such as the hidden and cell state of an LSTM: what Keras forgets when
/// it saves.
public struct RecurrentState: Equatable, Sendable {
  /// One layer's state.
  public struct Layer: Equatable, Sendable {
    public var name: String
    public var units: Int
    /// In Keras' order: hidden, and cell for an LSTM; each `[batch, units]`, row-major.
    public var values: [[Float]]

    public init(name: String, units: Int, values: [[Float]]) {
      self.name = name
      self.units = units
      self.values = values
    }

    /// What the states are called in a file, as many as the layer has.
    public var valueNames: [String] { Array(["hidden", "cell"].prefix(values.count)) }
  }

  /// The rows of each state.
  public var batch: Int
  /// The stateful layers, from input to output.
  public var layers: [Layer]

  public init(batch: Int, layers: [Layer]) {
    self.batch = batch
    self.layers = layers
  }

  /// The state before a sequence begins: zeros. `nil` if the model keeps no state, or cannot be built.
  public static func zero(_ configuration: ModelConfiguration) -> RecurrentState? {
    guard configuration.isStateful, let batch = configuration.batch,
      let described = try? configuration.described()
    else { return nil }
    let layers = described.compactMap { layer -> Layer? in
      guard layer.description.isStateful else { return nil }
      let units = layer.output.features
      let zeros = [Float](repeating: 0, count: batch * units)
      return Layer(
        name: layer.name, units: units,
        values: [[Float]](repeating: zeros, count: layer.description.stateCount))
    }
    return RecurrentState(batch: batch, layers: layers)
  }
}
