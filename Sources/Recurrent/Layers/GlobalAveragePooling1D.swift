import Files
import Kernels

/// `keras.layers.GlobalAveragePooling1D`.
struct GlobalAveragePooling1DDescription: LayerDescription {
  static let className = "GlobalAveragePooling1D"
  static let options: [String: JSONValue] = ["data_format": "channels_last", "keepdims": false]

  /// Whether the mean is a sequence of one step, not a vector.
  let keepsSteps: Bool
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { true }
  var isCalledWithMask: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    try options.checkChannelsLast()
    keepsSteps = try options.flag("keepdims")
  }

  func output(of input: SampleShape) -> SampleShape {
    keepsSteps
      ? .sequence(timeSteps: 1, features: input.features) : .vector(features: input.features)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    GlobalAveragePooling1D(self, builder)
  }
}

/// The mean of the steps that count, as `keras.layers.GlobalAveragePooling1D` computes it; zeros where none does.
///
/// Shapes: input `[steps, rows, inputs]`, output `[rows, inputs]`.
/// Memory: `batch × inputs` scalars from the model's plan.
final class GlobalAveragePooling1D<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [rows, inputs]
  /// The mask of the batch under way, for its gradient.
  private var mask: UnsafePointer<UInt8>?

  init(_ description: GlobalAveragePooling1DDescription, _ builder: LayerBuilder<Scalar>) {
    steps = builder.input.steps
    inputs = builder.input.features
    plan = builder.plan
    output = plan.reserve(builder.batch * inputs)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, size) = (plan[output], batch.rows * inputs)
    mask = batch.mask
    batch.mask = nil
    Scalar.fill(output, with: 0, count: size)
    guard mask != nil else {
      Scalar.addRows(of: input, mask: nil, rows: steps, columns: size, to: output)
      Scalar.scale(output, by: 1 / Scalar(steps), count: size)
      return output
    }
    for row in 0..<batch.rows {
      forEachCounted(row, of: batch.rows) { place in
        Scalar.add(input + place * inputs, to: output + row * inputs, count: inputs)
      }
      Scalar.scale(output + row * inputs, by: share(of: row, of: batch.rows), count: inputs)
    }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    let size = batch.rows * inputs
    guard mask != nil else {
      Scalar.scale(outputGradient, by: 1 / Scalar(steps), count: size)
      Scalar.copyRows(
        outputGradient, step: 0, to: inputGradient, step: size, rows: steps, columns: size)
      return
    }
    Scalar.fill(inputGradient, with: 0, count: steps * size)
    for row in 0..<batch.rows {
      let gradient = outputGradient + row * inputs
      Scalar.scale(gradient, by: share(of: row, of: batch.rows), count: inputs)
      forEachCounted(row, of: batch.rows) { place in
        (inputGradient + place * inputs).update(from: gradient, count: inputs)
      }
    }
  }

  /// The places in `[steps, rows]` of the steps of a row that count, in their order.
  private func forEachCounted(_ row: Int, of rows: Int, _ body: (Int) -> Void) {
    for step in 0..<steps where (mask?[step * rows + row] ?? 1) != 0 { body(step * rows + row) }
  }

  /// What a step of a row that counts is of its mean.
  private func share(of row: Int, of rows: Int) -> Scalar {
    var count = 0
    forEachCounted(row, of: rows) { _ in count += 1 }
    return 1 / Scalar(max(1, count))
  }
}
