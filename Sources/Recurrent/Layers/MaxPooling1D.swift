import Kernels

enum MaximumOfSteps: StepPoolingKind {
  static let className = "MaxPooling1D"

  static func makeLayer<Scalar: KernelScalar>(
    _ windows: PoolingWindows, _ builder: LayerBuilder<Scalar>
  ) -> any Layer<Scalar> {
    MaxPooling1D(windows, builder)
  }
}

/// The largest value of each feature in each window of steps, as `keras.layers.MaxPooling1D` computes it. Masked steps
/// count too, and all steps of the output do. The gradient goes to the first step that has the largest value.
///
/// Shapes: input `[steps, rows, inputs]`, output `[outputSteps, rows, inputs]`.
/// Memory: `batch × outputSteps × inputs` scalars from the model's plan.
final class MaxPooling1D<Scalar: KernelScalar>: SingleInputLayer {
  private let windows: PoolingWindows
  private let steps, outputSteps, inputs: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [outputSteps, rows, inputs]
  /// The input of the batch under way.
  private var input: UnsafePointer<Scalar>?

  init(_ windows: PoolingWindows, _ builder: LayerBuilder<Scalar>) {
    self.windows = windows
    (steps, outputSteps) = (builder.input.steps, builder.output.steps)
    inputs = builder.input.features
    plan = builder.plan
    output = plan.reserve(outputSteps * builder.batch * inputs)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, size) = (plan[output], batch.rows * inputs)
    self.input = input
    for window in 0..<outputSteps {
      let (seen, largest) = (windows.steps(ofWindow: window, of: steps), output + window * size)
      largest.update(from: input + seen.lowerBound * size, count: size)
      for step in seen.dropFirst() {
        Scalar.takeLarger(input + step * size, sign: 1, to: largest, count: size)
      }
    }
    batch.mask = nil
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient, let input else { return }
    let (output, size) = (plan[output], batch.rows * inputs)
    Scalar.fill(inputGradient, with: 0, count: steps * size)
    for window in 0..<outputSteps {
      for step in windows.steps(ofWindow: window, of: steps) {
        Scalar.moveWhereEqual(
          input + step * size, output + window * size, amounts: outputGradient + window * size,
          to: inputGradient + step * size, count: size)
      }
    }
  }
}
