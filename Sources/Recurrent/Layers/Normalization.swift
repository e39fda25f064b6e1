import Files
import Kernels

/// `keras.layers.Normalization`, with a mean and a variance that its `adapt` found or that are options.
struct NormalizationDescription: LayerDescription {
  static let className = "Normalization"
  static let options: [String: JSONValue] = [
    "axis": [-1], "mean": nil, "variance": nil, "invert": false,
  ]

  let inverts: Bool
  /// `nil` if they are weights.
  let mean, variance: [Double]?
  private let axes: NormalizedAxes
  private let isOne: Bool
  var appliesPerStep: Bool { axes.isLast || axes.count == 0 }
  var joinsSteps: Bool { !appliesPerStep && !axes.isFeatures }
  var stepAxes: StepAxes { axes.isLast ? .last : axes.count == 0 ? .flat : .none }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    axes = try NormalizedAxes(options)
    inverts = try options.flag("invert")
    mean = try Self.numbers("mean", options)
    variance = try Self.numbers("variance", options)
    guard mean?.count == variance?.count else {
      throw options.error("variance", "does not have the shape of the mean")
    }
    isOne = options["mean"].double != nil
  }

  /// An option that is a number, or an array of numbers; `nil` if it is not given.
  private static func numbers(
    _ option: String, _ options: LayerOptions
  ) throws(ConfigurationError) -> [Double]? {
    func flat(_ value: JSONValue) -> [Double?] {
      value.array.map { $0.flatMap(flat) } ?? [value.double]
    }
    guard options[option] != .null else { return nil }
    let numbers = flat(options[option])
    guard numbers.allSatisfy({ $0?.isFinite == true }) else {
      throw options.error(option, "is not an array of numbers")
    }
    return numbers.compactMap { $0 }
  }

  /// Which values have a mean and a variance of their own; `nil` if all have one.
  func span(of input: SampleShape) throws(ConfigurationError) -> AxisSpan? {
    axes.count == 0 ? nil : try axes.span(of: input, Self.className)
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    let span = try span(of: input)
    guard let mean, !isOne else { return input }
    let count = span?.columns(of: input) ?? 1
    // Fewer numbers are those of the last axis.
    guard mean.count == count || mean.count == 1 || span != .steps && mean.count == input.features
    else {
      throw ConfigurationError(
        "Normalization has \(mean.count) means; its input needs \(count)")
    }
    return input
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    guard mean == nil else { return [] }
    let sizes = (try? span(of: input))?.sizes(of: input) ?? []
    func shape(_ name: String, _ sizes: [Int], _ initializer: JSONValue) -> ParameterShape {
      ParameterShape(
        name, sizes, WeightOptions(initializer: Initializer(initializer)), isTrainable: false)
    }
    return [
      shape("mean", sizes, "Zeros"), shape("variance", sizes, "Ones"),
      shape("count", [], "Zeros").wholeNumber,
    ]
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Normalization(self, builder)
  }
}

