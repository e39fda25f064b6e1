import Files
import Kernels

/// `keras.layers.Permute` of steps and features.
struct PermuteDescription: LayerDescription {
  static let className = "Permute"
  static let options: [String: JSONValue] = ["dims": nil]

  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    guard options["dims"] == [2, 1] else { throw options.error("dims", "is not supported") }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard let steps = input.timeSteps else {
      throw ConfigurationError("Permute needs a fixed number of time steps")
    }
    return .sequence(timeSteps: input.features, features: steps)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Permute(builder)
  }
}

/// Features as steps and steps as features, as `keras.layers.Permute` of `(2, 1)` makes them. All steps of the output
/// count.
///
/// Shapes: input `[steps, rows, inputs]`, output `[inputs, rows, steps]`.
/// Memory: `batch × steps × inputs` scalars from the model's plan.
final class Permute<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [inputs, rows, steps]

  init(_ builder: LayerBuilder<Scalar>) {
    steps = builder.input.steps
    inputs = builder.input.features
    plan = builder.plan
    output = plan.reserve(steps * builder.batch * inputs)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let output = plan[output]
    Self.permute(input, steps: steps, features: inputs, rows: batch.rows, into: output)
    batch.mask = nil
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    Self.permute(
      outputGradient, steps: inputs, features: steps, rows: batch.rows, into: inputGradient)
  }

  /// `[steps, rows, features]` as `[features, rows, steps]`.
  private static func permute(
    _ values: UnsafePointer<Scalar>, steps: Int, features: Int, rows: Int,
    into result: UnsafeMutablePointer<Scalar>
  ) {
    for step in 0..<steps {
      for feature in 0..<features {
        Scalar.copyRows(
          values + step * rows * features + feature, step: features,
          to: result + feature * rows * steps + step, step: steps, rows: rows, columns: 1)
      }
    }
  }
}
