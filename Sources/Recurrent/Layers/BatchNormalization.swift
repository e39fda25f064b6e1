import Files
import Kernels

/// `keras.layers.BatchNormalization` of each place of an axis.
struct BatchNormalizationDescription: LayerDescription {
  static let className = "BatchNormalization"
  static let options: [String: JSONValue] = [
    "axis": -1, "momentum": 0.99, "epsilon": 0.001, "center": true, "scale": true,
    "moving_mean_initializer": "Zeros", "moving_variance_initializer": "Ones",
    "corrects_planes": false,
  ].merging(WeightOptions.defaults(["beta": "Zeros", "gamma": "Ones"])) { _, new in new }

  let momentum, epsilon: Double
  /// Whether the moving average of planes and volumes is that of the unbiased variance, as tf-keras' kernel for them has it.
  private let correctsPlanes: Bool
  let centers, scales: Bool
  /// Where it is not, training leaves the moving averages as they are, and uses them.
  let isTrainable: Bool
  /// By Keras' numbers, which count the batch.
  private let axis: Int
  private let beta, gamma, mean, variance: WeightOptions
  var stepAxes: StepAxes { .own }
  var isCalledWithMask: Bool { true }
  /// Whether each step has its own moments, in a sequence.
  private var isOfSteps: Bool { axis == 1 }
  var takesMask: Bool { !isOfSteps }
  var joinsSteps: Bool { isOfSteps }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let axes = try options.wholes("axis")
    guard axes.count == 1 else { throw options.error("axis", "is not supported") }
    axis = axes[0]
    isTrainable = try options.flag("trainable")
    momentum = try options.number("momentum")
    correctsPlanes = try options.flag("corrects_planes")
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
    let index = try SampleAxis.index(axis, of: input.knownSizes, Self.className)
    guard input.sizes[index] != nil else {
      throw ConfigurationError("\(Self.className) over steps needs a fixed number of them")
    }
    return input
  }

  /// The axis of a sample that has been checked.
  private func index(of input: SampleShape) -> Int {
    let sizes = input.knownSizes
    return (try? SampleAxis.index(axis, of: sizes, Self.className)) ?? sizes.count - 1
  }

  /// Whether the variance that is kept is divided by one less than the number of values.
  private func isCorrected(_ input: SampleShape) -> Bool {
    let axes = input.sizes.count
    return correctsPlanes && (axes == 3 || axes == 4) && [0, axes - 1].contains(index(of: input))
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let shape = [input.knownSizes[index(of: input)]]
    return (scales ? [ParameterShape("gamma", shape, gamma)] : [])
      + (centers ? [ParameterShape("beta", shape, beta)] : [])
      + [
        ParameterShape("moving_mean", shape, mean, isTrainable: false),
        ParameterShape("moving_variance", shape, variance, isTrainable: false),
      ]
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let index = index(of: builder.input)
    return index == builder.input.sizes.count - 1
      ? BatchNormalization(self, isCorrected: isCorrected(builder.input), builder)
      : MovedAxisLayer(index, builder) {
        BatchNormalization(self, isCorrected: isCorrected(builder.input), $0)
      }
  }
}

/// `gamma ∘ (x − mean) / √(variance + ε) + beta` (Ioffe & Szegedy 2015), as `keras.layers.BatchNormalization`
/// computes it: in training with mean and variance of the batch over rows and steps, of those steps that
/// count, otherwise with their moving averages. A row is one of the last axis.
///
/// Shapes: input and output `[steps, rows, …, inputs]`.
/// Memory: `batch × steps × 3 × inputs + 4 × inputs` scalars from the model's plan.
final class BatchNormalization<Scalar: KernelScalar>: SingleInputLayer {
  /// The rows of a sample, and the values of each.
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
  private let isCorrected: Bool
  private var isTraining = false

  /// - Parameter isCorrected: Whether the variance that is kept is the unbiased one.
  init(
    _ description: BatchNormalizationDescription, isCorrected: Bool,
    _ builder: LayerBuilder<Scalar>
  ) {
    self.isCorrected = isCorrected
    isTrainable = description.isTrainable
    inputs = builder.input.axes[builder.input.axes.count - 1]
    steps = builder.input.steps * (builder.input.features / inputs)
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
      let kept = plan[sums]
      kept.update(from: scale, count: inputs)
      if isCorrected, all > 1 {
        Scalar.scale(kept, by: Scalar(all) / Scalar(all - 1), count: inputs)
      }
      Scalar.moveAverage(movingVariance.values, to: kept, kept: momentum, count: inputs)
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
