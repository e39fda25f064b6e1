/// The state of every stateful layer, such as the hidden and cell state of an LSTM: what Keras forgets when
/// it saves.
package struct RecurrentState: Equatable, Sendable {
  /// One layer's state.
  package struct Layer: Equatable, Sendable {
    package var name: String
    package var units: Int
    /// In Keras' order: hidden, and cell for an LSTM.
    package var valueNames: [String]
    /// One for each name; each `[batch, units]`, row-major.
    package var values: [[Float]]

    package init(name: String, units: Int, valueNames: [String], values: [[Float]]) {
      self.name = name
      self.units = units
      self.valueNames = valueNames
      self.values = values
    }
  }

  /// The rows of each state.
  package var batch: Int
  /// The stateful layers, from input to output.
  package var layers: [Layer]

  package init(batch: Int, layers: [Layer]) {
    self.batch = batch
    self.layers = layers
  }

  /// The state before a sequence begins: zeros. `nil` if the model keeps no state, or cannot be built.
  package static func zero(_ configuration: ModelConfiguration) -> RecurrentState? {
    guard configuration.isStateful, let batch = configuration.batch,
      let described = try? configuration.described()
    else { return nil }
    let layers = described.compactMap { layer -> Layer? in
      guard layer.description.isStateful else { return nil }
      let (units, names) = (layer.description.stateUnits, layer.description.stateNames)
      let zeros = [Float](repeating: 0, count: batch * units)
      return Layer(
        name: layer.name, units: units, valueNames: names, values: names.map { _ in zeros })
    }
    return RecurrentState(batch: batch, layers: layers)
  }

  /// The state of one row, for a batch of as many rows as are asked for, all of them alike.
  package func row(_ row: Int, rows: Int = 1) -> RecurrentState {
    let layers = layers.map { layer in
      var layer = layer
      layer.values = layer.values.map { values in
        let one = values[row * layer.units..<(row + 1) * layer.units]
        return (0..<rows).flatMap { _ in one }
      }
      return layer
    }
    return RecurrentState(batch: rows, layers: layers)
  }

  /// Puts the state of a batch of one row in the place of a row.
  package mutating func replace(row: Int, with state: RecurrentState) {
    for (index, layer) in state.layers.enumerated() {
      for (number, values) in layer.values.enumerated() {
        layers[index].values[number].replaceSubrange(
          row * layer.units..<(row + 1) * layer.units, with: values)
      }
    }
  }
}
