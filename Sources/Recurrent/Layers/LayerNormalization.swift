import Files
import Kernels

/// `keras.layers.LayerNormalization`.
struct LayerNormalizationDescription: LayerDescription {
  static let className = "LayerNormalization"
  static let options: [String: JSONValue] = [
    "axis": -1, "epsilon": 0.001, "center": true, "scale": true,
  ].merging(WeightOptions.defaults(["beta": "Zeros", "gamma": "Ones"])) { _, new in new }

  let epsilon: Double
  let centers, scales: Bool
  let axes: NormalizedAxes
  var appliesPerStep: Bool { axes.isLast }
  var joinsSteps: Bool { !axes.isLast && !axes.isFeatures }
  private let beta, gamma: WeightOptions
  var stepAxes: StepAxes { .last }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    axes = try NormalizedAxes(options)
    epsilon = try options.number("epsilon")
    centers = try options.flag("center")
    scales = try options.flag("scale")
    beta = try options.weight("beta", axes: axes.count)
    gamma = try options.weight("gamma", axes: axes.count)
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    _ = try axes.span(of: input, Self.className)
    return input
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let sizes = (try? axes.span(of: input, Self.className))?.sizes(of: input) ?? []
    return (scales ? [ParameterShape("gamma", sizes, gamma)] : [])
      + (centers ? [ParameterShape("beta", sizes, beta)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    LayerNormalization(self, builder)
  }
}

/// `gamma ∘ (x − mean) / √(variance + ε) + beta`, mean and variance over the values of a sample that belong together: those
/// of each step (Ba et al. 2016), of each feature, or all, as `keras.layers.LayerNormalization` computes it. Masked steps
/// count.
///
/// Shapes: input and output `[steps, rows, inputs]`; `gamma` and `beta` have the sizes of the axes.
/// Memory: `batch × steps × (3 × inputs + 1)` scalars from the model's plan, `batch × steps × 2 × inputs` more where
/// values of several steps belong together.
final class LayerNormalization<Scalar: KernelScalar>: SingleInputLayer {
  private let span: AxisSpan
  private let input: SampleShape
  private let columns: Int
  private let epsilon: Scalar
  private let gamma, beta: ParameterStore<Scalar>.Matrix?
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// These with the values that belong together side by side, `[vectors, columns]`.
  private let packed: MemoryPlan<Scalar>.Region?
  private let packedResult: MemoryPlan<Scalar>.Region?
  private let normalized: MemoryPlan<Scalar>.Region
  private let product: MemoryPlan<Scalar>.Region
  private let scales: MemoryPlan<Scalar>.Region  // [vectors]

  init(_ description: LayerNormalizationDescription, _ builder: LayerBuilder<Scalar>) {
    input = builder.input
    span = (try? description.axes.span(of: input, "")) ?? .features
    columns = span.columns(of: input)
    epsilon = Scalar(description.epsilon)
    gamma = description.scales ? builder.matrix("gamma") : nil
    beta = description.centers ? builder.matrix("beta") : nil
    plan = builder.plan
    let size = input.steps * builder.batch * input.features
    output = plan.reserve(size)
    packed = span == .features ? nil : plan.reserve(size)
    packedResult = span == .features ? nil : plan.reserve(size)
    normalized = plan.reserve(size)
    product = plan.reserve(size)
    scales = plan.reserve(size / max(columns, 1))
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let output = plan[output]
    var (values, result) = (input, output)
    if let packed, let packedResult {
      span.pack(input, of: self.input, rows: batch.rows, into: plan[packed])
      (values, result) = (UnsafePointer(plan[packed]), plan[packedResult])
    }
    Scalar.normalizeRows(
      values, gamma: gamma?.values, beta: beta?.values, epsilon: epsilon, scales: plan[scales],
      normalized: plan[normalized], into: result, rows: vectors(batch.rows), columns: columns)
    if packed != nil { span.unpack(result, of: self.input, rows: batch.rows, into: output) }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (normalized, product, vectors) = (plan[normalized], plan[product], vectors(batch.rows))
    var (gradient, below) = (outputGradient, inputGradient)
    if let packed, let packedResult {
      span.pack(outputGradient, of: input, rows: batch.rows, into: plan[packed])
      gradient = plan[packed]
      if inputGradient != nil { below = plan[packedResult] }
    }
    Scalar.multiplyElements(gradient, normalized, into: product, count: vectors * columns)
    if let below, let inputGradient {
      Scalar.normalizeRowsGradient(
        gradient, normalized: normalized, gamma: gamma?.values, scales: plan[scales], into: below,
        rows: vectors, columns: columns)
      if packed != nil { span.unpack(below, of: input, rows: batch.rows, into: inputGradient) }
    }
    if let gamma { add(product, to: gamma, vectors: vectors, sink: sink) }
    if let beta { add(gradient, to: beta, vectors: vectors, sink: sink) }
  }

  /// How many times values belong together in so many rows.
  private func vectors(_ rows: Int) -> Int { input.steps * rows * input.features / max(columns, 1) }

  /// Adds the sum of all vectors to the gradient of a weight.
  private func add(
    _ vectors: UnsafePointer<Scalar>, to weight: ParameterStore<Scalar>.Matrix, vectors count: Int,
    sink: any GradientSink<Scalar>
  ) {
    guard weight.columns != columns else {
      return sink.add(weight, left: nil, right: vectors, inner: count)
    }
    sink.add(weight) { gradient in
      Scalar.addRows(of: vectors, mask: nil, rows: count, columns: columns, to: gradient)
    }
  }
}
