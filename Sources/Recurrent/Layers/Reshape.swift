import Files
import Kernels

/// `keras.layers.Flatten`.
struct FlattenDescription: LayerDescription {
  static let className = "Flatten"
  static let options: [String: JSONValue] = ["data_format": "channels_last"]
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    guard options["data_format"] == "channels_last" || options["data_format"] == .null else {
      throw options.error("data_format", "is not supported")
    }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard input.isSequence else { return input }
    guard let steps = input.timeSteps else {
      throw ConfigurationError("Flatten needs a fixed number of time steps")
    }
    let (features, overflow) = steps.multipliedReportingOverflow(by: input.features)
    guard !overflow else { throw ConfigurationError("Flatten gives too many features") }
    return .vector(features: features)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Reshape(builder)
  }
}

/// `keras.layers.Reshape`.
struct ReshapeDescription: LayerDescription {
  static let className = "Reshape"
  static let options: [String: JSONValue] = ["target_shape": nil]

  private static let mostAxes = 6
  private let target: [Int]
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let sizes = options["target_shape"].array ?? []
    target = sizes.compactMap(\.integer)
    guard target.count == sizes.count, (1...Self.mostAxes).contains(target.count),
      target.allSatisfy({ $0 == -1 || (1...ModelConfiguration.largestAxis).contains($0) }),
      target.filter({ $0 == -1 }).count <= 1
    else { throw options.error("target_shape", "is not supported") }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard !input.isSequence || input.timeSteps != nil else {
      throw ConfigurationError("Reshape needs a fixed number of time steps")
    }
    let count = input.steps * input.features
    // As far as they divide the values; a file may ask for any sizes.
    var rest = count
    for size in target where size > 0 {
      rest = rest > 0 && rest % size == 0 ? rest / size : 0
    }
    guard rest > 0, rest == 1 || target.contains(-1) else {
      throw ConfigurationError("Reshape cannot make \(target) of \(count) values")
    }
    let sizes = target.map { $0 == -1 ? rest : $0 }
    guard let output = SampleShape(sizes: sizes) else {
      throw ConfigurationError("Reshape makes no axis")
    }
    return output
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Reshape(builder)
  }
}

/// The values of each sample in the same order under another shape. Only their places in memory change, which
/// go by steps first.
///
/// Shapes: input `[steps, rows, inputs]`, output `[outputSteps, rows, units]` with as many values.
/// Memory: `batch × steps × inputs` scalars from the model's plan.
final class Reshape<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs, outputSteps, units: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [outputSteps, rows, units]

  init(_ builder: LayerBuilder<Scalar>) {
    steps = builder.input.steps
    inputs = builder.input.features
    outputSteps = builder.output.steps
    units = builder.output.features
    plan = builder.plan
    output = plan.reserve(steps * builder.batch * inputs)
  }

  /// Calls `body` with the places in input and output of the first row of values that follow each other in both.
  private func forEachRun(rows: Int, _ body: (_ input: Int, _ output: Int, _ count: Int) -> Void) {
    var value = 0
    while value < steps * inputs {
      let (inInput, inOutput) = (value % inputs, value % units)
      let count = min(inputs - inInput, units - inOutput)
      body((value - inInput) * rows + inInput, (value - inOutput) * rows + inOutput, count)
      value += count
    }
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let output = plan[output]
    forEachRun(rows: batch.rows) { from, to, count in
      Scalar.copyRows(
        input + from, step: inputs, to: output + to, step: units, rows: batch.rows, columns: count)
    }
    batch.mask = nil
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    forEachRun(rows: batch.rows) { to, from, count in
      Scalar.copyRows(
        outputGradient + from, step: units, to: inputGradient + to, step: inputs, rows: batch.rows,
        columns: count)
    }
  }
}
