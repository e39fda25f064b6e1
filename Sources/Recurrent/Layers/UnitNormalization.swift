import Files
import Kernels

/// `keras.layers.UnitNormalization`.
struct UnitNormalizationDescription: LayerDescription {
  static let className = "UnitNormalization"
  static let options: [String: JSONValue] = ["axis": -1]

  let axes: NormalizedAxes
  var appliesPerStep: Bool { axes.isLast }
  var joinsSteps: Bool { !axes.isLast && !axes.isFeatures }

  init(_ options: LayerOptions) throws(ConfigurationError) { axes = try NormalizedAxes(options) }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    _ = try axes.span(of: input, Self.className)
    return input
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    UnitNormalization(axes, shortest: 1e-12, builder)
  }
}

/// `keras.ops.normalize` of the second order, where the shortest are divided by 10⁻⁷, and `tf.math.l2_normalize`, which has
/// 10⁻⁶.
struct NormalizeOperationDescription<Kind: NormalizeOperation>: LayerDescription {
  static var className: String { Kind.className }
  static var options: [String: JSONValue] { ["axis": -1] }

  private let axes: NormalizedAxes
  var passesMask: Bool { false }
  var joinsSteps: Bool { !axes.isLast && !axes.isFeatures }

  init(_ options: LayerOptions) throws(ConfigurationError) { axes = try NormalizedAxes(options) }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    _ = try axes.span(of: input, Self.className)
    return input
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    UnitNormalization(axes, shortest: Kind.shortest, passesMask: false, builder)
  }
}

protocol NormalizeOperation: Sendable {
  static var className: String { get }
  static var shortest: Double { get }
}

enum NormalizeOfKeras: NormalizeOperation {
  static let (className, shortest) = ("ops.Normalize", 1e-7)
}

enum NormalizeOfTensorFlow: NormalizeOperation {
  static let (className, shortest) = ("ops.L2Normalize", 1e-6)
}

/// `x / √(Σx²)`, the sum over the values of a sample that belong together, as `keras.layers.UnitNormalization` computes it.
/// What is shorter than a limit is divided by that.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × 6 × inputs` scalars and three for each vector from the model's plan.
final class UnitNormalization<Scalar: KernelScalar>: SingleInputLayer {
  private let span: AxisSpan
  private let input: SampleShape
  private let columns: Int
  private let shortestSquare: Scalar
  private let passesMask: Bool
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// These with the values that belong together side by side, `[vectors, columns]`.
  private let packed, normalized, products, spread: MemoryPlan<Scalar>.Region
  private let scales: MemoryPlan<Scalar>.Region  // [vectors]
  private let sums: MemoryPlan<Scalar>.Region  // [vectors]
  private let ones: MemoryPlan<Scalar>.Region  // [columns]

  init(
    _ axes: NormalizedAxes, shortest: Double, passesMask: Bool = true,
    _ builder: LayerBuilder<Scalar>
  ) {
    input = builder.input
    (shortestSquare, self.passesMask) = (Scalar(shortest * shortest), passesMask)
    span = (try? axes.span(of: input, "")) ?? .features
    columns = span.columns(of: input)
    plan = builder.plan
    let size = input.steps * builder.batch * input.features
    output = plan.reserve(size)
    packed = plan.reserve(size)
    normalized = plan.reserve(size)
    products = plan.reserve(size)
    spread = plan.reserve(size)
    scales = plan.reserve(size / max(columns, 1))
    sums = plan.reserve(size / max(columns, 1))
    ones = plan.reserve(columns)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (packed, normalized, output) = (plan[packed], plan[normalized], plan[output])
    let (scales, sums, count) = (plan[scales], plan[sums], vectors(batch.rows))
    if !passesMask { batch.mask = nil }
    span.pack(input, of: self.input, rows: batch.rows, into: packed)
    Scalar.fill(plan[ones], with: 1, count: columns)
    addUp(packed, packed, into: sums, vectors: count)
    // The squares of the shortest.
    Scalar.fill(scales, with: shortestSquare, count: count)
    Scalar.takeLarger(sums, sign: 1, to: scales, count: count)
    Scalar.inverseRoots(scales, epsilon: 0, into: scales, count: count)
    multiply(packed, byEach: scales, into: normalized, vectors: count)
    span.unpack(normalized, of: self.input, rows: batch.rows, into: output)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    let (gradient, normalized, products) = (plan[packed], plan[normalized], plan[products])
    let (sums, count) = (plan[sums], vectors(batch.rows))
    span.pack(outputGradient, of: input, rows: batch.rows, into: gradient)
    addUp(gradient, normalized, into: sums, vectors: count)
    multiply(normalized, byEach: sums, into: products, vectors: count)
    Scalar.add(products, times: -1, to: gradient, count: count * columns)
    multiply(gradient, byEach: plan[scales], into: products, vectors: count)
    span.unpack(products, of: input, rows: batch.rows, into: inputGradient)
  }

  /// How many times values belong together in so many rows.
  private func vectors(_ rows: Int) -> Int { input.steps * rows * input.features / max(columns, 1) }

  /// The sum of the products of each vector; a product with ones, so that its bits depend on nothing else.
  private func addUp(
    _ left: UnsafePointer<Scalar>, _ right: UnsafePointer<Scalar>,
    into sums: UnsafeMutablePointer<Scalar>, vectors: Int
  ) {
    Scalar.multiplyElements(left, right, into: plan[products], count: vectors * columns)
    Scalar.multiply(
      plan[products], transposeLeft: false, plan[ones], transposeRight: false, rows: vectors,
      columns: 1, inner: columns, into: sums, accumulate: false)
  }

  /// Multiplies each vector by a number.
  private func multiply(
    _ values: UnsafePointer<Scalar>, byEach factors: UnsafePointer<Scalar>,
    into result: UnsafeMutablePointer<Scalar>, vectors: Int
  ) {
    Scalar.multiply(
      factors, transposeLeft: false, plan[ones], transposeRight: false, rows: vectors,
      columns: columns, inner: 1, into: plan[spread], accumulate: false)
    Scalar.multiplyElements(values, plan[spread], into: result, count: vectors * columns)
  }
}
