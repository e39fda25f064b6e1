import Files
import Kernels

/// What the values of an axis become together.
enum ReductionKind: String, Sendable {
  case sum = "Sum"
  case mean = "Mean"
  case maximum = "Max"
  case minimum = "Min"
}

/// A kind of reduction as a type, so that each class of layers has its own.
protocol ReductionClass: Sendable { static var kind: ReductionKind { get } }
enum SumReduction: ReductionClass { static let kind = ReductionKind.sum }
enum MeanReduction: ReductionClass { static let kind = ReductionKind.mean }
enum MaximumReduction: ReductionClass { static let kind = ReductionKind.maximum }
enum MinimumReduction: ReductionClass { static let kind = ReductionKind.minimum }

/// `keras.ops.sum`, `mean`, `max` and `min` over axes of each sample.
struct ReductionDescription<Class: ReductionClass>: LayerDescription {
  static var className: String { "ops." + Class.kind.rawValue }
  static var options: [String: JSONValue] { ["axis": nil, "keepdims": false] }

  private let axes: [Int]
  private let keepsAxes: Bool
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .own }
  var joinsSteps: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    guard options["axis"] != .null else {
      throw options.error("axis", "goes over the samples, each of which is computed by itself")
    }
    axes = try options.wholes("axis")
    keepsAxes = try options.flag("keepdims")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try input.checkMovable(Self.className)
    return try input.shape(Self.className) { sizes throws(ConfigurationError) in
      let reduced = try SampleAxis.indices(axes, of: sizes, Self.className)
      return sizes.indices.compactMap { axis in
        reduced.contains(axis) ? (keepsAxes ? 1 : nil) : sizes[axis]
      }
    }
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let sizes = builder.input.knownSizes
    let axes = (try? SampleAxis.indices(axes, of: sizes, Self.className)) ?? []
    return Reduction(Class.kind, axes: axes, builder)
  }
}

/// The sum, the mean, the largest or the smallest of the values on some axes. Values that share the largest share its
/// gradient.
///
/// Shapes: input `[steps, rows, features]`, output what is left of it.
/// Memory: `batch × values of the output` scalars from the model's plan, three times as many for the largest.
final class Reduction<Scalar: KernelScalar>: SingleInputLayer {
  private let kind: ReductionKind
  /// The place in the output of each value of the input.
  private let map: SampleMap
  private let inputSize, size: Int
  private let plan: MemoryPlan<Scalar>
  private let output, ones, counts: MemoryPlan<Scalar>.Region  // of the output's shape
  /// The input of the batch under way.
  private var input: UnsafePointer<Scalar>?

  /// - Parameter axes: Those of the sample that become one.
  init(_ kind: ReductionKind, axes: [Int], _ builder: LayerBuilder<Scalar>) {
    self.kind = kind
    let sizes = builder.input.knownSizes
    var view = SampleView(sizes.indices.map { axes.contains($0) ? 1 : sizes[$0] })
    for axis in axes { view = view.repeated(axis: axis, count: sizes[axis]) }
    map = SampleMap(view, from: builder.output, to: builder.input)
    inputSize = builder.input.steps * builder.input.features
    size = builder.output.steps * builder.output.features
    plan = builder.plan
    output = plan.reserve(size * builder.batch)
    let isExtreme = kind == .maximum || kind == .minimum
    ones = plan.reserve(isExtreme ? size * builder.batch : 0)
    counts = plan.reserve(isExtreme ? size * builder.batch : 0)
  }

  private var part: Scalar { Scalar(size) / Scalar(inputSize) }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    self.input = input
    let (output, rows) = (plan[output], batch.rows)
    batch.mask = nil
    switch kind {
    case .sum, .mean:
      Scalar.fill(output, with: 0, count: size * rows)
      map.addBack(input, to: output, rows: rows)
      if kind == .mean { Scalar.scale(output, by: part, count: size * rows) }
    case .maximum, .minimum:
      let sign: Scalar = kind == .maximum ? 1 : -1
      Scalar.fill(output, with: -sign * .infinity, count: size * rows)
      map.forEachRow(rows: rows) { to, from, count in
        Scalar.takeLarger(input + from, sign: sign, to: output + to, count: count)
      }
    }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient, let input else { return }
    let (output, rows) = (plan[output], batch.rows)
    switch kind {
    case .sum, .mean:
      if kind == .mean { Scalar.scale(outputGradient, by: part, count: size * rows) }
      map.copy(outputGradient, to: inputGradient, rows: rows)
    case .maximum, .minimum:
      let (ones, counts) = (plan[ones], plan[counts])
      Scalar.fill(ones, with: 1, count: size * rows)
      Scalar.fill(counts, with: 0, count: size * rows)
      Scalar.fill(inputGradient, with: 0, count: inputSize * rows)
      map.forEachRow(rows: rows) { to, from, count in
        Scalar.addWhereEqual(
          input + from, output + to, amounts: ones + to, to: counts + to, count: count)
      }
      Scalar.divide(outputGradient, by: counts, count: size * rows)
      map.forEachRow(rows: rows) { to, from, count in
        Scalar.addWhereEqual(
          input + from, output + to, amounts: outputGradient + to, to: inputGradient + from,
          count: count)
      }
    }
  }
}
