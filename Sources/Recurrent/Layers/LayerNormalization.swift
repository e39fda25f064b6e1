import Files
import Kernels

/// `keras.layers.LayerNormalization` over the features.
struct LayerNormalizationDescription: LayerDescription {
  static let className = "LayerNormalization"
  static let options: [String: JSONValue] = [
    "axis": -1, "epsilon": 0.001, "center": true, "scale": true,
  ].merging(WeightOptions.defaults(["beta": "Zeros", "gamma": "Ones"])) { _, new in new }

  let epsilon: Double
  let centers, scales: Bool
  var appliesPerStep: Bool { true }
  private let axis: Int
  private let beta, gamma: WeightOptions
  var stepAxes: StepAxes { .last }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    axis = try options.lastAxis("axis")
    epsilon = try options.number("epsilon")
    centers = try options.flag("center")
    scales = try options.flag("scale")
    beta = try options.weight("beta")
    gamma = try options.weight("gamma")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try input.checkLast(axis, of: Self.className)
    return input
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    (scales ? [ParameterShape("gamma", [input.features], gamma)] : [])
      + (centers ? [ParameterShape("beta", [input.features], beta)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    LayerNormalization(self, builder)
  }
}

/// `gamma ∘ (x − mean) / √(variance + ε) + beta`, mean and variance over the features of each step (Ba et al.
/// 2016), as `keras.layers.LayerNormalization` computes it.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × (3 × inputs + 1)` scalars from the model's plan.
final class LayerNormalization<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs: Int
  private let epsilon: Scalar
  private let gamma, beta: ParameterStore<Scalar>.Matrix?
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let normalized: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let product: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let scales: MemoryPlan<Scalar>.Region  // [steps, rows]

  init(_ description: LayerNormalizationDescription, _ builder: LayerBuilder<Scalar>) {
    steps = builder.input.steps
    inputs = builder.input.features
    epsilon = Scalar(description.epsilon)
    gamma = description.scales ? builder.matrix("gamma") : nil
    beta = description.centers ? builder.matrix("beta") : nil
    plan = builder.plan
    let all = steps * builder.batch
    output = plan.reserve(all * inputs)
    normalized = plan.reserve(all * inputs)
    product = plan.reserve(all * inputs)
    scales = plan.reserve(all)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let output = plan[output]
    Scalar.normalizeRows(
      input, gamma: gamma?.values, beta: beta?.values, epsilon: epsilon, scales: plan[scales],
      normalized: plan[normalized], into: output, rows: steps * batch.rows, columns: inputs)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (normalized, product) = (plan[normalized], plan[product])
    let all = steps * batch.rows
    Scalar.multiplyElements(outputGradient, normalized, into: product, count: all * inputs)
    if let inputGradient {
      Scalar.normalizeRowsGradient(
        outputGradient, normalized: normalized, gamma: gamma?.values, scales: plan[scales],
        into: inputGradient, rows: all, columns: inputs)
    }
    if let gamma {
      sink.add(gamma, left: nil, right: product, inner: all)
    }
    if let beta {
      sink.add(beta, left: nil, right: outputGradient, inner: all)
    }
  }
}
