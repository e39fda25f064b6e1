import Kernels

/// A convolution over the steps of each feature alone, the first half of `keras.layers.DepthwiseConv1D` and
/// `SeparableConv1D`: `output[t, c · m + j] = Σₖ input[t · strides + k · dilation - zerosBefore, c] · kernel[k, c, j]` of `m`
/// outputs for each feature `c`, to what the output begins with.
///
/// Shapes: input `[steps, rows, inputs]`, output `[outputSteps, rows, inputs × m]`.
/// Memory: `batch × ((steps × (1 + 1 / m) + kernelSize + 1) × inputs × m + 2 × steps × inputs × m)` scalars from the
/// model's plan.
struct DepthwiseConvolution<Scalar: KernelScalar> {
  private let windows: ConvolutionWindows
  private let inputs, multiplier, steps, outputSteps: Int
  private let kernel: ParameterStore<Scalar>.Matrix  // [kernelSize × inputs, m]
  private let plan: MemoryPlan<Scalar>
  /// The input, each feature once for each of its outputs.
  private let repeated: MemoryPlan<Scalar>.Region  // [steps, rows, inputs × m]
  private let repeatedGradient: MemoryPlan<Scalar>.Region  // as `repeated`
  /// Every m-th of its values.
  private let part: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// The kernel of each element, for every row.
  private let spread: MemoryPlan<Scalar>.Region  // [kernelSize, rows, inputs × m]
  private let products: MemoryPlan<Scalar>.Region  // [rows, inputs × m]

  /// - Parameters:
  ///   - multiplier: The outputs of each feature.
  ///   - kernel: The name of the weights.
  init(
    _ windows: ConvolutionWindows, multiplier: Int, kernel: String, _ builder: LayerBuilder<Scalar>
  ) {
    self.windows = windows
    self.multiplier = multiplier
    self.kernel = builder.matrix(kernel)
    inputs = builder.input.features
    steps = builder.input.steps
    outputSteps = builder.output.steps
    plan = builder.plan
    let (batch, width) = (builder.batch, inputs * multiplier)
    repeated = plan.reserve(steps * batch * width)
    repeatedGradient = plan.reserve(steps * batch * width)
    part = plan.reserve(multiplier > 1 ? steps * batch * inputs : 0)
    spread = plan.reserve(windows.kernelSize * batch * width)
    products = plan.reserve(batch * width)
  }

  /// Adds the products of the input and the kernel to the output.
  func forward(
    _ input: UnsafePointer<Scalar>, rows: Int, addingTo output: UnsafeMutablePointer<Scalar>
  ) {
    let (repeated, spread, width) = (plan[repeated], plan[spread], inputs * multiplier)
    for copy in 0..<multiplier {
      Scalar.copyRows(
        input, step: 1, to: repeated + copy, step: multiplier, rows: steps * rows * inputs,
        columns: 1)
    }
    for tap in 0..<windows.kernelSize {
      Scalar.copyRows(
        kernel.values + tap * width, step: 0, to: spread + tap * rows * width, step: width,
        rows: rows, columns: width)
    }
    forEachTap(rows: rows) { place, tap, seen in
      Scalar.addProducts(repeated + seen, spread + tap, to: output + place, count: rows * width)
    }
  }

  func backward(
    outputGradient: UnsafePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    rows: Int, sink: any GradientSink<Scalar>
  ) {
    let (repeated, width) = (plan[repeated], inputs * multiplier)
    if let inputGradient {
      let (gradient, spread, part) = (plan[repeatedGradient], plan[spread], plan[part])
      Scalar.fill(gradient, with: 0, count: steps * rows * width)
      forEachTap(rows: rows) { place, tap, seen in
        Scalar.addProducts(
          outputGradient + place, spread + tap, to: gradient + seen, count: rows * width)
      }
      let count = steps * rows * inputs
      Scalar.copyRows(
        gradient, step: multiplier, to: inputGradient, step: 1, rows: count, columns: 1)
      for copy in 1..<max(multiplier, 1) {
        Scalar.copyRows(
          gradient + copy, step: multiplier, to: part, step: 1, rows: count, columns: 1)
        Scalar.add(part, to: inputGradient, count: count)
      }
    }
    sink.add(kernel) { gradient in
      let products = plan[products]
      for tap in 0..<windows.kernelSize {
        Scalar.fill(products, with: 0, count: rows * width)
        for output in 0..<outputSteps {
          guard let seen = windows.step(seenBy: output, with: tap, of: steps) else { continue }
          Scalar.addProducts(
            outputGradient + output * rows * width, repeated + seen * rows * width, to: products,
            count: rows * width)
        }
        Scalar.addRows(
          of: products, mask: nil, rows: rows, columns: width, to: gradient + tap * width)
      }
    }
  }

  /// Calls `body` with the place of each output, of an element of the spread kernel and of the step that the output sees
  /// with it.
  @inline(__always)
  private func forEachTap(rows: Int, _ body: (_ output: Int, _ tap: Int, _ seen: Int) -> Void) {
    let size = rows * inputs * multiplier
    for output in 0..<outputSteps {
      for tap in 0..<windows.kernelSize {
        guard let seen = windows.step(seenBy: output, with: tap, of: steps) else { continue }
        body(output * size, tap * size, seen * size)
      }
    }
  }
}
