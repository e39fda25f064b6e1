import Files
import Kernels

/// `keras.layers.ActivityRegularization`: gives on what it is given, with a penalty on it, see ``ActivityRegularizer``.
struct ActivityRegularizationDescription: LayerDescription {
  static let className = "ActivityRegularization"
  static let options: [String: JSONValue] = ["l1": 0.0, "l2": 0.0]

  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    for option in ["l1", "l2"] { _ = try options.number(option) }
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Passage(builder)
  }
}

/// Gives on what it is given.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × inputs` scalars from the model's plan.
final class Passage<Scalar: KernelScalar>: SingleInputLayer {
  private let size: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]

  init(_ builder: LayerBuilder<Scalar>) {
    size = builder.input.steps * builder.input.features
    plan = builder.plan
    output = plan.reserve(size * builder.batch)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    plan[output].update(from: input, count: size * batch.rows)
    return plan[output]
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    inputGradient?.update(from: outputGradient, count: size * batch.rows)
  }
}
