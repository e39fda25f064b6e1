import Files
import Kernels

/// `keras.layers.BatchNormalization` over the features.
struct BatchNormalizationDescription: LayerDescription {
  static let className = "BatchNormalization"
  static let options: [String: JSONValue] = [
    "axis": -1, "momentum": 0.99, "epsilon": 0.001, "center": true, "scale": true,
    "moving_mean_initializer": "Zeros", "moving_variance_initializer": "Ones",
  ].merging(WeightOptions.defaults(["beta": "Zeros", "gamma": "Ones"])) { _, new in new }

  let momentum, epsilon: Double
  let centers, scales: Bool
  /// Where it is not, training leaves the moving averages as they are, and uses them.
  let isTrainable: Bool
  private let axis: Int
  private let beta, gamma, mean, variance: WeightOptions
  var stepAxes: StepAxes { .last }
  var isCalledWithMask: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    axis = try options.lastAxis("axis")
    isTrainable = try options.flag("trainable")
    momentum = try options.number("momentum")
    epsilon = try options.number("epsilon")
    centers = try options.flag("center")
    scales = try options.flag("scale")
    beta = try options.weight("beta")
    gamma = try options.weight("gamma")
    mean = WeightOptions(
      initializer: options.initializer("moving_mean_initializer"))
    variance = WeightOptions(
      initializer: options.initializer("moving_variance_initializer"))
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try input.checkLast(axis, of: Self.className)
    return input
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let shape = [input.features]
    return (scales ? [ParameterShape("gamma", shape, gamma)] : [])
      + (centers ? [ParameterShape("beta", shape, beta)] : [])
      + [
        ParameterShape("moving_mean", shape, mean, isTrainable: false),
        ParameterShape("moving_variance", shape, variance, isTrainable: false),
      ]
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    BatchNormalization(self, builder)
  }
}

/// `gamma ∘ (x − mean) / √(variance + ε) + beta` (Ioffe & Szegedy 2015), as `keras.layers.BatchNormalization`
/// computes it: in training with mean and variance of the batch over rows and steps, of those steps that
/// count, otherwise with their moving averages.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × 3 × inputs + 4 × inputs` scalars from the model's plan.
final class BatchNormalization<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs: Int
  private let momentum, epsilon: Scalar
  private let gamma, beta: ParameterStore<Scalar>.Matrix?
  private let movingMean, movingVariance: ParameterStore<Scalar>.Matrix
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let normalized: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let product: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let mean: MemoryPlan<Scalar>.Region  // [inputs]
  private let scale: MemoryPlan<Scalar>.Region  // [inputs]
  /// The sums over all rows of the gradient, and of its products with what is normalized.
  private let sums, products: MemoryPlan<Scalar>.Region  // [inputs]
  private var mask: UnsafePointer<UInt8>?
  private let isTrainable: Bool
  private var isTraining = false

  init(_ description: BatchNormalizationDescription, _ builder: LayerBuilder<Scalar>) {
    isTrainable = description.isTrainable
    steps = builder.input.steps
    inputs = builder.input.features
    momentum = Scalar(description.momentum)
    epsilon = Scalar(description.epsilon)
    gamma = description.scales ? builder.matrix("gamma") : nil
    beta = description.centers ? builder.matrix("beta") : nil
    movingMean = builder.matrix("moving_mean")
    movingVariance = builder.matrix("moving_variance")
    plan = builder.plan
    let all = steps * builder.batch
    output = plan.reserve(all * inputs)
    normalized = plan.reserve(all * inputs)
    product = plan.reserve(all * inputs)
    mean = plan.reserve(inputs)
    scale = plan.reserve(inputs)
    sums = plan.reserve(inputs)
    products = plan.reserve(inputs)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    mask = batch.mask
    isTraining = isTrainable && batch.isTraining
    let (output, normalized) = (plan[output], plan[normalized])
    let (mean, scale) = (plan[mean], plan[scale])
    let all = steps * batch.rows
    if isTraining {
      // The variance stands in the place of the scale until that is known.
      Scalar.columnMoments(
        input, mask: mask, mean: mean, variance: scale, rows: all, columns: inputs)
      Scalar.moveAverage(movingMean.values, to: mean, kept: momentum, count: inputs)
      Scalar.moveAverage(movingVariance.values, to: scale, kept: momentum, count: inputs)
    } else {
      mean.update(from: movingMean.values, count: inputs)
      scale.update(from: movingVariance.values, count: inputs)
    }
    Scalar.inverseRoots(scale, epsilon: epsilon, into: scale, count: inputs)
    Scalar.normalizeColumns(
      input, mean: mean, scales: scale, gamma: gamma?.values, beta: beta?.values,
      normalized: normalized, into: output, rows: all, columns: inputs)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (normalized, product, scale) = (plan[normalized], plan[product], plan[scale])
    let all = steps * batch.rows
    Scalar.multiplyElements(outputGradient, normalized, into: product, count: all * inputs)
    if let inputGradient {
      let (sums, products) = (plan[sums], plan[products])
      addUp(outputGradient, rows: all, into: sums)
      addUp(product, rows: all, into: products)
      Scalar.normalizeColumnsGradient(
        outputGradient, normalized: normalized, gamma: gamma?.values, scales: scale, sums: sums,
        products: products, mask: mask, hasMoments: isTraining, into: inputGradient, rows: all,
        columns: inputs)
    }
    if let gamma {
      sink.add(gamma, left: nil, right: product, inner: all)
    }
    if let beta {
      sink.add(beta, left: nil, right: outputGradient, inner: all)
    }
  }

  private func addUp(
    _ matrix: UnsafePointer<Scalar>, rows: Int, into sums: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.fill(sums, with: 0, count: inputs)
    Scalar.addRows(of: matrix, mask: nil, rows: rows, columns: inputs, to: sums)
  }
}
