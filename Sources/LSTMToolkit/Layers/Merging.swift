import Files
import Recurrent

/// Several layers' outputs side by side, or one after the other, `keras.layers.Concatenate`.
///
/// Shapes: inputs `[batch, features]` or `[batch, timeSteps, features]` each, output the same with the sum of the features,
/// or with the sum of the steps.
public struct Concatenate: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - axis: The last axis, or that of the steps, 1.
  ///   - name: `concatenate`, `concatenate_1`, … if `nil`.
  public init(axis: Int = -1, name: String? = nil) {
    settings = LayerSettings("Concatenate", name: name, options: ["axis": .integer(axis)])
  }
}

/// The products of all vectors of one input with all of another, `keras.layers.Dot`.
///
/// Shapes: two inputs `[batch, features]` or `[batch, timeSteps, features]`. Of two sequences the output is
/// `[batch, vectors of the first, vectors of the second]`, otherwise `[batch, products]`.
public struct Dot: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - axes: The axis of each input that products go along; the batch is axis 0.
  ///   - normalize: Whether vectors are made 1 long first, so that products are cosines.
  ///   - name: `dot`, `dot_1`, … if `nil`.
  public init(axes: (Int, Int), normalize: Bool = false, name: String? = nil) {
    settings = LayerSettings(
      "Dot", name: name,
      options: [
        "axes": [.integer(axes.0), .integer(axes.1)], "normalize": .bool(normalize),
      ])
  }
}

/// The sum of several inputs, value by value: `x₁ + x₂ + …`, `keras.layers.Add`.
///
/// Shapes: inputs `[batch, features]` or `[batch, timeSteps, features]` each, output the same. A vector, or a sequence of
/// one step, is merged with every step of the others; a single feature with every feature.
public struct Add: Layer {
  public let settings: LayerSettings

  /// - Parameter name: `add`, `add_1`, … if `nil`.
  public init(name: String? = nil) { settings = LayerSettings("Add", name: name) }
}

/// The difference of two inputs, value by value: `x₁ − x₂`, `keras.layers.Subtract`.
///
/// Shapes: inputs `[batch, features]` or `[batch, timeSteps, features]` each, output the same. A vector, or a sequence of
/// one step, is merged with every step of the others; a single feature with every feature.
public struct Subtract: Layer {
  public let settings: LayerSettings

  /// - Parameter name: `subtract`, `subtract_1`, … if `nil`.
  public init(name: String? = nil) { settings = LayerSettings("Subtract", name: name) }
}

/// The mean of several inputs, value by value: `(x₁ + … + xₙ) / n`, `keras.layers.Average`.
///
/// Shapes: inputs `[batch, features]` or `[batch, timeSteps, features]` each, output the same. A vector, or a sequence of
/// one step, is merged with every step of the others; a single feature with every feature.
public struct Average: Layer {
  public let settings: LayerSettings

  /// - Parameter name: `average`, `average_1`, … if `nil`.
  public init(name: String? = nil) { settings = LayerSettings("Average", name: name) }
}

/// The product of several inputs, value by value: `x₁ ∘ x₂ ∘ …`, `keras.layers.Multiply`.
///
/// In Keras 3's formula, a step that does not count is left out of the product.
///
/// Shapes: inputs `[batch, features]` or `[batch, timeSteps, features]` each, output the same. A vector, or a sequence of
/// one step, is merged with every step of the others; a single feature with every feature.
public struct Multiply: Layer {
  public let settings: LayerSettings

  /// - Parameter name: `multiply`, `multiply_1`, … if `nil`.
  public init(name: String? = nil) { settings = LayerSettings("Multiply", name: name) }
}

/// The largest of several inputs, value by value, `keras.layers.Maximum`.
///
/// In Keras 3's formula, a step that does not count is left out.
///
/// Shapes: inputs `[batch, features]` or `[batch, timeSteps, features]` each, output the same. A vector, or a sequence of
/// one step, is merged with every step of the others; a single feature with every feature.
public struct Maximum: Layer {
  public let settings: LayerSettings

  /// - Parameter name: `maximum`, `maximum_1`, … if `nil`.
  public init(name: String? = nil) { settings = LayerSettings("Maximum", name: name) }
}

/// The smallest of several inputs, value by value, `keras.layers.Minimum`.
///
/// In Keras 3's formula, a step that does not count is left out.
///
/// Shapes: inputs `[batch, features]` or `[batch, timeSteps, features]` each, output the same. A vector, or a sequence of
/// one step, is merged with every step of the others; a single feature with every feature.
public struct Minimum: Layer {
  public let settings: LayerSettings

  /// - Parameter name: `minimum`, `minimum_1`, … if `nil`.
  public init(name: String? = nil) { settings = LayerSettings("Minimum", name: name) }
}
