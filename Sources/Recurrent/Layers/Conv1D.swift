import Files
import Kernels

/// `keras.layers.Conv1D`, without groups.
struct Conv1DDescription: LayerDescription {
  static let className = "Conv1D"
  static let options = ConvolutionOptions.defaults(ConvolutionWindows.options)

  let common: ConvolutionOptions
  let windows: ConvolutionWindows
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { windows.joinSteps }
  var lastActivation: Activation? { common.activation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    windows = try ConvolutionWindows(options)
    common = try ConvolutionOptions(options, axes: 1)
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try windows.output(of: input, features: common.filters, Self.className)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    common.parameters(kernel: [windows.kernelSize, input.features, common.filters])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Conv1D(self, builder)
  }
}

/// A convolution over the steps of a sequence, as `keras.layers.Conv1D` computes it:
/// `output[t] = activation(Σₖ input[t · strides + k · dilation - zerosBefore] · kernel[k] + bias)`, where steps outside the
/// sequence are zero.
///
/// The steps that belong to an output lie beside each other in `unfolded`, so that the sum is one matrix product
/// (im2col, Chellapilla et al. 2006). Its gradient is folded back: a step's is the sum over the outputs it went into.
///
/// Shapes: input `[steps, rows, inputs]`, output `[outputSteps, rows, filters]`.
/// Memory: `batch × outputSteps × (filters + 2 × kernelSize × inputs)` scalars from the model's plan, with an activation
/// `batch × outputSteps × filters` more.
final class Conv1D<Scalar: KernelScalar>: SingleInputLayer {
  private let windows: ConvolutionWindows
  private let filters, kernelSize, inputs, steps, outputSteps: Int
  private let kernel: ParameterStore<Scalar>.Matrix  // [kernelSize × inputs, filters]

  private let plan: MemoryPlan<Scalar>
  private let unfolded: MemoryPlan<Scalar>.Region  // [outputSteps, rows, kernelSize, inputs]
  private let unfoldedGradient: MemoryPlan<Scalar>.Region  // as `unfolded`
  private let output: BiasedActivation<Scalar>  // [outputSteps, rows, filters]

  init(_ description: Conv1DDescription, _ builder: LayerBuilder<Scalar>) {
    filters = description.common.filters
    windows = description.windows
    kernelSize = windows.kernelSize
    inputs = builder.input.features
    steps = builder.input.steps
    outputSteps = builder.output.steps
    plan = builder.plan
    kernel = builder.matrix("kernel")
    let rows = outputSteps * builder.batch
    unfolded = plan.reserve(rows * kernelSize * inputs)
    unfoldedGradient = plan.reserve(rows * kernelSize * inputs)
    output = BiasedActivation(
      description.common.activation,
      bias: description.common.usesBias ? builder.matrix("bias") : nil,
      rows: rows, columns: filters, plan: plan)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let all = outputSteps * batch.rows
    unfold(input, rows: batch.rows)
    let sums = output.begin(rows: all)
    Scalar.multiply(
      plan[unfolded], transposeLeft: false, kernel.values, transposeRight: false,
      rows: all, columns: filters, inner: kernel.rows, into: sums, accumulate: true)
    // Every step of the output counts, in Keras too.
    batch.mask = nil
    return output.finish(rows: all)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let all = outputSteps * batch.rows
    output.beginBackward(outputGradient, rows: all, in: batch)
    if let inputGradient {
      Scalar.multiply(
        outputGradient, transposeLeft: false, kernel.values, transposeRight: true,
        rows: all, columns: kernel.rows, inner: filters, into: plan[unfoldedGradient],
        accumulate: false)
      fold(into: inputGradient, rows: batch.rows)
    }
    sink.add(kernel, left: plan[unfolded], right: outputGradient, inner: all)
    output.addBiasGradient(outputGradient, rows: all, sink: sink)
  }

  /// Puts the steps that belong to each output beside each other.
  @inline(__always)
  private func unfold(_ input: UnsafePointer<Scalar>, rows: Int) {
    let unfolded = plan[unfolded]
    forEachTap(rows: rows) { place, from in
      let to = unfolded + place
      if let from {
        to.update(from: input + from, count: inputs)
      } else {
        Scalar.fill(to, with: 0, count: inputs)
      }
    }
  }

  /// Adds up the gradients of each step of the input, in the order of the outputs that it went into.
  @inline(__always)
  private func fold(into inputGradient: UnsafeMutablePointer<Scalar>, rows: Int) {
    let unfolded = plan[unfoldedGradient]
    Scalar.fill(inputGradient, with: 0, count: steps * rows * inputs)
    forEachTap(rows: rows) { place, to in
      if let to { Scalar.add(unfolded + place, to: inputGradient + to, count: inputs) }
    }
  }

  /// Calls `body` with the place in `unfolded` of each step that an output sees, and its place in the input; `nil` if
  /// the step is one of the zeros.
  @inline(__always)
  private func forEachTap(rows: Int, _ body: (_ unfolded: Int, _ input: Int?) -> Void) {
    var place = 0
    for output in 0..<outputSteps {
      for row in 0..<rows {
        for tap in 0..<kernelSize {
          let seen = windows.step(seenBy: output, with: tap, of: steps)
          body(place, seen.map { ($0 * rows + row) * inputs })
          place += inputs
        }
      }
    }
  }
}
