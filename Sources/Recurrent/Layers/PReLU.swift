import Files
import Kernels

/// `keras.layers.PReLU`.
struct PReLUDescription: LayerDescription {
  static let className = "PReLU"
  static let options: [String: JSONValue] = ["shared_axes": nil].merging(
    WeightOptions.defaults(["alpha": "Zeros"])
  ) { _, new in new }

  private let alpha: WeightOptions
  /// Keras' axes, which count the batch too, that have one weight together.
  private let shared: Set<Int>
  private let axes: JSONValue
  /// Steps have weights of their own.
  var joinsSteps: Bool { !shared.contains(1) }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    alpha = try options.weight("alpha", axes: 2)
    axes = options["shared_axes"]
    let numbers = axes == .null ? [] : axes.array ?? [axes]
    shared = Set(numbers.compactMap(\.integer).filter { (1...2).contains($0) })
    guard shared.count == numbers.count else {
      throw options.error("shared_axes", "is not supported")
    }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard input.isSequence || !shared.contains(2) else {
      throw ConfigurationError("PReLU shares axes \(axes.shortText), which a vector does not have")
    }
    guard !input.isSequence || shared.contains(1) || input.timeSteps != nil else {
      throw ConfigurationError("PReLU needs a fixed number of time steps, or to share axis 1")
    }
    guard alpha.constraint?.fits(axes: input.sizes.count) ?? true else {
      throw ConfigurationError("PReLU has no such axis as that of its alpha_constraint")
    }
    return input
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let sizes = input.sizes.enumerated().map { axis, size in
      shared.contains(axis + 1) ? 1 : size ?? 1
    }
    return [ParameterShape("alpha", sizes, alpha)]
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    PReLU(builder)
  }
}

/// `x` above 0, `alpha · x` below, with an `alpha` that is learned (He et al. 2015), as `keras.layers.PReLU` computes it:
/// `max(x, 0) − alpha ∘ max(−x, 0)`.
///
/// Shapes: input and output `[steps, rows, inputs]`; `alpha` `[steps, inputs]`, each of them 1 where it is shared.
/// Memory: `batch × steps × 4 × inputs` scalars, 5 × where features share a weight, from the model's plan.
final class PReLU<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs: Int
  private let alpha: ParameterStore<Scalar>.Matrix
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// `alpha` of each value.
  private let slopes: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// `max(−x, 0)`.
  private let negatives: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let products: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// For the sums of weights that features share.
  private let ones: MemoryPlan<Scalar>.Region  // [steps × rows × inputs]
  private var input: UnsafePointer<Scalar>?

  init(_ builder: LayerBuilder<Scalar>) {
    steps = builder.input.steps
    inputs = builder.input.features
    alpha = builder.matrix("alpha")
    plan = builder.plan
    let size = steps * builder.batch * inputs
    output = plan.reserve(size)
    slopes = plan.reserve(size)
    negatives = plan.reserve(size)
    products = plan.reserve(size)
    ones = plan.reserve(alpha.columns == inputs ? 0 : size)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    self.input = input
    let size = steps * batch.rows * inputs
    let (output, negatives, products) = (plan[output], plan[negatives], plan[products])
    spreadSlopes(rows: batch.rows)
    output.update(from: input, count: size)
    Scalar.rectify(output, count: size)
    negatives.update(from: input, count: size)
    Scalar.scale(negatives, by: -1, count: size)
    Scalar.rectify(negatives, count: size)
    Scalar.multiplyElements(plan[slopes], negatives, into: products, count: size)
    Scalar.add(products, times: -1, to: output, count: size)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let input else { preconditionFailure("backward before forward") }
    let size = steps * batch.rows * inputs
    let (negatives, products) = (plan[negatives], plan[products])
    Scalar.multiplyElements(outputGradient, negatives, into: products, count: size)
    Scalar.scale(products, by: -1, count: size)
    if let inputGradient {
      Scalar.multiplyElements(outputGradient, plan[slopes], into: inputGradient, count: size)
      Scalar.reluGradient(inputGradient, before: negatives, count: size)
      Scalar.reluGradient(outputGradient, before: input, count: size)
      Scalar.add(outputGradient, to: inputGradient, count: size)
    }
    sink.add(alpha) { gradient in addSums(of: products, to: gradient, rows: batch.rows) }
  }

  /// Puts the weight of each value in its place.
  private func spreadSlopes(rows: Int) {
    let (slopes, block) = (plan[slopes], steps / alpha.rows * rows)
    for step in 0..<alpha.rows {
      let (weights, to) = (alpha.values + step * alpha.columns, slopes + step * block * inputs)
      if alpha.columns == inputs {
        Scalar.copyRows(weights, step: 0, to: to, step: inputs, rows: block, columns: inputs)
      } else {
        Scalar.fill(to, with: weights[0], count: block * inputs)
      }
    }
  }

  /// Adds up what belongs to each weight.
  private func addSums(
    of values: UnsafePointer<Scalar>, to sums: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    let block = steps / alpha.rows * rows
    guard alpha.columns == inputs else {
      // A product with ones, so that its bits depend on nothing else.
      Scalar.fill(plan[ones], with: 1, count: block * inputs)
      return Scalar.multiply(
        values, transposeLeft: false, plan[ones], transposeRight: false, rows: alpha.rows,
        columns: 1, inner: block * inputs, into: sums, accumulate: true)
    }
    for step in 0..<alpha.rows {
      Scalar.addRows(
        of: values + step * block * inputs, mask: nil, rows: block, columns: inputs,
        to: sums + step * inputs)
    }
  }
}
