import Files
import Kernels

/// `keras.layers.GroupNormalization` over the last axis.
struct GroupNormalizationDescription: LayerDescription {
  static let className = "GroupNormalization"
  static let options: [String: JSONValue] = [
    "groups": 32, "axis": -1, "epsilon": 0.001, "center": true, "scale": true,
  ].merging(WeightOptions.defaults(["beta": "Zeros", "gamma": "Ones"])) { _, new in new }

  let epsilon: Double
  let centers, scales: Bool
  private let axis, groups: Int
  private let beta, gamma: WeightOptions
  var joinsSteps: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    axis = try options.lastAxis("axis")
    // -1 is a group for each feature.
    groups = options["groups"] == -1 ? -1 : try options.size("groups")
    epsilon = try options.number("epsilon")
    centers = try options.flag("center")
    scales = try options.flag("scale")
    beta = try options.weight("beta")
    gamma = try options.weight("gamma")
  }

  /// The groups of an input's features.
  func groups(of input: SampleShape) -> Int { groups == -1 ? input.features : groups }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try input.checkLast(axis, of: Self.className)
    guard input.features.isMultiple(of: groups(of: input)) else {
      throw ConfigurationError(
        "GroupNormalization cannot make \(groups) groups of \(input.features) features")
    }
    return input
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    (scales ? [ParameterShape("gamma", [input.features], gamma)] : [])
      + (centers ? [ParameterShape("beta", [input.features], beta)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    GroupNormalization(self, builder)
  }
}

/// `gamma ∘ (x − mean) / √(variance + ε) + beta`, mean and variance over all steps of the features of each group (Wu & He
/// 2018), as `keras.layers.GroupNormalization` computes it. Masked steps count.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × 6 × inputs + batch × groups + 2 × inputs` scalars from the model's plan.
final class GroupNormalization<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs, groups: Int
  private let epsilon: Scalar
  private let gamma, beta: ParameterStore<Scalar>.Matrix?
  private let plan: MemoryPlan<Scalar>
  private let output, normalized, product: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// `[rows, groups, steps × inputs / groups]`.
  private let packed, packedResult, packedNormalized: MemoryPlan<Scalar>.Region
  private let scales: MemoryPlan<Scalar>.Region  // [rows, groups]
  private let zeros, ones: MemoryPlan<Scalar>.Region  // [inputs]

  init(_ description: GroupNormalizationDescription, _ builder: LayerBuilder<Scalar>) {
    (steps, inputs) = (builder.input.steps, builder.input.features)
    groups = description.groups(of: builder.input)
    epsilon = Scalar(description.epsilon)
    gamma = description.scales ? builder.matrix("gamma") : nil
    beta = description.centers ? builder.matrix("beta") : nil
    plan = builder.plan
    let size = steps * builder.batch * inputs
    output = plan.reserve(size)
    normalized = plan.reserve(size)
    product = plan.reserve(size)
    packed = plan.reserve(size)
    packedResult = plan.reserve(size)
    packedNormalized = plan.reserve(size)
    scales = plan.reserve(builder.batch * groups)
    zeros = plan.reserve(inputs)
    ones = plan.reserve(inputs)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, normalized, packedNormalized) = (
      plan[output], plan[normalized], plan[packedNormalized]
    )
    pack(input, rows: batch.rows, into: plan[packed])
    Scalar.normalizeRows(
      plan[packed], gamma: nil, beta: nil, epsilon: epsilon, scales: plan[scales],
      normalized: packedNormalized, into: plan[packedResult], rows: batch.rows * groups,
      columns: steps * inputs / groups)
    unpack(packedNormalized, rows: batch.rows, into: normalized)
    Scalar.fill(plan[zeros], with: 0, count: inputs)
    Scalar.fill(plan[ones], with: 1, count: inputs)
    Scalar.normalizeColumns(
      normalized, mean: plan[zeros], scales: plan[ones], gamma: gamma?.values, beta: beta?.values,
      normalized: plan[product], into: output, rows: steps * batch.rows, columns: inputs)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (product, all) = (plan[product], steps * batch.rows)
    if let inputGradient {
      // That of what is normalized.
      product.update(from: outputGradient, count: all * inputs)
      if let gamma {
        Scalar.copyRows(
          gamma.values, step: 0, to: inputGradient, step: inputs, rows: all, columns: inputs)
        Scalar.multiplyElements(
          outputGradient, inputGradient, into: product, count: all * inputs)
      }
      pack(product, rows: batch.rows, into: plan[packed])
      Scalar.normalizeRowsGradient(
        plan[packed], normalized: plan[packedNormalized], gamma: nil, scales: plan[scales],
        into: plan[packedResult], rows: batch.rows * groups, columns: steps * inputs / groups)
      unpack(plan[packedResult], rows: batch.rows, into: inputGradient)
    }
    if let gamma {
      Scalar.multiplyElements(outputGradient, plan[normalized], into: product, count: all * inputs)
      sink.add(gamma, left: nil, right: product, inner: all)
    }
    if let beta { sink.add(beta, left: nil, right: outputGradient, inner: all) }
  }

  /// Puts the values of a group beside each other.
  private func pack(
    _ values: UnsafePointer<Scalar>, rows: Int, into packed: UnsafeMutablePointer<Scalar>
  ) {
    let size = inputs / groups
    for step in 0..<steps {
      Scalar.copyRows(
        values + step * rows * inputs, step: size, to: packed + step * size, step: steps * size,
        rows: rows * groups, columns: size)
    }
  }

  /// Puts them back.
  private func unpack(
    _ packed: UnsafePointer<Scalar>, rows: Int, into values: UnsafeMutablePointer<Scalar>
  ) {
    let size = inputs / groups
    for step in 0..<steps {
      Scalar.copyRows(
        packed + step * size, step: steps * size, to: values + step * rows * inputs, step: size,
        rows: rows * groups, columns: size)
    }
  }
}
