import Files
import Kernels

/// Long short-term memory with peepholes (Gers & Schmidhuber 2000), as `PeepholeLSTMCell` of TensorFlow Addons computes
/// it: the gates see the cell state, each unit its own, and the output gate that of the same step.
///
///     i, f = σ, σ of (xₜ · kernel + hₜ₋₁ · recurrentKernel + bias + p ∘ cₜ₋₁)
///     cₜ = f ∘ cₜ₋₁ + i ∘ g
///     o = σ(xₜ · kernel + hₜ₋₁ · recurrentKernel + bias + p ∘ cₜ)
///     hₜ = o ∘ tanh(cₜ)
///
/// ``LSTMCell`` runs it.
struct PeepholeLSTMDescription: RecurrentDescription {
  static let className = "PeepholeLSTM"
  static let options = LSTMOptions.defaults
  static let isOfKeras = false

  private let lstm: LSTMOptions
  var recurrent: RecurrentOptions { lstm.recurrent }
  var stateNames: [String] { ["hidden", "cell"] }

  init(_ options: LayerOptions) throws(ConfigurationError) { lstm = try LSTMOptions(options) }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let cell = "peephole_lstm_cell"
    let peephole = WeightOptions(initializer: recurrent.kernel.initializer)
    return lstm.parameters(of: input, in: cell)
      + LSTMPeepholes<Float>.names.map {
        ParameterShape($0, in: cell, [recurrent.units], peephole)
      }
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    RecurrentLayer(
      recurrent, builder,
      cell: LSTMCell(lstm, builder, peepholes: LSTMPeepholes(builder, units: recurrent.units)))
  }
}

/// The weights by which the gates of an LSTM see its cell state, and the way back to it.
///
/// Shapes: weights `[units]`, gates `[4 × units]` of a row.
struct LSTMPeepholes<Scalar: KernelScalar> {
  static var names: [String] {
    ["input", "forget", "output"].map { $0 + "_gate_peephole_weights" }
  }

  private let units: Int
  private let input, forget, output: ParameterStore<Scalar>.Matrix

  init(_ builder: LayerBuilder<Scalar>, units: Int) {
    self.units = units
    let names = Self.names
    input = builder.matrix(names[0])
    forget = builder.matrix(names[1])
    output = builder.matrix(names[2])
  }

  /// Adds what input and forget gate see of the cell state before the step.
  @inline(__always)
  func addBefore(_ cell: UnsafePointer<Scalar>, to gates: UnsafeMutablePointer<Scalar>) {
    Scalar.addProducts(cell, input.values, to: gates, count: units)
    Scalar.addProducts(cell, forget.values, to: gates + units, count: units)
  }

  /// Adds what the output gate sees of the cell state after the step.
  @inline(__always)
  func addAfter(_ cell: UnsafePointer<Scalar>, to gates: UnsafeMutablePointer<Scalar>) {
    Scalar.addProducts(cell, output.values, to: gates + 3 * units, count: units)
  }

  /// Adds the gradient of the cell state before the step by those of the gates.
  @inline(__always)
  func goBackBefore(_ gradient: UnsafePointer<Scalar>, to cell: UnsafeMutablePointer<Scalar>) {
    Scalar.addProducts(gradient, input.values, to: cell, count: units)
    Scalar.addProducts(gradient + units, forget.values, to: cell, count: units)
  }

  /// Adds the gradient of the cell state after the step by that of the output gate.
  @inline(__always)
  func goBackAfter(_ gradient: UnsafePointer<Scalar>, to cell: UnsafeMutablePointer<Scalar>) {
    Scalar.addProducts(gradient + 3 * units, output.values, to: cell, count: units)
  }

  /// The gradients of the weights.
  ///
  /// - Parameters:
  ///   - gradient: That of the gates, `[rows, 4 × units]`.
  ///   - cells: The cell states, before the first step first.
  ///   - stride: The rows of a step.
  ///   - rows: Those of all steps together.
  func addGradients(
    _ gradient: UnsafePointer<Scalar>, cells: UnsafePointer<Scalar>, stride: Int, rows: Int,
    sink: any GradientSink<Scalar>
  ) {
    func add(_ weights: ParameterStore<Scalar>.Matrix, gate: Int, _ cells: UnsafePointer<Scalar>) {
      sink.add(weights) { sums in
        for row in 0..<rows {
          Scalar.addProducts(
            gradient + (4 * row + gate) * units, cells + row * units, to: sums, count: units)
        }
      }
    }
    add(input, gate: 0, cells)
    add(forget, gate: 1, cells)
    add(output, gate: 3, cells + stride * units)
  }
}
