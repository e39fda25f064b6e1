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

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let axes = options["axis"].array ?? [options["axis"]]
    guard axes.count == 1, let axis = axes.first?.integer, (-1...2).contains(axis) else {
      throw options.error("axis", "is not supported")
    }
    self.axis = axis
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
    guard axis == -1 || axis == (input.isSequence ? 2 : 1) else {
      throw ConfigurationError("BatchNormalization goes over the last axis only, not over \(axis)")
    }
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
/// Memory: `batch × steps × 3 × inputs + 3 × inputs` scalars from the model's plan.
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
  }

  private func counts(_ row: Int) -> Bool { mask.map { $0[row] != 0 } ?? true }

  @specialized(where Scalar == Float)
  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    mask = batch.mask
    isTraining = isTrainable && batch.isTraining
    let (output, normalized) = (plan[output], plan[normalized])
    let (mean, scale) = (plan[mean], plan[scale])
    let all = steps * batch.rows
    for index in 0..<inputs {
      var (average, variance) = (movingMean.values[index], movingVariance.values[index])
      if isTraining {
        var count: Scalar = 0
        (average, variance) = (0, 0)
        for row in 0..<all where counts(row) {
          average += input[row * inputs + index]
          count += 1
        }
        average /= max(count, 1)
        for row in 0..<all where counts(row) {
          let difference = input[row * inputs + index] - average
          variance += difference * difference
        }
        variance /= max(count, 1)
        movingMean.values[index] =
          movingMean.values[index] * momentum + average * (1 - momentum)
        movingVariance.values[index] =
          movingVariance.values[index] * momentum + variance * (1 - momentum)
      }
      mean[index] = average
      scale[index] = 1 / (variance + epsilon).squareRoot()
    }
    for row in 0..<all {
      for index in 0..<inputs {
        let at = row * inputs + index
        normalized[at] = (input[at] - mean[index]) * scale[index]
        output[at] = normalized[at] * (gamma?.values[index] ?? 1) + (beta?.values[index] ?? 0)
      }
    }
    return output
  }

  @specialized(where Scalar == Float)
  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (normalized, product, scale) = (plan[normalized], plan[product], plan[scale])
    let all = steps * batch.rows
    for index in 0..<all * inputs { product[index] = outputGradient[index] * normalized[index] }
    if let inputGradient {
      for index in 0..<inputs {
        var (sum, products, count): (Scalar, Scalar, Scalar) = (0, 0, 0)
        for row in 0..<all {
          sum += outputGradient[row * inputs + index]
          products += product[row * inputs + index]
          if counts(row) { count += 1 }
        }
        let factor = scale[index] * (gamma?.values[index] ?? 1)
        for row in 0..<all {
          let at = row * inputs + index
          // Steps that do not count had no part in mean and variance.
          let shared =
            isTraining && counts(row) ? (sum + normalized[at] * products) / max(count, 1) : 0
          inputGradient[at] = factor * (outputGradient[at] - shared)
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
