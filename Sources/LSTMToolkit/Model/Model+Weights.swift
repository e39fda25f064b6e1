import Checkpoints
import Files
import Recurrent

extension Model {
  /// A weight array of a model.
  public struct Weight: Equatable, Sendable {
    /// The layer's name.
    public let layer: String
    /// The name within the layer, as Keras' files have it: `kernel`, `recurrent_kernel`, `bias`, `embeddings`, ….
    public let name: String
    /// The sizes of its axes.
    public let shape: [Int]
    /// Whether training changes it by its gradient.
    public let isTrainable: Bool
  }

  /// The weight arrays in Keras' order: layer by layer, from input to output.
  public var weights: [Weight] {
    core.lock.locked {
      core.parameters.parameters.map {
        Weight(layer: $0.layer, name: $0.name, shape: $0.shape, isTrainable: $0.isTrainable)
      }
    }
  }

  /// The values of a weight array.
  ///
  /// - Parameters:
  ///   - name: Such as `kernel`, see ``Weight/name``.
  ///   - layer: The layer's name, such as `lstm`.
  /// - Throws: `ConfigurationError` if the model has none of that name.
  public func weight(_ name: String, of layer: String) throws -> Tensor {
    try core.lock.locked {
      let parameter = try core.parameter(name, of: layer)
      return Tensor(checked: parameter.shape, Array(core.parameters[parameter]))
    }
  }

  /// Gives a weight array other values.
  ///
  /// - Throws: `ConfigurationError` if the model has none of that name, or it has another shape.
  public func setWeight(_ name: String, of layer: String, to tensor: Tensor) throws {
    try core.lock.locked {
      let parameter = try core.parameter(name, of: layer)
      guard tensor.shape == parameter.shape else {
        throw ConfigurationError(
          "\(layer)/\(name) has shape \(parameter.shape), not \(tensor.shape)")
      }
      _ = core.parameters[parameter].update(fromContentsOf: tensor.values)
      core.forgetRun()
    }
  }

  /// The number of weights, those included that training does not change.
  public var parameterCount: Int { core.configuration.parameterCount }
}

extension ModelCore {
  fileprivate func parameter(
    _ name: String, of layer: String
  ) throws(ConfigurationError) -> ParameterStore<Float>.Parameter {
    if let parameter = parameters.parameter(layer: layer, name: name) { return parameter }
    let names = parameters.parameters.filter { $0.layer == layer }.map(\.name)
    throw ConfigurationError(
      configuration.layers.contains { $0.name == layer }
        ? "layer \(layer) has no weights \(name); it has \(names.joined(separator: ", "))"
        : "the model has no layer \(layer)")
  }
}
