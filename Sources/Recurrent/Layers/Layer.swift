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

  /// Computes the output `[steps, rows, units]`. It and the inputs must stay as they are until
  /// ``backward(outputGradient:inputGradients:in:sink:)``.
  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar>

  /// What ``forward(_:in:)`` has computed as an output behind the first, counted from 1.
  func furtherOutput(
    _ index: Int, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar>?

  /// Computes the gradients of the layer's inputs, where they are asked for, then those of its weights, which go to
  /// the sink. A model goes back only through the batch that all of its layers just saw, so that the inputs are there.
  ///
  /// - Parameters:
  ///   - outputGradient: May be written over.
  ///   - inputGradients: Where that of each input goes.
  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>)
}

extension Layer {
  var states: [UnsafeMutableBufferPointer<Scalar>] { [] }

  func furtherOutput(
    _ index: Int, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar>? { nil }

  /// The output of a layer that takes one input, under the mask of the batch.
  func forward(
    only input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    withUnsafePointer(to: input) { values in
      withUnsafePointer(to: batch.mask) { masks in
        forward(LayerInputs(count: 1, values: values, masks: masks), in: batch)
      }
    }
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    onlyInputGradient: UnsafeMutablePointer<Scalar>?, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    withUnsafePointer(to: onlyInputGradient) { gradients in
      backward(outputGradient: outputGradient, inputGradients: gradients, in: batch, sink: sink)
    }
  }
}

/// What the layers below give a layer, each `[steps, rows, features]`.
struct LayerInputs<Scalar: KernelScalar> {
  let count: Int
  let values: UnsafePointer<UnsafePointer<Scalar>>
  /// Which steps of which rows count, `[steps, rows]`; all if `nil`.
  let masks: UnsafePointer<UnsafePointer<UInt8>?>
}

/// A layer that takes one input, as most do.
protocol SingleInputLayer<Scalar>: Layer {
  /// Computes the output of `input` `[steps, rows, inputs]`, whose mask is the batch's.
  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar>

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>)
}

extension SingleInputLayer {
  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> { forward(inputs.values[0], in: batch) }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    backward(
      outputGradient: outputGradient, inputGradient: inputGradients[0], in: batch, sink: sink)
  }
}

/// What layers know about the batch that goes through them.
final class BatchContext<Scalar: KernelScalar> {
  /// The rows of the batch.
  var rows = 0
  /// Whether the model learns from the batch, or only answers.
  var isTraining = false
  /// Decides what dropout leaves out.
  var seed: UInt64 = 0
  /// The updates made before this batch.
  var update = 0

  /// Begins a batch of other rows inside another, without masks.
  func begin(rows: Int, as batch: BatchContext<Scalar>) {
    self.rows = rows
    isTraining = batch.isTraining
    seed = batch.seed
    update = batch.update
    mask = nil
    symbols = nil
    if wrongSymbol != nil { wrongSymbol = nil }
  }

  /// Reports a wrong symbol of a batch inside this one with the same steps, whose rows are so many for each row.
  func takeWrongSymbol(of inner: BatchContext<Scalar>, times: Int) {
    guard wrongSymbol == nil, let wrong = inner.wrongSymbol else { return }
    wrongSymbol = SymbolOutOfRange(
      range: wrong.range, value: wrong.value, sample: wrong.sample / times,
      timeStep: wrong.timeStep)
  }

  /// Reports a wrong symbol of a batch inside this one, whose rows are the steps of all rows.
  func takeWrongSymbol(of inner: BatchContext<Scalar>) {
    guard wrongSymbol == nil, let wrong = inner.wrongSymbol else { return }
    wrongSymbol = SymbolOutOfRange(
      range: wrong.range, value: wrong.value, sample: wrong.sample % rows,
      timeStep: wrong.timeStep)
  }

  /// Draws what a layer leaves out of this batch: a function of seed, update and layer alone, so that a run
  /// that is resumed goes on with the same numbers.
  func dropoutGenerator(layer: Int) -> PhiloxGenerator {
    PhiloxGenerator(
      seed: seed &+ UInt64(layer) &* 0x9E37_79B9_7F4A_7C15, stream: .dropout,
      position: UInt64(update) << 36)
  }

  /// What penalties on outputs of layers add to the loss of the batch.
  var activityLoss = 0.0

  /// The gradients of a layer's outputs behind the first, where they are asked for.
  var furtherGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>?

  /// Whether the gradient that the last layer is given is that of its values before the activation already, as
  /// a loss fused with a softmax gives it.
  var isGradientBeforeActivation = false
  /// The first value of the batch that is not a symbol of the layer that read it; its sample is the row.
  var wrongSymbol: SymbolOutOfRange?

  /// Reports a value that is not a symbol.
  ///
  /// - Parameter row: Its place in `[steps, rows]`.
  func report(_ value: Scalar, row: Int, of symbols: SymbolRange) {
    guard wrongSymbol == nil else { return }
    wrongSymbol = SymbolOutOfRange(
      range: symbols, value: Float(value), sample: row % rows, timeStep: row / rows)
  }

  /// What takes the place of the values of a layer's input that is symbols; `nil` for a layer that takes values. A layer
  /// that passes symbols on says here what its output is.
  var symbols: SymbolRows<Scalar>?

  /// Which steps of which rows of a layer's first input count, `[steps, rows]`, 1 or 0; all if `nil`. A layer that makes
  /// a mask, joins several, or ends the sequence, says so here to the layers above it.
  var mask: UnsafePointer<UInt8>?
}
