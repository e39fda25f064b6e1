import Kernels

enum MeanOfSteps: StepPoolingKind {
  static let className = "AveragePooling1D"

  static func makeLayer<Scalar: KernelScalar>(
    _ windows: PoolingWindows, _ builder: LayerBuilder<Scalar>
  ) -> any Layer<Scalar> {
    AveragePooling1D(windows, builder)
  }
}

/// The mean of each window of steps, as `keras.layers.AveragePooling1D` computes it: over the steps of the window that are
/// in the sequence. Masked steps count too, and all steps of the output do.
///
/// Shapes: input `[steps, rows, inputs]`, output `[outputSteps, rows, inputs]`.
/// Memory: `batch × outputSteps × inputs` scalars from the model's plan.
final class AveragePooling1D<Scalar: KernelScalar>: SingleInputLayer {
  private let windows: PoolingWindows
  private let steps, outputSteps, inputs: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [outputSteps, rows, inputs]

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
    for window in 0..<outputSteps {
      let (seen, mean) = (windows.steps(ofWindow: window, of: steps), output + window * size)
      mean.update(from: input + seen.lowerBound * size, count: size)
      for step in seen.dropFirst() { Scalar.add(input + step * size, to: mean, count: size) }
      Scalar.scale(mean, by: 1 / Scalar(seen.count), count: size)
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
    for window in 0..<outputSteps {
      let seen = windows.steps(ofWindow: window, of: steps)
      let gradient = outputGradient + window * size
      Scalar.scale(gradient, by: 1 / Scalar(seen.count), count: size)
      for step in seen { Scalar.add(gradient, to: inputGradient + step * size, count: size) }
    }
  }
}
