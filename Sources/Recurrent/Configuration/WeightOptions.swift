import Files

/// What Keras' options say about one weight array: how it begins, what its size costs, and what it is put back
/// into after every update.
struct WeightOptions: Equatable, Sendable {
  var initializer: Initializer
  var regularizer: Regularizer?
  var constraint: Constraint?

  /// The options of a class for weights of these names, with the initializers that are their defaults.
  static func defaults(_ initializers: [String: JSONValue]) -> [String: JSONValue] {
    var options: [String: JSONValue] = [:]
    for (name, initializer) in initializers {
      options["\(name)_initializer"] = initializer
      options["\(name)_regularizer"] = .some(nil)
      options["\(name)_constraint"] = .some(nil)
    }
    return options
  }
}

extension LayerOptions {
  /// The options of a weight such as `kernel`.
  ///
  /// - Parameter axes: The axes that it has; by its name if `nil`.
  func weight(_ name: String, axes: Int? = nil) throws(ConfigurationError) -> WeightOptions {
    var weight = WeightOptions(initializer: initializer("\(name)_initializer"))
    if self["\(name)_regularizer"] != nil {
      weight.regularizer = Regularizer(self["\(name)_regularizer"])
      guard let regularizer = weight.regularizer,
        regularizer.orthogonal == nil || (axes ?? Self.axes(of: name)) == 2
      else {
        throw error("\(name)_regularizer", "is not supported")
      }
    }
    if self["\(name)_constraint"] != nil {
      weight.constraint = Constraint(self["\(name)_constraint"])
      guard weight.constraint?.fits(axes: axes ?? Self.axes(of: name)) == true
      else { throw error("\(name)_constraint", "is not supported") }
    }
    return weight
  }

  private static func axes(of weight: String) -> Int {
    ["kernel", "recurrent", "embeddings"].contains(weight) ? 2 : 1
  }
}
