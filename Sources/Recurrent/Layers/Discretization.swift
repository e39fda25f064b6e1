import Files
import Kernels

/// `keras.layers.Discretization`, with boundaries that its `adapt` found or that are options.
struct DiscretizationDescription: LayerDescription {
  static let className = "Discretization"
  static let options: [String: JSONValue] = [
    "bin_boundaries": nil, "num_bins": nil, "epsilon": 0.01, "output_mode": "int", "sparse": false,
  ]

  let boundaries: [Double]
  let isOneHot: Bool
  var appliesPerStep: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let numbers = options["bin_boundaries"].array ?? []
    boundaries = numbers.compactMap(\.double)
    guard !boundaries.isEmpty, boundaries.count == numbers.count, boundaries == boundaries.sorted(),
      boundaries.allSatisfy(\.isFinite)
    else { throw options.error("bin_boundaries", "is not a list of rising numbers") }
    guard ["int", "one_hot"].contains(options["output_mode"]) else {
      throw options.error("output_mode", "is not supported")
    }
    isOneHot = options["output_mode"] == "one_hot"
    guard try !options.flag("sparse") else { throw options.error("sparse", "is not supported") }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard isOneHot else { return input }
    guard input.features == 1 else {
      throw ConfigurationError("Discretization as one_hot takes one feature, not \(input.features)")
    }
    var output = input
    output.features = boundaries.count + 1
    return output
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Discretization(self, builder)
  }
}

/// The number of boundaries that a value is not below, or a one-hot row of it, as `keras.layers.Discretization` computes
/// it. No gradient goes through.
///
/// Shapes: input `[steps, rows, inputs]`, output the same, or `[steps, rows, boundaries + 1]` of one input.
/// Memory: `batch × steps × (4 × inputs + units)` scalars from the model's plan.
final class Discretization<Scalar: KernelScalar>: SingleInputLayer {
  private let boundaries: [Scalar]
  private let isOneHot: Bool
  private let size, units, steps: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, units]
  private let numbers, compared, ones, marks: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]

  init(_ description: DiscretizationDescription, _ builder: LayerBuilder<Scalar>) {
    boundaries = description.boundaries.map { Scalar($0) }
    isOneHot = description.isOneHot
    steps = builder.input.steps
    size = steps * builder.input.features
    units = builder.output.features
    plan = builder.plan
    output = plan.reserve(steps * builder.batch * units)
    numbers = plan.reserve(size * builder.batch)
    compared = plan.reserve(size * builder.batch)
    ones = plan.reserve(size * builder.batch)
    marks = plan.reserve(isOneHot ? size * builder.batch : 0)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, compared, ones, marks) = (plan[output], plan[compared], plan[ones], plan[marks])
    let count = size * batch.rows
    let numbers = isOneHot ? plan[numbers] : output
    Scalar.fill(numbers, with: 0, count: count)
    Scalar.fill(ones, with: 1, count: count)
    for boundary in boundaries {
      // The larger of the two is the value.
      Scalar.fill(compared, with: boundary, count: count)
      Scalar.takeLarger(input, sign: 1, to: compared, count: count)
      Scalar.addWhereEqual(compared, input, amounts: ones, to: numbers, count: count)
    }
    guard isOneHot else { return output }
    for unit in 0..<units {
      Scalar.fill(compared, with: Scalar(unit), count: count)
      Scalar.fill(marks, with: 0, count: count)
      Scalar.addWhereEqual(numbers, compared, amounts: ones, to: marks, count: count)
      Scalar.copyRows(marks, step: 1, to: output + unit, step: units, rows: count, columns: 1)
    }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    Scalar.fill(inputGradient, with: 0, count: size * batch.rows)
  }
}
