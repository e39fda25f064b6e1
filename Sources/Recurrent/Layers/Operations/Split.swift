import Files
import Kernels

/// `keras.ops.split`: equal parts of an axis, each an output of its own.
struct SplitDescription: LayerDescription {
  static let className = "ops.Split"
  static let options: [String: JSONValue] = ["indices_or_sections": 1, "axis": 0]

  private let count, axis: Int
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .own }
  var joinsSteps: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    guard options["indices_or_sections"].array == nil else {
      throw options.error("indices_or_sections", "is not supported")
    }
    count = try options.size("indices_or_sections")
    guard count <= ModelConfiguration.mostCalls else {
      throw options.error("indices_or_sections", "is too large")
    }
    axis = try options.whole("axis")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try input.shape(Self.className) { sizes throws(ConfigurationError) in
      let index = try SampleAxis.index(axis, of: sizes, Self.className)
      guard sizes[index] % count == 0 else {
        throw ConfigurationError(
          "\(Self.className) cannot make \(count) equal parts of an axis of \(sizes[index])")
      }
      var part = sizes
      part[index] /= count
      return part
    }
  }

  func furtherOutputs(of input: SampleShape) -> [SampleShape] {
    guard let part = try? output(of: input) else { return [] }
    return [SampleShape](repeating: part, count: count - 1)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let whole = SampleView(builder.input.knownSizes)
    let index = axis < 0 ? axis + whole.sizes.count : axis - 1
    let size = whole.sizes[index] / count
    return SplitLayer(
      (0..<count).map { whole.sliced(axis: index, from: $0 * size, count: size, step: 1) }, builder)
  }
}

/// Parts of a sample.
///
/// Shapes: input `[steps, rows, features]`, outputs of the same shape.
/// Memory: `batch × values of the input` scalars from the model's plan.
final class SplitLayer<Scalar: KernelScalar>: SingleInputLayer {
  private let maps: [SampleMap]
  private let inputSize: Int
  private let plan: MemoryPlan<Scalar>
  private let outputs: [MemoryPlan<Scalar>.Region]  // [steps, rows, features] each

  /// - Parameter parts: Of the input, one for each output.
  init(_ parts: [SampleView], _ builder: LayerBuilder<Scalar>) {
    let plan = builder.plan
    self.plan = plan
    maps = parts.map { SampleMap($0, from: builder.input, to: builder.output) }
    inputSize = builder.input.steps * builder.input.features
    let size = builder.output.steps * builder.output.features
    outputs = parts.map { _ in plan.reserve(size * builder.batch) }
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    for (map, output) in zip(maps, outputs) {
      map.copy(input, to: plan[output], rows: batch.rows)
    }
    batch.mask = nil
    return plan[outputs[0]]
  }

  func furtherOutput(
    _ index: Int, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar>? { plan[outputs[index]] }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    Scalar.fill(inputGradient, with: 0, count: inputSize * batch.rows)
    maps[0].addBack(outputGradient, to: inputGradient, rows: batch.rows)
    for index in 1..<maps.count {
      guard let gradient = batch.furtherGradients?[index - 1] else { continue }
      maps[index].addBack(gradient, to: inputGradient, rows: batch.rows)
    }
  }
}