/// `(x − mean) / max(√variance, 10⁻⁷)` with a mean and a variance that training does not change, as
/// `keras.layers.Normalization` computes it; inverted, `x · max(√variance, 10⁻⁷) + mean`.
///
/// Shapes: input and output `[steps, rows, inputs]`; mean and variance have the sizes of the axes.
/// Memory: `2 × batch × steps × inputs` scalars and five for each mean from the model's plan.
final class Normalization<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs: Int
  /// The steps that have means of their own; 1 if all have the same.
  private let blocks: Int
  private let inverts: Bool
  private let span: AxisSpan?
  private let mean, variance: ParameterStore<Scalar>.Matrix?
  private let fixedMean, fixedVariance: [Scalar]
  private let plan: MemoryPlan<Scalar>
  private let output, normalized: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// What is taken off each value, what it is multiplied by, and what is added.
  private let offsets, scales, sums: MemoryPlan<Scalar>.Region  // [blocks, inputs]
  private let floors, inverses: MemoryPlan<Scalar>.Region  // [blocks, inputs]

  init(_ description: NormalizationDescription, _ builder: LayerBuilder<Scalar>) {
    (steps, inputs) = (builder.input.steps, builder.input.features)
    span = (try? description.span(of: builder.input)) ?? nil
    blocks = span == .steps || span == .stepsAndFeatures ? steps : 1
    inverts = description.inverts
    fixedMean = (description.mean ?? []).map { Scalar($0) }
    fixedVariance = (description.variance ?? []).map { Scalar($0) }
    mean = description.mean == nil ? builder.matrix("mean") : nil
    variance = description.mean == nil ? builder.matrix("variance") : nil
    if description.mean == nil { _ = builder.matrix("count") }
    plan = builder.plan
    let size = steps * builder.batch * inputs
    output = plan.reserve(size)
    normalized = plan.reserve(size)
    let width = blocks * inputs
    offsets = plan.reserve(width)
    scales = plan.reserve(width)
    sums = plan.reserve(width)
    floors = plan.reserve(width)
    inverses = plan.reserve(width)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, normalized) = (plan[output], plan[normalized])
    prepare()
    let rows = steps / max(blocks, 1) * batch.rows
    for block in 0..<blocks {
      let (place, own) = (block * rows * inputs, block * inputs)
      Scalar.normalizeColumns(
        input + place, mean: plan[offsets] + own, scales: plan[scales] + own, gamma: nil,
        beta: plan[sums] + own, normalized: normalized + place, into: output + place, rows: rows,
        columns: inputs)
    }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    let (rows, normalized) = (steps / max(blocks, 1) * batch.rows, plan[normalized])
    for block in 0..<blocks {
      let (place, own) = (block * rows * inputs, block * inputs)
      Scalar.copyRows(
        plan[scales] + own, step: 0, to: normalized + place, step: inputs, rows: rows,
        columns: inputs)
    }
    Scalar.multiplyElements(
      outputGradient, normalized, into: inputGradient, count: steps * batch.rows * inputs)
  }

  /// Spreads means and variances over the values that they are for.
  private func prepare() {
    let (offsets, scales, sums) = (plan[offsets], plan[scales], plan[sums])
    let count = blocks * inputs
    // The square of the smallest deviation.
    Scalar.fill(plan[floors], with: 1e-14, count: count)
    spread(variance, fixedVariance, into: scales)
    Scalar.takeLarger(plan[floors], sign: 1, to: scales, count: count)
    Scalar.fill(sums, with: 0, count: count)
    Scalar.inverseRoots(scales, epsilon: 0, into: plan[inverses], count: count)
    guard inverts else {
      scales.update(from: plan[inverses], count: count)
      return spread(mean, fixedMean, into: offsets)
    }
    // The root is the variance times the inverse root.
    Scalar.multiplyElements(plan[inverses], scales, into: scales, count: count)
    Scalar.fill(offsets, with: 0, count: count)
    spread(mean, fixedMean, into: sums)
  }

  /// Puts the number of each value of the blocks in its place.
  private func spread(
    _ weight: ParameterStore<Scalar>.Matrix?, _ fixed: [Scalar],
    into values: UnsafeMutablePointer<Scalar>
  ) {
    guard let weight else {
      return fixed.withUnsafeBufferPointer { numbers in
        guard let base = numbers.baseAddress else { return }
        spread(base, count: numbers.count, into: values)
      }
    }
    spread(weight.values, count: weight.rows * weight.columns, into: values)
  }

  private func spread(
    _ numbers: UnsafePointer<Scalar>, count: Int, into values: UnsafeMutablePointer<Scalar>
  ) {
    if count == blocks * inputs {
      values.update(from: numbers, count: count)
    } else if count == 1 {
      Scalar.fill(values, with: numbers[0], count: blocks * inputs)
    } else if span == .steps {
      for block in 0..<blocks {
        Scalar.fill(values + block * inputs, with: numbers[block], count: inputs)
      }
    } else {
      Scalar.copyRows(numbers, step: 0, to: values, step: inputs, rows: blocks, columns: inputs)
    }
  }
}
