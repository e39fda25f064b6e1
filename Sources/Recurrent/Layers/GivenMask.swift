import Files
import Kernels

/// The argument `mask` of a call in a functional model, where it is a value that the model is given or computes: its
/// numbers say which steps of another value count. Files say it at the call of the layer above.
package struct GivenMaskDescription: LayerDescription {
  package static let className = "GivenMask"
  static let options: [String: JSONValue] = [:]

  var needsSequence: Bool { true }
  var makesMask: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {}

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    guard inputs.count == 2 else {
      throw ConfigurationError("a mask is given for one value, not for \(inputs.count - 1)")
    }
    let (values, mask) = (inputs[0], inputs[1])
    guard mask.steps * mask.features == values.steps, mask.features == 1 || !mask.isSequence else {
      throw ConfigurationError(
        "a mask has \(mask.steps * mask.features) values, the sequence \(values.steps) steps")
    }
    return values
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    GivenMask(builder)
  }
}

/// Values with a mask that comes beside them: a step counts where its number is not 0.
///
/// Shapes: inputs `[steps, rows, features]` and `[steps, rows]`, or `[rows, steps]` where the mask is no sequence; output
/// `[steps, rows, features]`.
/// Memory: `batch × steps × features` scalars from the model's plan.
private final class GivenMask<Scalar: KernelScalar>: Layer {
  private let steps, features: Int
  /// Whether the mask lies row by row.
  private let isByRow: Bool
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, features]
  private let mask: StepMask

  init(_ builder: LayerBuilder<Scalar>) {
    (steps, features) = (builder.input.steps, builder.input.features)
    isByRow = !(builder.inputs.last?.isSequence ?? true)
    plan = builder.plan
    output = plan.reserve(steps * builder.batch * features)
    mask = StepMask(count: steps * builder.batch)
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, numbers, rows) = (plan[output], inputs.values[1], batch.rows)
    for step in 0..<steps {
      for row in 0..<rows {
        let number = numbers[isByRow ? row * steps + step : step * rows + row]
        mask.values[step * rows + row] = number != 0 ? 1 : 0
      }
    }
    batch.mask = UnsafePointer(mask.values.baseAddress)
    output.update(from: inputs.values[0], count: steps * rows * features)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    inputGradients[0]?.update(from: outputGradient, count: steps * batch.rows * features)
    if let gradient = inputGradients[1] {
      Scalar.fill(gradient, with: 0, count: steps * batch.rows)
    }
  }
}
