import Files
import Recurrent

/// The state of a model's stateful layers: where its sequences stand. It is what Keras forgets when it saves.
public struct ModelState: Equatable, Sendable {
  var recurrent: RecurrentState

  /// The sequences that are followed side by side.
  public var batch: Int { recurrent.batch }

  /// The stateful layers, from input to output.
  public var layerNames: [String] { recurrent.layers.map(\.name) }

  /// The names of the states of a layer: `hidden`, and `cell` of an ``LSTM``; with `forward_` or `backward_` before them
  /// of a ``Bidirectional``. None if the layer is not stateful.
  public func names(of layer: String) -> [String] {
    recurrent.layers.first { $0.name == layer }?.valueNames ?? []
  }

  /// A state of a layer, `[batch, units]`; `nil` if there is none of that name.
  public subscript(layer: String, name: String) -> Tensor? {
    guard let (layer, value) = place(layer, name) else { return nil }
    let state = recurrent.layers[layer]
    return Tensor(checked: [recurrent.batch, state.units], state.values[value])
  }

  /// Puts other values in the place of a layer's.
  ///
  /// - Parameter tensor: `[batch, units]`.
  /// - Parameter layer: The layer's name.
  /// - Parameter name: The state's name.
  /// - Throws: `ConfigurationError` if there is none of that name, or it has another shape.
  public mutating func set(
    _ tensor: Tensor, of layer: String, _ name: String
  ) throws(ConfigurationError) {
    guard let place = place(layer, name) else {
      throw ConfigurationError("the state has no \(name) of a layer \(layer)")
    }
    let shape = [recurrent.batch, recurrent.layers[place.layer].units]
    guard tensor.shape == shape else {
      throw ConfigurationError(
        "the state \(name) of layer \(layer) has shape \(shape), not \(tensor.shape)")
    }
    recurrent.layers[place.layer].values[place.value] = tensor.values
  }

  private func place(_ layer: String, _ name: String) -> (layer: Int, value: Int)? {
    guard let number = recurrent.layers.firstIndex(where: { $0.name == layer }),
      let value = recurrent.layers[number].valueNames.firstIndex(of: name)
    else { return nil }
    return (number, value)
  }
}

extension Model {
  /// Where the model's sequences stand; `nil` if no layer is stateful.
  public var state: ModelState? {
    core.lock.locked { core.recurrentState.map { ModelState(recurrent: $0) } }
  }

  /// Goes on from a state.
  ///
  /// - Throws: `ConfigurationError` if it is not one of this model's layers and batch.
  public func setState(_ state: ModelState) throws {
    try core.lock.locked {
      let own = RecurrentState.zero(core.configuration)
      guard let own, own.batch == state.batch,
        own.layers.map(\.name) == state.recurrent.layers.map(\.name),
        own.layers.map(\.valueNames) == state.recurrent.layers.map(\.valueNames),
        own.layers.map(\.units) == state.recurrent.layers.map(\.units)
      else {
        throw ConfigurationError(
          "the state is of \(state.batch) sequences of the layers "
            + "\(state.layerNames.joined(separator: ", ")), which are not this model's")
      }
      try core.restore(state.recurrent)
    }
  }

  /// Begins new sequences: the state of every stateful layer is zero. Keras' `reset_states`.
  public func resetStates() {
    core.lock.locked {
      guard let zero = RecurrentState.zero(core.configuration) else { return }
      // It is the model's own.
      try? core.restore(zero)
    }
  }
}
