import Files
import Kernels

/// `keras.ops.softmax` over an axis.
struct SoftmaxOperationDescription: LayerDescription {
  static let className = "ops.Softmax"
  static let options: [String: JSONValue] = ["axis": -1]

  private let axis: Int
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .own }
  var joinsSteps: Bool { axis != -1 }

  init(_ options: LayerOptions) throws(ConfigurationError) { axis = try options.whole("axis") }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try AxisSoftmax<Float>.check(axis, of: input, Self.className)
    return input
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    AxisSoftmax(axis, builder)
  }
}

/// `eˣ` of each value on an axis, divided by their sum. All steps of the output count.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `3 × batch × steps × inputs` scalars from the model's plan.
final class AxisSoftmax<Scalar: KernelScalar>: SingleInputLayer {
  /// The sample with the axis last.
  private let map: SampleMap
  private let size, columns: Int
  private let plan: MemoryPlan<Scalar>
  private let moved, movedGradient: MemoryPlan<Scalar>.Region
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]

  /// - Throws: ``ConfigurationError`` naming the layer if a sample does not have the axis, or too many values.
  static func check(
    _ axis: Int, of input: SampleShape, _ className: String
  ) throws(ConfigurationError) {
    _ = try SampleAxis.index(axis, of: input.knownSizes, className)
    try input.checkMovable(className)
  }

  /// - Parameter axis: By Keras' numbers; the sample has it.
  init(_ axis: Int, _ builder: LayerBuilder<Scalar>) {
    let sizes = builder.input.knownSizes
    let index = axis < 0 ? axis + sizes.count : axis - 1
    let order = sizes.indices.filter { $0 != index } + [index]
    let view = SampleView(sizes).permuted(order)
    let shape = SampleShape(sizes: view.sizes.map { $0 }) ?? builder.input
    map = SampleMap(view, from: builder.input, to: shape)
    size = builder.input.steps * builder.input.features
    columns = sizes[index]
    plan = builder.plan
    moved = plan.reserve(size * builder.batch)
    movedGradient = plan.reserve(size * builder.batch)
    output = plan.reserve(size * builder.batch)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, moved, count) = (plan[output], plan[moved], size * batch.rows)
    batch.mask = nil
    map.copy(input, to: moved, rows: batch.rows)
    Scalar.activate(moved, by: .softmax, rows: count / columns, columns: columns)
    Scalar.fill(output, with: 0, count: count)
    map.addBack(moved, to: output, rows: batch.rows)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    let (moved, gradient, count) = (plan[moved], plan[movedGradient], size * batch.rows)
    map.copy(outputGradient, to: gradient, rows: batch.rows)
    Scalar.activationGradient(
      gradient, of: .softmax, before: moved, after: moved, rows: count / columns, columns: columns)
    Scalar.fill(inputGradient, with: 0, count: count)
    map.addBack(gradient, to: inputGradient, rows: batch.rows)
  }
}
