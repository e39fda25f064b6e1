import Files
import Kernels

/// `keras.layers.Concatenate` over the features.
struct ConcatenateDescription: LayerDescription {
  static let className = "Concatenate"
  static let options: [String: JSONValue] = ["axis": -1, "needs_all_masks": false]

  private let axis: Int
  /// Whether a step counts only if it does for all inputs, as in tf-keras, or for any, as in Keras 3.
  let needsAllMasks: Bool
  var takesList: Bool { true }

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
    Concatenate(self, builder)
  }
}

/// Several layers' outputs side by side, as `keras.layers.Concatenate` puts them.
///
/// Shapes: inputs `[steps, rows, features]` each, output `[steps, rows, sum of the features]`.
/// Memory: `batch × steps × sum of the features` scalars from the model's plan.
final class Concatenate<Scalar: KernelScalar>: Layer {
  /// The columns of the output that are each input's.
  private let columns: [Range<Int>]
  private let steps, width: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, width]
  private let mask: JoinedMask<Scalar>

  init(_ description: ConcatenateDescription, _ builder: LayerBuilder<Scalar>) {
    var first = 0
    columns = builder.inputs.map { input in
      defer { first += input.features }
      return first..<first + input.features
    }
    steps = builder.output.steps
    width = first
    plan = builder.plan
    output = plan.reserve(steps * builder.batch * width)
    mask = JoinedMask(builder, needsAll: description.needsAllMasks)
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, rows) = (plan[output], steps * batch.rows)
    for (input, columns) in columns.enumerated() {
      Scalar.copyRows(
        inputs.values[input], step: columns.count, to: output + columns.lowerBound, step: width,
        rows: rows, columns: columns.count)
    }
    batch.mask = mask.join(inputs, rows: batch.rows)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    for (input, columns) in columns.enumerated() {
      guard let to = inputGradients[input] else { continue }
      Scalar.copyRows(
        outputGradient + columns.lowerBound, step: width, to: to, step: columns.count,
        rows: steps * batch.rows, columns: columns.count)
    }
  }
}
