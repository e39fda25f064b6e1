import Kernels

/// What a layer does for the model it is part of.
///
/// A layer is built for at most `batch` rows and a number of steps: it reserves its buffers in the model's
/// memory plan and keeps them. Sequences lie time-major in memory, `[timeSteps, rows, …]`, so that one step
/// is one block; `rows ≤ batch` may differ from call to call.
protocol Layer<Scalar>: AnyObject {
  associatedtype Scalar: KernelScalar

  /// The state that is kept from batch to batch, in Keras' order, each `[batch, units]`; none if the layer
  /// is not stateful.
  var states: [UnsafeMutableBufferPointer<Scalar>] { get }

  /// The activation that the layer ends with, where it can begin its way back before it, see
  /// ``BatchContext/isGradientBeforeActivation``.
  var lastActivation: Activation? { get }

  /// Computes the output `[steps, rows, units]` of `input` `[steps, rows, inputs]`. Both must stay as they
  /// are until ``backward(outputGradient:inputGradient:in:sink:)``.
  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar>

  /// Computes the gradient of the layer's input, where it is asked for, then those of its weights, which go to the
  /// sink.
  ///
  /// - Parameter outputGradient: May be written over.
  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>)
}

extension Layer {
  var states: [UnsafeMutableBufferPointer<Scalar>] { [] }
  var lastActivation: Activation? { nil }
}

/// What layers are told about the batch that goes through them.
final class BatchContext<Scalar: KernelScalar> {
  /// The rows of the batch.
  var rows = 0
  /// Whether the model learns from the batch, or only answers.
  var isTraining = false
  /// Decides what dropout leaves out.
  var seed: UInt64 = 0
  /// The updates made before this batch.
  var update = 0

  /// Draws what a layer leaves out of this batch: a function of seed, update and layer alone, so that a run
  /// that is resumed goes on with the same numbers.
  func dropoutGenerator(layer: Int) -> PhiloxGenerator {
    PhiloxGenerator(
      seed: seed &+ UInt64(layer) &* 0x9E37_79B9_7F4A_7C15, stream: .dropout,
      position: UInt64(update) << 36)
  }

  /// Whether the gradient that the last layer is given is that of its values before the activation already, as
  /// a loss fused with a softmax gives it.
  var isGradientBeforeActivation = false
  /// The first value of the batch that is no symbol of the `Embedding` that read it; its sample is the row.
  var wrongSymbol: SymbolOutOfRange?

  /// Reports a value that is no symbol.
  ///
  /// - Parameter row: Its place in `[steps, rows]`.
  func report(_ value: Scalar, row: Int, of symbols: SymbolRange) {
    guard wrongSymbol == nil else { return }
    wrongSymbol = SymbolOutOfRange(
      range: symbols, value: Float(value), sample: row % rows, timeStep: row / rows)
  }

  /// Which steps of which rows count, `[steps, rows]`, 1 or 0; all if `nil`. A layer that makes a mask, or ends
  /// the sequence, says so to the layers above it.
  var mask: UnsafePointer<UInt8>?
}
