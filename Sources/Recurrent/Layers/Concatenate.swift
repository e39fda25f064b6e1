import Files
import Kernels

/// `keras.layers.Concatenate` over the features, the steps, or another axis.
struct ConcatenateDescription: LayerDescription {
  static let className = "Concatenate"
  static let options: [String: JSONValue] = ["axis": -1, "needs_all_masks": false]

  private let axis: Int
  /// Whether a step counts only if it does for all inputs, as in tf-keras, or for any, as in Keras 3.
  let needsAllMasks: Bool
  var takesList: Bool { true }
  var stepAxes: StepAxes { .own }
  /// Axis 1 of vectors is that of features, and they have no steps.
  var joinsSteps: Bool { axis == 1 || axis == -2 }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    axis = try options.whole("axis")
    guard axis != 0 else { throw options.error("axis", "is not supported") }
    needsAllMasks = try options.flag("needs_all_masks")
  }

  /// Whether the inputs come one after the other, not side by side.
  func isOverSteps(_ input: SampleShape) -> Bool { input.isSequence && joinsSteps }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    guard var joined = inputs.first else {
      throw ConfigurationError("Concatenate has no inputs")
    }
    if inputs.contains(where: { $0.axes.count > 1 }) {
      return try SampleShape.concatenated(inputs, axis: axis, Self.className)
    }
    guard isOverSteps(joined) || axis == -1 || axis == (joined.isSequence ? 2 : 1) else {
      throw ConfigurationError(
        "Concatenate goes over the axes of features and of steps only, not over \(axis)")
    }
    for input in inputs.dropFirst() {
      guard input.isSequence == joined.isSequence else {
        throw ConfigurationError("the inputs of Concatenate have different axes")
      }
      if isOverSteps(joined) {
        guard input.features == joined.features else {
          throw ConfigurationError("the inputs of Concatenate have different features")
        }
        joined.timeSteps = joined.timeSteps.flatMap { steps in
          input.timeSteps.map { min(steps + $0, ModelConfiguration.largestAxis + 1) }
        }
      } else {
        guard input.timeSteps == joined.timeSteps else {
          throw ConfigurationError("the inputs of Concatenate have different steps")
        }
        // Each is below the largest axis, and so is what comes of it.
        joined.features = min(
          joined.features + input.features, ModelConfiguration.largestAxis + 1)
      }
    }
    guard joined.timeSteps ?? 1 <= ModelConfiguration.largestAxis else {
      throw ConfigurationError(
        "the inputs of Concatenate have more than \(ModelConfiguration.largestAxis) steps")
    }
    return joined
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    if builder.output.axes.count > 1 {
      MovedValues(concatenating: axis, builder)
    } else if isOverSteps(builder.output) {
      ConcatenateSteps(builder)
    } else {
      Concatenate(self, builder)
    }
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

/// The steps of several layers' outputs one after the other, as `keras.layers.Concatenate(axis=1)` puts them. All steps of
/// an input without a mask count.
///
/// Shapes: inputs `[steps, rows, features]` each, output `[sum of the steps, rows, features]`.
/// Memory: `batch × sum of the steps × features` scalars from the model's plan.
final class ConcatenateSteps<Scalar: KernelScalar>: Layer {
  /// The steps of the output that are each input's.
  private let steps: [Range<Int>]
  private let features: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, features]
  private let mask: StepMask  // [steps, rows]

  init(_ builder: LayerBuilder<Scalar>) {
    var first = 0
    steps = builder.inputs.map { input in
      defer { first += input.steps }
      return first..<first + input.steps
    }
    features = builder.output.features
    plan = builder.plan
    output = plan.reserve(first * builder.batch * features)
    mask = StepMask(count: first * builder.batch)
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, rows) = (plan[output], batch.rows)
    var isMasked = false
    for (input, steps) in steps.enumerated() {
      let (first, count) = (steps.lowerBound * rows, steps.count * rows)
      (output + first * features).update(from: inputs.values[input], count: count * features)
      isMasked = isMasked || inputs.masks[input] != nil
      for place in 0..<count {
        mask.values[first + place] = inputs.masks[input].map { $0[place] } ?? 1
      }
    }
    batch.mask = isMasked ? UnsafePointer(mask.values.baseAddress) : nil
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let size = batch.rows * features
    for (input, steps) in steps.enumerated() {
      inputGradients[input]?.update(
        from: outputGradient + steps.lowerBound * size, count: steps.count * size)
    }
  }
}
