import Files
import Kernels

/// `keras.layers.UpSampling1D`.
struct UpSampling1DDescription: LayerDescription {
  static let className = "UpSampling1D"
  static let options: [String: JSONValue] = ["size": 2]

  let size: Int
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { size > 1 }

  init(_ options: LayerOptions) throws(ConfigurationError) { size = try options.size("size") }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard let steps = input.timeSteps else { return input }
    let (longer, overflow) = steps.multipliedReportingOverflow(by: size)
    guard !overflow, longer <= Int(Int32.max) else {
      throw ConfigurationError("UpSampling1D gives too many time steps")
    }
    return .sequence(timeSteps: longer, features: input.features)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    UpSampling1D(self, builder)
  }
}

/// Each step several times, one after the other, as `keras.layers.UpSampling1D` repeats it. All steps of the output
/// count.
///
/// Shapes: input `[steps, rows, inputs]`, output `[steps × size, rows, inputs]`.
/// Memory: `batch × steps × size × inputs` scalars from the model's plan.
final class UpSampling1D<Scalar: KernelScalar>: SingleInputLayer {
  private let times, steps, inputs: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, times, rows, inputs]

  init(_ description: UpSampling1DDescription, _ builder: LayerBuilder<Scalar>) {
    times = description.size
    steps = builder.input.steps
    inputs = builder.input.features
    plan = builder.plan
    output = plan.reserve(steps * times * builder.batch * inputs)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, size) = (plan[output], batch.rows * inputs)
    for step in 0..<steps {
      Scalar.copyRows(
        input + step * size, step: 0, to: output + step * times * size, step: size, rows: times,
        columns: size)
    }
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
    for step in 0..<steps {
      Scalar.addRows(
        of: outputGradient + step * times * size, mask: nil, rows: times, columns: size,
        to: inputGradient + step * size)
    }
  }
}
