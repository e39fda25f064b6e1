import Kernels

/// The layers of a model, made for batches of one shape, with the places of its inputs and outputs.
struct BuiltModel<Scalar: KernelScalar> {
  let inputs: [ModelInput<Scalar>]
  let outputs: [ModelOutput<Scalar>]
  let graph: LayerGraph<Scalar>
  /// The calls that keep a state, with their layers.
  let stateful: [(call: DescribedCall, layer: any Layer<Scalar>)]

  /// Where the layers' weights and memory are.
  struct Place {
    let parameters: ParameterStore<Scalar>
    let uses: ParameterUses
    let plan: MemoryPlan<Scalar>
    /// The layer that a model inside another belongs to, and what the names of its weights begin with; `nil` of a model
    /// by itself.
    let owner: (layer: String, scope: String)?
    /// The number of the first call, by which it draws what it leaves out.
    let number: Int
  }

  /// - Parameters:
  ///   - calls: Those of `configuration`.
  ///   - batch: The most rows of a batch.
  ///   - givesInputGradients: Whether somebody looks at the gradients of the inputs.
  init(
    _ configuration: ModelConfiguration, _ calls: CallGraph, batch: Int, in place: Place,
    givesInputGradients: Bool = false
  ) {
    let plan = place.plan
    let symbols = configuration.inputs.indices.map { calls.symbols(ofInput: $0) }
    let takesSymbols = calls.takersOfSymbols(symbols)
    inputs = configuration.inputs.indices.map { number in
      ModelInput(
        number: number, of: calls, symbols: symbols[number], takesSymbols: takesSymbols,
        batch: batch, plan: plan)
    }
    let seen = SeenMasks(calls.calls, outputs: calls.outputs)
    let layers = calls.calls.enumerated().map { index, call in
      call.description.makeCall(
        LayerBuilder(
          name: place.owner?.layer ?? call.name, parameters: place.parameters, uses: place.uses,
          inputs: call.inputs, input: call.input, output: call.output, batch: batch, plan: plan,
          isMasked: call.isInputMasked, number: place.number + 3 * index,
          seesMasks: seen.ofInputs[index],
          scope: place.owner.map { $0.scope + call.name + "/" } ?? ""))
    }
    outputs = calls.outputs.indices.map { number in
      ModelOutput(
        number: number, of: calls, seesMask: seen.ofOutputs[number], batch: batch, plan: plan)
    }
    graph = LayerGraph(
      layers, of: calls, inputs: inputs, outputs: outputs, takesSymbols: takesSymbols,
      batch: batch, plan: plan, givesInputGradients: givesInputGradients)
    stateful = zip(calls.calls, layers).compactMap { call, layer in
      call.description.isStateful ? (call, layer) : nil
    }
  }
}

/// A model as a layer that computes by itself, for a wrapper around it.
///
/// Shapes: the model's; one input, one output.
final class ModelLayer<Scalar: KernelScalar>: SingleInputLayer {
  private let model: BuiltModel<Scalar>
  private let inputSize: Int

  /// - Parameter calls: Those of `configuration` for the builder's input.
  init(
    _ configuration: ModelConfiguration, _ calls: CallGraph, _ builder: LayerBuilder<Scalar>
  ) {
    model = BuiltModel(
      configuration, calls, batch: builder.batch,
      in: BuiltModel.Place(
        parameters: builder.parameters, uses: builder.uses, plan: builder.plan,
        owner: (builder.name, builder.scope), number: (builder.number + 1) << 12),
      givesInputGradients: true)
    inputSize = builder.input.steps * builder.input.features
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    model.inputs[0].place.update(from: input, count: inputSize * batch.rows)
    model.graph.forward(in: batch)
    return model.outputs[0].place
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    model.outputs[0].take(
      gradient: outputGradient, isBeforeActivation: batch.isGradientBeforeActivation)
    model.graph.backward(in: batch, sink: sink)
    guard let inputGradient else { return }
    inputGradient.update(
      from: model.graph.gradient(ofInput: 0), count: inputSize * batch.rows)
  }
}
