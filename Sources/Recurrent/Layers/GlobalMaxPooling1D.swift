import Files
import Kernels

/// `keras.layers.GlobalMaxPooling1D`.
struct GlobalMaxPooling1DDescription: LayerDescription {
  static let className = "GlobalMaxPooling1D"
  static let options: [String: JSONValue] = ["data_format": "channels_last", "keepdims": false]

  /// Whether the output is a sequence of one step, not a vector.
  private let keepsSteps: Bool
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    try options.checkChannelsLast()
    keepsSteps = try options.flag("keepdims")
  }

  func output(of input: SampleShape) -> SampleShape {
    keepsSteps
      ? .sequence(timeSteps: 1, features: input.features) : .vector(features: input.features)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    GlobalMaxPooling1D(builder)
  }
}

/// The largest value of each feature, as `keras.layers.GlobalMaxPooling1D` computes it: of all steps, masked ones too.
/// Steps that share the largest value share its gradient.
///
/// Shapes: input `[steps, rows, inputs]`, output `[rows, inputs]`.
/// Memory: `3 × batch × inputs` scalars from the model's plan.
final class GlobalMaxPooling1D<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [rows, inputs]
  private let ones: MemoryPlan<Scalar>.Region  // [rows, inputs]
  /// How many steps have the largest value.
  private let counts: MemoryPlan<Scalar>.Region  // [rows, inputs]
  /// The input of the batch under way.
  private var input: UnsafePointer<Scalar>?

  init(_ builder: LayerBuilder<Scalar>) {
    steps = builder.input.steps
    inputs = builder.input.features
    plan = builder.plan
    output = plan.reserve(builder.batch * inputs)
    ones = plan.reserve(builder.batch * inputs)
    counts = plan.reserve(builder.batch * inputs)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, size) = (plan[output], batch.rows * inputs)
    self.input = input
    output.update(from: input, count: size)
    for step in 1..<max(1, steps) {
      Scalar.takeLarger(input + step * size, sign: 1, to: output, count: size)
    }
    batch.mask = nil
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient, let input else { return }
    let (output, ones, counts) = (plan[output], plan[ones], plan[counts])
    let size = batch.rows * inputs
    Scalar.fill(ones, with: 1, count: size)
    Scalar.fill(counts, with: 0, count: size)
    for step in 0..<steps {
      Scalar.addWhereEqual(input + step * size, output, amounts: ones, to: counts, count: size)
    }
    Scalar.divide(outputGradient, by: counts, count: size)
    Scalar.fill(inputGradient, with: 0, count: steps * size)
    for step in 0..<steps {
      Scalar.addWhereEqual(
        input + step * size, output, amounts: outputGradient, to: inputGradient + step * size,
        count: size)
    }
  }
}
