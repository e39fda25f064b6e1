import Kernels

/// Values of the inputs at other places, as `keras.layers.Permute`, `Reshape` and the operations that select, repeat and
/// join values put them; 0 where none goes. All steps of the output count.
///
/// Shapes: inputs `[steps, rows, features]` each, output `[steps, rows, features]`.
/// Memory: `batch × values of the output` scalars from the model's plan.
final class MovedValues<Scalar: KernelScalar>: Layer {
  private let maps: [SampleMap]
  private let inputSizes: [Int]
  private let size: Int
  private let isComplete: Bool
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, features]

  /// - Parameter views: What of each input goes to the output, one after the other.
  convenience init(_ views: [SampleView], _ builder: LayerBuilder<Scalar>) {
    var (maps, offset): ([SampleMap], Int) = ([], 0)
    for (view, input) in zip(views, builder.inputs) {
      maps.append(SampleMap(view, from: input, to: builder.output, offset: offset))
      offset += view.count
    }
    self.init(maps, isComplete: true, builder)
  }

  /// - Parameters:
  ///   - maps: Where the values of each input go.
  ///   - isComplete: Whether each place of the output has a value.
  init(_ maps: [SampleMap], isComplete: Bool, _ builder: LayerBuilder<Scalar>) {
    (self.maps, self.isComplete, plan) = (maps, isComplete, builder.plan)
    inputSizes = builder.inputs.map { $0.steps * $0.features }
    size = builder.output.steps * builder.output.features
    output = plan.reserve(size * builder.batch)
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, rows) = (plan[output], batch.rows)
    if !isComplete { Scalar.fill(output, with: 0, count: size * rows) }
    for number in 0..<maps.count {
      maps[number].copy(inputs.values[number], to: output, rows: rows)
    }
    batch.mask = nil
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    for number in 0..<maps.count {
      guard let gradient = inputGradients[number] else { continue }
      Scalar.fill(gradient, with: 0, count: inputSizes[number] * batch.rows)
      maps[number].addBack(outputGradient, to: gradient, rows: batch.rows)
    }
  }
}
