/// A weight array of a layer: its name, as Keras calls it, its shape, how it begins and what holds it in bounds.
package struct ParameterShape: Equatable, Sendable {
  /// The name within the layer, such as `kernel`.
  package private(set) var name: String
  /// Keras' path below the layer, such as `lstm_cell/kernel`.
  package private(set) var path: String
  package let shape: [Int]
  let options: WeightOptions
  /// Whether training changes it by its gradient.
  package private(set) var isTrainable: Bool
  /// Whether files store whole numbers.
  package private(set) var isWholeNumber = false
  /// Whether training would change it if its layer were trainable.
  private(set) var isFrozen = false

  init(
    _ name: String, in scope: String? = nil, _ shape: [Int], _ options: WeightOptions,
    isTrainable: Bool = true
  ) {
    self.name = name
    path = scope.map { $0 + "/" + name } ?? name
    self.shape = shape
    self.options = options
    self.isTrainable = isTrainable
  }

  /// The same of a layer inside another.
  func inside(_ scope: String) -> ParameterShape {
    var inner = self
    inner.name = scope + "/" + name
    inner.path = scope + "/" + path
    return inner
  }

  /// The same in a cell that has a name of its own, one of several in a stack.
  func placed(inCell cell: String, of stack: String?) -> ParameterShape {
    var placed = self
    placed.path = cell + "/" + name
    if let stack {
      placed.name = cell + "/" + name
      placed.path = stack + "/" + placed.path
    }
    return placed
  }

  /// The same of whole numbers.
  var wholeNumber: ParameterShape {
    var whole = self
    whole.isWholeNumber = true
    return whole
  }

  /// The same of a layer that training leaves as it is.
  var frozen: ParameterShape {
    var frozen = self
    frozen.isFrozen = isTrainable || isFrozen
    frozen.isTrainable = false
    return frozen
  }

  /// The number of scalars; one above what is allowed if they are too many.
  package var count: Int {
    let most = ModelConfiguration.largestParameter + 1
    return shape.reduce(1) { count, size in
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      return overflow ? most : min(product, most)
    }
  }
}

extension ModelConfiguration {
  /// The number of weights, those included that training does not change; 0 if it cannot be built.
  package var parameterCount: Int {
    ((try? layerParameters()) ?? []).reduce(0) { sum, layer in
      sum + layer.shapes.reduce(0) { $0 + $1.count }
    }
  }
}
