import Kernels

/// How a layer takes steps that have several axes.
enum StepAxes: Sendable {
  /// Not at all.
  case none
  /// As one row of values: it does the same to each value, or only moves them.
  case flat
  /// Each row of the last axis by itself.
  case last
  /// In its own way.
  case own
}

/// A layer that is applied to each row of the last axis where steps have several, or to each value of a step.
///
/// Shapes: input `[steps, rows, …, columns]`, output `[steps, rows, …, units]`.
final class LastAxisLayer<Scalar: KernelScalar>: SingleInputLayer {
  private let layer: any Layer<Scalar>
  /// The rows that a step has.
  private let times: Int
  private let context = BatchContext<Scalar>()

  /// - Parameter columns: The values that a row has.
  init(_ description: any LayerDescription, columns: Int, _ builder: LayerBuilder<Scalar>) {
    times = builder.input.features / columns
    var inner = builder
    inner.input.features = columns
    inner.inputs = [inner.input]
    inner.output.features = builder.output.features / times
    inner.batch = builder.batch * times
    layer = description.makeLayer(inner)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    context.begin(rows: batch.rows * times, as: batch)
    let output = layer.forward(only: input, in: context)
    batch.takeWrongSymbol(of: context, times: times)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    context.isGradientBeforeActivation = batch.isGradientBeforeActivation
    layer.backward(
      outputGradient: outputGradient, onlyInputGradient: inputGradient, in: context, sink: sink)
    context.isGradientBeforeActivation = false
  }
}

extension LayerDescription {
  /// The output, where steps of several axes may be taken row by row.
  func outputOfAxes(_ input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard stepAxes == .last, input.axes.count > 1 else { return try output(of: input) }
    return input.with(lastAxis: try output(of: input.ofLastAxis).features)
  }

  /// The input that the weights are for: a row where each is taken by itself.
  func weightedShape(of input: SampleShape) -> SampleShape {
    stepAxes == .last ? input.ofLastAxis : input
  }

  /// The layer for one call, whatever axes its steps have.
  func makeCall<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    stepAxes == .last && builder.input.axes.count > 1
      ? LastAxisLayer(self, columns: builder.input.axes[builder.input.axes.count - 1], builder)
      : makeLayer(builder)
  }
}
