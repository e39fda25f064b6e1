import Files
import Kernels

/// `keras.layers.Masking`.
struct MaskingDescription: LayerDescription {
  static let className = "Masking"
  static let options: [String: JSONValue] = ["mask_value": 0.0]

  let maskValue: Double
  // A one-hot row is not a row of another value.
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

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let output = plan[output]
    guard let marks = mask.values.baseAddress else { return output }
    let rows = steps * batch.rows
    batch.mask = UnsafePointer(marks)
    if let symbols = batch.symbols {
      Scalar.mark(symbols, rows: rows, in: marks)
      return output
    }
    Scalar.markRows(of: input, with: maskValue, rows: rows, columns: inputs, in: marks)
    copyCountedRows(input, to: output, rows: rows)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    copyCountedRows(outputGradient, to: inputGradient, rows: steps * batch.rows)
  }

  private func copyCountedRows(
    _ from: UnsafePointer<Scalar>, to: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    for row in 0..<rows {
      let to = to + row * inputs
      if mask.values[row] != 0 {
        to.update(from: from + row * inputs, count: inputs)
      } else {
        Scalar.fill(to, with: 0, count: inputs)
      }
    }
  }
}
