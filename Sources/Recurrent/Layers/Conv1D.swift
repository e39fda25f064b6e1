import Files
import Kernels

/// `keras.layers.Conv1D`, without strides, dilation and groups.
struct Conv1DDescription: LayerDescription {
  static let className = "Conv1D"
  static let options: [String: JSONValue] = [
    "filters": 1, "kernel_size": [1], "strides": [1], "padding": "valid",
    "data_format": "channels_last", "dilation_rate": [1], "groups": 1, "activation": "linear",
    "use_bias": true,
  ].merging(WeightOptions.defaults(["kernel": "GlorotUniform", "bias": "Zeros"])) { _, new in new }

  /// Where the zeros go that are added to a sequence.
  enum Padding: String {
    /// Nowhere: the output is shorter than the input.
    case valid
    /// To both ends; the end has one more if their number is odd.
    case same
    /// To the beginning, so that no step depends on later ones.
    case causal
  }

  let filters, kernelSize: Int
  let padding: Padding
  let activation: Activation
  let usesBias: Bool
  private let kernel, bias: WeightOptions
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { kernelSize > 1 }
  var lastActivation: Activation? { activation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    filters = try options.size("filters")
    kernelSize = try options.size("kernel_size")
    for option in ["strides", "dilation_rate", "groups"] {
      guard try options.size(option) == 1 else { throw options.error(option, "is not supported") }
    }
    guard options["data_format"] == "channels_last" || options["data_format"] == .null else {
      throw options.error("data_format", "is not supported")
    }
    guard let padding = options["padding"].string.flatMap(Padding.init) else {
      throw options.error("padding", "is not supported")
    }
    self.padding = padding
    activation = try options.activation()
    usesBias = try options.flag("use_bias")
    kernel = try options.weight("kernel", axes: 3)
    bias = try options.weight("bias")
  }

  /// The zeros before the first step.
  var zerosBefore: Int {
    switch padding {
    case .valid: 0
    case .same: (kernelSize - 1) / 2
    case .causal: kernelSize - 1
    }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    var output = SampleShape.sequence(timeSteps: input.timeSteps, features: filters)
    guard padding == .valid, let steps = input.timeSteps else { return output }
    guard steps >= kernelSize else {
      throw ConfigurationError(
        "Conv1D with padding valid and kernel_size \(kernelSize) cannot take \(steps) time steps")
    }
    output.timeSteps = steps - kernelSize + 1
    return output
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    [ParameterShape("kernel", [kernelSize, input.features, filters], kernel)]
      + (usesBias ? [ParameterShape("bias", [filters], bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Conv1D(self, builder)
  }
}

/// A convolution over the steps of a sequence, as `keras.layers.Conv1D` computes it:
/// `output[t] = activation(Σₖ input[t + k - zerosBefore] · kernel[k] + bias)`, where steps outside the sequence are zero.
///
/// The steps that belong to an output lie beside each other in `unfolded`, so that the sum is one matrix product
/// (im2col, Chellapilla et al. 2006). Its gradient is folded back: a step's is the sum over the outputs it went into.
///
/// Shapes: input `[steps, rows, inputs]`, output `[outputSteps, rows, filters]`.
/// Memory: `batch × outputSteps × (filters + 2 × kernelSize × inputs)` scalars from the model's plan, with an activation
/// `batch × outputSteps × filters` more.
final class Conv1D<Scalar: KernelScalar>: SingleInputLayer {
  private let filters, kernelSize, zerosBefore, inputs, steps, outputSteps: Int
  private let activation: Activation
  private let kernel: ParameterStore<Scalar>.Matrix  // [kernelSize × inputs, filters]
  private let bias: ParameterStore<Scalar>.Matrix?

  private let plan: MemoryPlan<Scalar>
  private let unfolded: MemoryPlan<Scalar>.Region  // [outputSteps, rows, kernelSize, inputs]
  private let unfoldedGradient: MemoryPlan<Scalar>.Region  // as `unfolded`
  private let output: MemoryPlan<Scalar>.Region  // [outputSteps, rows, filters]
  /// What it was before the activation, where its gradient needs that.
  private let before: MemoryPlan<Scalar>.Region  // [outputSteps, rows, filters]

  init(_ description: Conv1DDescription, _ builder: LayerBuilder<Scalar>) {
    filters = description.filters
    kernelSize = description.kernelSize
    zerosBefore = description.zerosBefore
    inputs = builder.input.features
    steps = builder.input.steps
    outputSteps = builder.output.steps
    activation = description.activation
    plan = builder.plan
    kernel = builder.matrix("kernel")
    bias = description.usesBias ? builder.matrix("bias") : nil
    let rows = outputSteps * builder.batch
    unfolded = plan.reserve(rows * kernelSize * inputs)
    unfoldedGradient = plan.reserve(rows * kernelSize * inputs)
    output = plan.reserve(rows * filters)
    before = plan.reserve(activation.needsValuesBefore ? rows * filters : 0)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, all) = (plan[output], outputSteps * batch.rows)
    unfold(input, rows: batch.rows)
    fillRows(output, with: bias?.values, rows: all, columns: filters)
    Scalar.multiply(
      plan[unfolded], transposeLeft: false, kernel.values, transposeRight: false,
      rows: all, columns: filters, inner: kernel.rows, into: output, accumulate: true)
    if activation.needsValuesBefore {
      plan[before].update(from: output, count: all * filters)
    }
    Scalar.activate(output, by: activation, rows: all, columns: filters)
    // Every step of the output counts, in Keras too.
    batch.mask = nil
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let all = outputSteps * batch.rows
    if !batch.isGradientBeforeActivation {
      Scalar.activationGradient(
        outputGradient, of: activation, before: plan[before], after: plan[output], rows: all,
        columns: filters)
    }
    if let inputGradient {
      Scalar.multiply(
        outputGradient, transposeLeft: false, kernel.values, transposeRight: true,
        rows: all, columns: kernel.rows, inner: filters, into: plan[unfoldedGradient],
        accumulate: false)
      fold(into: inputGradient, rows: batch.rows)
    }
    sink.add(kernel, left: plan[unfolded], right: outputGradient, inner: all)
    if let bias { sink.add(bias, left: nil, right: outputGradient, inner: all) }
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
    for step in 0..<outputSteps {
      for row in 0..<rows {
        for tap in 0..<kernelSize {
          let seen = step + tap - zerosBefore
          body(place, (0..<steps).contains(seen) ? (seen * rows + row) * inputs : nil)
          place += inputs
        }
      }
    }
  }
}
