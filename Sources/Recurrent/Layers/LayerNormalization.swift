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

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let axes = options["axis"].array ?? [options["axis"]]
    guard axes.count == 1, let axis = axes.first?.integer, (-1...2).contains(axis) else {
      throw options.error("axis", "is not supported")
    }
    self.axis = axis
    epsilon = try options.number("epsilon")
    centers = try options.flag("center")
    scales = try options.flag("scale")
    beta = try options.weight("beta")
    gamma = try options.weight("gamma")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard axis == -1 || axis == (input.isSequence ? 2 : 1) else {
      throw ConfigurationError("LayerNormalization goes over the last axis only, not over \(axis)")
    }
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

  @specialized(where Scalar == Float)
  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, normalized, scales) = (plan[output], plan[normalized], plan[scales])
    for row in 0..<steps * batch.rows {
      let values = input + row * inputs
      var (mean, variance): (Scalar, Scalar) = (0, 0)
      for index in 0..<inputs { mean += values[index] }
      mean /= Scalar(inputs)
      for index in 0..<inputs { variance += (values[index] - mean) * (values[index] - mean) }
      scales[row] = 1 / (variance / Scalar(inputs) + epsilon).squareRoot()
      for index in 0..<inputs {
        let value = (values[index] - mean) * scales[row]
        normalized[row * inputs + index] = value
        output[row * inputs + index] =
          value * (gamma?.values[index] ?? 1) + (beta?.values[index] ?? 0)
      }
    }
    return output
  }

  @specialized(where Scalar == Float)
  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (normalized, product, scales) = (plan[normalized], plan[product], plan[scales])
    let all = steps * batch.rows
    for index in 0..<all * inputs { product[index] = outputGradient[index] * normalized[index] }
    if let inputGradient {
      for row in 0..<all {
        let at = row * inputs
        var (sum, products): (Scalar, Scalar) = (0, 0)
        for index in 0..<inputs {
          let gradient = outputGradient[at + index] * (gamma?.values[index] ?? 1)
          inputGradient[at + index] = gradient
          sum += gradient
          products += gradient * normalized[at + index]
        }
        for index in at..<at + inputs {
          inputGradient[index] =
            scales[row]
            * (inputGradient[index] - (sum + normalized[index] * products) / Scalar(inputs))
        }
      }
    }
    if let gamma {
      sink.add(gamma, left: nil, right: product, inner: all)
    }
    if let beta {
      sink.add(beta, left: nil, right: outputGradient, inner: all)
    }
  }
}
