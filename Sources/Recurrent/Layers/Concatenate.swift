import Kernels

/// `keras.layers.Concatenate` over the features.
struct ConcatenateDescription: LayerDescription {
  static let className = "Concatenate"
  static let options: [String: JSONValue] = ["axis": -1, "needs_all_masks": false]

  private let axis: Int
  /// Whether a step counts only if it does for all inputs, as in tf-keras, or for any, as in Keras 3.
  let needsAllMasks: Bool

  init(_ options: LayerOptions) throws(ConfigurationError) {
    guard let axis = options["axis"].integer, (-1...2).contains(axis) else {
      throw options.error("axis", "is not supported")
    }
    self.axis = axis
    needsAllMasks = try options.flag("needs_all_masks")
  }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    guard var joined = inputs.first else {
      throw ConfigurationError("Concatenate has no inputs")
    }
    guard axis == -1 || axis == (joined.isSequence ? 2 : 1) else {
      throw ConfigurationError("Concatenate goes over the last axis only, not over \(axis)")
    }
    for input in inputs.dropFirst() {
      guard input.isSequence == joined.isSequence, input.timeSteps == joined.timeSteps else {
        throw ConfigurationError("the inputs of Concatenate have different steps")
      }
      // Each is below the largest axis, and so is what comes of it.
      joined.features = min(
        joined.features + input.features, ModelConfiguration.largestAxis + 1)
    }
    return joined
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Concatenate(builder)
  }
}

/// Several layers' outputs side by side, as `keras.layers.Concatenate` puts them.
///
/// Shapes: inputs `[steps, rows, features]` each, output `[steps, rows, sum of the features]`. As a layer it
/// gives on what ``join(_:features:rows:into:)`` has put together.
/// Memory: none.
final class Concatenate<Scalar: KernelScalar>: Layer {
  private let size: Int

  init(_ builder: LayerBuilder<Scalar>) { size = builder.input.steps * builder.input.features }

  @specialized(where Scalar == Float)
  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> { UnsafeMutablePointer(mutating: input) }

  @specialized(where Scalar == Float)
  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    inputGradient?.update(from: outputGradient, count: size * batch.rows)
  }

  /// Copies an input into its columns of all inputs'.
  ///
  /// - Parameters:
  ///   - columns: Where they are.
  ///   - width: The columns of all inputs.
  static func join(
    _ input: UnsafePointer<Scalar>, columns: Range<Int>, of width: Int, rows: Int,
    into joined: UnsafeMutablePointer<Scalar>
  ) {
    for row in 0..<rows {
      (joined + row * width + columns.lowerBound).update(
        from: input + row * columns.count, count: columns.count)
    }
  }

  /// Adds an input's columns of the gradient of all to its own.
  static func split(
    _ gradient: UnsafePointer<Scalar>, columns: Range<Int>, of width: Int, rows: Int,
    addingTo own: UnsafeMutablePointer<Scalar>
  ) {
    for row in 0..<rows {
      let (from, to) = (gradient + row * width + columns.lowerBound, own + row * columns.count)
      for index in 0..<columns.count { to[index] += from[index] }
    }
  }
}
