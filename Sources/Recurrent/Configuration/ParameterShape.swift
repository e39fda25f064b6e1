/// A weight array of a layer: its name, as Keras calls it, its shape, and how it begins.
public struct ParameterShape: Equatable, Sendable {
  /// The name within the layer, such as `kernel`.
  public let name: String
  /// Keras' path below the layer, such as `lstm_cell/kernel`.
  public let path: String
  public let shape: [Int]
  let initializer: Initializer
  /// Whether training changes it by its gradient.
  public let isTrainable: Bool

  init(
    _ name: String, in scope: String? = nil, _ shape: [Int], _ initializer: Initializer,
    isTrainable: Bool = true
  ) {
    self.name = name
    path = scope.map { $0 + "/" + name } ?? name
    self.shape = shape
    self.initializer = initializer
    self.isTrainable = isTrainable
  }

  /// The same of a layer inside another.
  func inside(_ scope: String) -> ParameterShape {
    ParameterShape(
      name: scope + "/" + name, path: scope + "/" + path, shape: shape, initializer: initializer,
      isTrainable: isTrainable)
  }

  private init(
    name: String, path: String, shape: [Int], initializer: Initializer, isTrainable: Bool
  ) {
    self.name = name
    self.path = path
    self.shape = shape
    self.initializer = initializer
    self.isTrainable = isTrainable
  }

  /// The number of scalars.
  public var count: Int { shape.reduce(1, *) }
}

extension ModelConfiguration {
  /// The number of weights, those included that training does not change; 0 if it cannot be built.
  public var parameterCount: Int {
    ((try? described()) ?? []).reduce(0) { sum, layer in
      sum + layer.parameters.reduce(0) { $0 + $1.count }
    }
  }
}
