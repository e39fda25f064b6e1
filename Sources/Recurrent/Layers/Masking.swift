import Kernels

/// `keras.layers.Masking`.
struct MaskingDescription: LayerDescription {
  static let className = "Masking"
  static let options: [String: JSONValue] = ["mask_value": 0.0]

  let maskValue: Double
  // A row that is one-hot is no row of another value.
  var symbolUse: SymbolUse { maskValue == 0 ? .passOn : .none }
  var needsSequence: Bool { true }
  var makesMask: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    maskValue = try options.number("mask_value")
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Masking(self, builder)
  }
}

/// Steps whose every value is the mask's do not count for the layers above, as `keras.layers.Masking` says;
/// they go on as zeros.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × inputs` scalars from the model's plan.
final class Masking<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs: Int
  private let maskValue: Scalar
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let mask: StepMask

  init(_ description: MaskingDescription, _ builder: LayerBuilder<Scalar>) {
    steps = builder.input.steps
    inputs = builder.input.features
    maskValue = Scalar(description.maskValue)
    plan = builder.plan
    output = plan.reserve(steps * builder.batch * inputs)
    mask = StepMask(count: steps * builder.batch)
  }

  @specialized(where Scalar == Float)
  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let output = plan[output]
    if let symbols = batch.symbols {
      for row in 0..<steps * batch.rows {
        mask.values[row] = symbols.place(row) != nil && symbols.value(row) != 0 ? 1 : 0
      }
      batch.mask = UnsafePointer(mask.values.baseAddress)
      return output
    }
    for row in 0..<steps * batch.rows {
      var counts = false
      for index in row * inputs..<(row + 1) * inputs where input[index] != maskValue {
        counts = true
      }
      mask.values[row] = counts ? 1 : 0
      for index in row * inputs..<(row + 1) * inputs { output[index] = counts ? input[index] : 0 }
    }
    batch.mask = UnsafePointer(mask.values.baseAddress)
    return output
  }

  @specialized(where Scalar == Float)
  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    for index in 0..<steps * batch.rows * inputs {
      inputGradient[index] = mask.values[index / inputs] == 0 ? 0 : outputGradient[index]
    }
  }
}
