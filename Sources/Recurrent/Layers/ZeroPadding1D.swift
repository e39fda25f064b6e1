import Files
import Kernels

/// `keras.layers.ZeroPadding1D`.
struct ZeroPadding1DDescription: LayerDescription {
  static let className = "ZeroPadding1D"
  static let options: [String: JSONValue] = ["padding": [1, 1], "data_format": "channels_last"]

  private let before, after: Int
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { before + after > 0 }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    try options.checkChannelsLast()
    (before, after) = try options.ends("padding")
  }

  func output(of input: SampleShape) -> SampleShape {
    .sequence(timeSteps: input.timeSteps.map { $0 + before + after }, features: input.features)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    MovedSteps(first: -before, builder)
  }
}

/// `keras.layers.Cropping1D`.
struct Cropping1DDescription: LayerDescription {
  static let className = "Cropping1D"
  static let options: [String: JSONValue] = ["cropping": [1, 1]]

  private let before, after: Int
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { before + after > 0 }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    (before, after) = try options.ends("cropping")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard let steps = input.timeSteps else { return input }
    guard steps > before + after else {
      throw ConfigurationError(
        "Cropping1D with cropping [\(before), \(after)] cannot take \(steps) time steps")
    }
    return .sequence(timeSteps: steps - before - after, features: input.features)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    MovedSteps(first: before, builder)
  }
}

extension LayerOptions {
  /// Numbers of steps at the beginning and at the end of a sequence; one number is that of both.
  fileprivate func ends(
    _ option: String
  ) throws(ConfigurationError) -> (before: Int, after: Int) {
    let sizes = self[option].array ?? [self[option], self[option]]
    let steps = sizes.compactMap(\.integer)
    guard sizes.count == 2, steps.count == 2,
      steps.allSatisfy({ (0...ModelConfiguration.largestAxis).contains($0) })
    else { throw error(option, "is not two numbers of steps") }
    return (steps[0], steps[1])
  }
}

/// A sequence that begins and ends at other steps: with zeros at its ends, as `keras.layers.ZeroPadding1D` adds them, or
/// without its ends, as `keras.layers.Cropping1D` leaves it. All steps of the output count.
///
/// Shapes: input `[steps, rows, inputs]`, output `[outputSteps, rows, inputs]`.
/// Memory: `batch × outputSteps × inputs` scalars from the model's plan.
final class MovedSteps<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, outputSteps, inputs: Int
  /// Where the steps begin that are in both, and how many they are.
  private let firstInput, firstOutput, count: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [outputSteps, rows, inputs]

  /// - Parameter first: The step of the input that is the first of the output; below 0 if zeros come before it.
  init(first: Int, _ builder: LayerBuilder<Scalar>) {
    (steps, outputSteps) = (builder.input.steps, builder.output.steps)
    inputs = builder.input.features
    (firstInput, firstOutput) = (max(0, first), max(0, -first))
    count = min(steps - firstInput, outputSteps - firstOutput)
    plan = builder.plan
    output = plan.reserve(outputSteps * builder.batch * inputs)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, size) = (plan[output], batch.rows * inputs)
    Scalar.fill(output, with: 0, count: outputSteps * size)
    (output + firstOutput * size).update(from: input + firstInput * size, count: count * size)
    batch.mask = nil
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    let size = batch.rows * inputs
    Scalar.fill(inputGradient, with: 0, count: steps * size)
    (inputGradient + firstInput * size).update(
      from: outputGradient + firstOutput * size, count: count * size)
  }
}
