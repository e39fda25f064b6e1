/// The hidden and cell state of every stateful layer: what Keras forgets when it saves.
public struct RecurrentState: Equatable, Sendable {
  /// One layer's state.
  public struct Layer: Equatable, Sendable {
    public var name: String
    public var units: Int
    /// `[batch, units]`, row-major.
    public var hidden: [Float]
    /// `[batch, units]`, row-major.
    public var cell: [Float]

    public init(name: String, units: Int, hidden: [Float], cell: [Float]) {
      self.name = name
      self.units = units
      self.hidden = hidden
      self.cell = cell
    }
  }

  /// The rows of each state.
  public var batch: Int
  /// The stateful layers, from input to output.
  public var layers: [Layer]

  public init(batch: Int, layers: [Layer]) {
    self.batch = batch
    self.layers = layers
  }

  /// The state before a sequence begins: zeros. `nil` if the model keeps no state.
  public static func zero(_ configuration: ModelConfiguration) -> RecurrentState? {
    guard configuration.isStateful, let batch = configuration.batch else { return nil }
    let layers = configuration.layers.compactMap { layer -> Layer? in
      guard case .lstm(let lstm) = layer, lstm.stateful else { return nil }
      let zeros = [Float](repeating: 0, count: batch * lstm.units)
      return Layer(name: lstm.name, units: lstm.units, hidden: zeros, cell: zeros)
    }
    return RecurrentState(batch: batch, layers: layers)
  }
}
