import Kernels

/// How values go through the layers of a model, where a layer may take what several calls give, and give it to
/// several. A chain is a graph in which nobody does.
///
/// Memory: the gradient of each input of a call that another call gives; for an output that is taken several times,
/// the sum of its gradients.
final class LayerGraph<Scalar: KernelScalar> {
  private let nodes: [CallNode<Scalar>]
  private let inputs: [ModelInput<Scalar>]
  private let outputs: [ModelOutput<Scalar>]
  private let plan: MemoryPlan<Scalar>
  /// The gradients of the inputs, where somebody looks at them.
  private let inputGradients: [NodeOutput<Scalar>]

  /// - Parameters:
  ///   - layers: One for each call, in the order of the calls.
  ///   - takesSymbols: Which of the calls take symbols where they come.
  init(
    _ layers: [any Layer<Scalar>], of graph: CallGraph, inputs: [ModelInput<Scalar>],
    outputs: [ModelOutput<Scalar>], takesSymbols: [Bool], batch: Int, plan: MemoryPlan<Scalar>,
    givesInputGradients: Bool
  ) {
    self.plan = plan
    self.inputs = inputs
    self.outputs = outputs
    nodes = zip(layers, graph.calls).enumerated().map { number, layer in
      CallNode(
        layer.0, layer.1, in: graph, takesSymbols: takesSymbols[number], batch: batch, plan: plan,
        givesInputGradients: givesInputGradients)
    }
    inputGradients =
      givesInputGradients
      ? inputs.map { NodeOutput(size: $0.timeSteps * $0.features) } : []
    for (number, input) in inputGradients.enumerated() {
      let takers = nodes.flatMap { $0.inputs.filter { $0.source == .input(number) } }
      input.connect(takers.map(\.gradient), isFirst: true, batch: batch, plan: plan)
    }
    for (number, node) in nodes.enumerated() {
      for index in node.outputs.indices {
        let value = ValueSource.call(number, output: index)
        var takers = nodes.flatMap { $0.inputs.filter { $0.source == value }.map(\.gradient) }
        takers += outputs.filter { $0.source == value }.map(\.gradientRegion)
        node.outputs[index].connect(
          takers, isFirst: index == 0 || node.activityRegularizer != nil, batch: batch, plan: plan)
      }
    }
    for output in outputs {
      guard case .call(let number, let index) = output.source else { continue }
      output.isLast = index == 0 && !nodes[number].outputs[index].addsGradients
    }
  }

  /// Computes the outputs of the model.
  func forward(in batch: BatchContext<Scalar>) {
    // Iterators of generic types look their types up at each step.
    for number in 0..<nodes.count {
      let node = nodes[number]
      for index in node.inputs.indices {
        switch node.inputs[index].source {
        case .input(let input):
          node.values[index] = UnsafePointer(inputs[input].place)
          node.masks[index] = nil
        case .call(let call, let output):
          guard let values = nodes[call].outputs[output].values else { continue }
          node.values[index] = UnsafePointer(values)
          node.masks[index] = nodes[call].outputs[output].mask
        }
      }
      batch.mask = node.masks[0]
      batch.symbols = node.takesSymbols ? symbols(of: node.inputs[0].source) : nil
      node.outputs[0].values = node.layer.forward(
        LayerInputs(
          count: node.inputs.count, values: UnsafePointer(node.values),
          masks: UnsafePointer(node.masks)), in: batch)
      node.symbols = batch.symbols
      for index in node.outputs.indices {
        if index > 0 { node.outputs[index].values = node.layer.furtherOutput(index, in: batch) }
        node.outputs[index].mask = index < node.sequenceOutputs ? batch.mask : nil
      }
      if let regularizer = node.activityRegularizer {
        for index in node.outputs.indices {
          guard let values = node.outputs[index].values else { continue }
          batch.activityLoss += regularizer.loss(
            values, count: node.outputs[index].size * batch.rows, rows: batch.rows)
        }
      }
    }
    batch.symbols = nil
    for number in 0..<outputs.count {
      let output = outputs[number]
      guard case .call(let call, let index) = output.source else { continue }
      output.take(nodes[call].outputs[index].values, mask: nodes[call].outputs[index].mask)
    }
  }

  /// What takes the place of values; `nil` if they are values.
  private func symbols(of source: ValueSource) -> SymbolRows<Scalar>? {
    switch source {
    case .input(let number): inputs[number].prepared
    case .call(let number, _): nodes[number].symbols
    }
  }

  /// Takes the gradients of the outputs, where ``ModelOutput/gradient`` says, back through all calls.
  func backward(in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>) {
    for number in 0..<nodes.count {
      let node = nodes[number]
      for index in node.outputs.indices { node.outputs[index].clear(rows: batch.rows, plan: plan) }
    }
    for input in inputGradients { input.clear(rows: batch.rows, plan: plan) }
    for number in 0..<outputs.count {
      let output = outputs[number]
      guard case .call(let call, let index) = output.source else { continue }
      nodes[call].outputs[index].take(output, rows: batch.rows, plan: plan)
    }
    for number in stride(from: nodes.count - 1, through: 0, by: -1) {
      let node = nodes[number]
      for index in node.inputs.indices {
        let input = node.inputs[index]
        node.gradients[index] = input.needsGradient ? plan[input.gradient] : nil
      }
      for index in node.outputs.indices.dropFirst() {
        node.furtherGradients[index - 1] = node.outputs[index].gradient(plan: plan)
      }
      if let regularizer = node.activityRegularizer {
        for index in node.outputs.indices {
          guard let values = node.outputs[index].values,
            let gradient = node.outputs[index].gradient(plan: plan)
          else { continue }
          regularizer.addGradient(
            of: values, to: gradient, count: node.outputs[index].size * batch.rows,
            rows: batch.rows)
        }
      }
      guard let gradient = node.outputs[0].gradient(plan: plan) else { continue }
      batch.furtherGradients = UnsafePointer(node.furtherGradients)
      batch.isGradientBeforeActivation = node.outputs[0].isGradientBeforeActivation
      node.layer.backward(
        outputGradient: gradient, inputGradients: UnsafePointer(node.gradients), in: batch,
        sink: sink)
      batch.isGradientBeforeActivation = false
      for index in node.inputs.indices {
        let input = node.inputs[index]
        switch input.source {
        case .call(let call, let output):
          nodes[call].outputs[output].add(plan[input.gradient], rows: batch.rows, plan: plan)
        case .input(let number) where input.needsGradient:
          inputGradients[number].add(plan[input.gradient], rows: batch.rows, plan: plan)
        case .input: break
        }
      }
    }
  }

  /// What ``backward(in:sink:)`` has made of an input of a graph that gives such gradients.
  func gradient(ofInput number: Int) -> UnsafeMutablePointer<Scalar> {
    inputGradients[number].gradient(plan: plan) ?? inputs[number].place
  }
}

/// A call of a layer, where its inputs come from and what it gives.
private final class CallNode<Scalar: KernelScalar> {
  let layer: any Layer<Scalar>
  let inputs: [NodeInput]
  let outputs: [NodeOutput<Scalar>]
  /// How many of its outputs have its mask.
  let sequenceOutputs: Int
  /// Whether it takes symbols where they come.
  let takesSymbols: Bool
  /// The penalty on its outputs, if there is one.
  let activityRegularizer: ActivityRegularizer?
  // What the layer is given in the batch under way, one of each for an input.
  let values: UnsafeMutablePointer<UnsafePointer<Scalar>>
  let masks: UnsafeMutablePointer<UnsafePointer<UInt8>?>
  let gradients: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>?>
  /// The gradients of its outputs behind the first.
  let furtherGradients: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>?>
  /// What its output is, if that is symbols.
  var symbols: SymbolRows<Scalar>?

  init(
    _ layer: any Layer<Scalar>, _ call: DescribedCall, in graph: CallGraph, takesSymbols: Bool,
    batch: Int, plan: MemoryPlan<Scalar>, givesInputGradients: Bool
  ) {
    self.layer = layer
    self.takesSymbols = takesSymbols
    sequenceOutputs = call.description.sequenceOutputs
    activityRegularizer = call.layer.activityRegularizer
    inputs = call.sources.map { source in
      let shape = graph.shape(of: source)
      let needsGradient = if case .input = source { givesInputGradients } else { true }
      return NodeInput(
        source: source, needsGradient: needsGradient,
        gradient: plan.reserve(needsGradient ? shape.steps * shape.features * batch : 0))
    }
    outputs = call.outputs.map { NodeOutput(size: $0.steps * $0.features) }
    values = .allocate(capacity: inputs.count)
    values.initialize(repeating: UnsafePointer(plan[plan.reserve(0)]), count: inputs.count)
    masks = .allocate(capacity: inputs.count)
    masks.initialize(repeating: nil, count: inputs.count)
    gradients = .allocate(capacity: inputs.count)
    gradients.initialize(repeating: nil, count: inputs.count)
    furtherGradients = .allocate(capacity: outputs.count)
    furtherGradients.initialize(repeating: nil, count: outputs.count)
  }

  deinit {
    values.deallocate()
    masks.deallocate()
    gradients.deallocate()
    furtherGradients.deallocate()
  }
}

/// Where an input of a call comes from.
private struct NodeInput {
  let source: ValueSource
  /// Whether it is not an input of the model, or somebody looks at the gradient of that.
  let needsGradient: Bool
  let gradient: MemoryRegion
}

/// An output of a call: what it holds in the batch under way, and where its gradient is.
private final class NodeOutput<Scalar: KernelScalar> {
  /// The values of one row.
  let size: Int
  var values: UnsafeMutablePointer<Scalar>?
  var mask: UnsafePointer<UInt8>?
  /// The place where the only one that takes it puts its gradient, or that of the sum of several; zeros if nobody takes
  /// the first output, which a layer always wants a gradient of.
  private var region: MemoryRegion?
  private var isTaken = true
  private(set) var addsGradients = false
  /// Where the gradient is instead, if the model gives the output and nobody else takes it.
  private var given: UnsafeMutablePointer<Scalar>?
  private(set) var isGradientBeforeActivation = false

  init(size: Int) { self.size = size }

  /// - Parameter takers: Where those that take the output put their gradients.
  func connect(
    _ takers: [MemoryRegion], isFirst: Bool, batch: Int, plan: MemoryPlan<Scalar>
  ) {
    isTaken = !takers.isEmpty
    addsGradients = takers.count > 1
    guard isTaken || isFirst else { return }
    region = takers.count == 1 ? takers[0] : plan.reserve(size * batch)
  }

  /// The gradient; `nil` of a further output that nobody takes.
  func gradient(plan: MemoryPlan<Scalar>) -> UnsafeMutablePointer<Scalar>? {
    given ?? region.map { plan[$0] }
  }

  /// Begins the sum of several gradients.
  func clear(rows: Int, plan: MemoryPlan<Scalar>) {
    given = nil
    isGradientBeforeActivation = false
    guard addsGradients || !isTaken, let region else { return }
    Scalar.fill(plan[region], with: 0, count: size * rows)
  }

  /// Takes the gradient that the model is given.
  func take(_ output: ModelOutput<Scalar>, rows: Int, plan: MemoryPlan<Scalar>) {
    guard let gradient = output.gradient else { return }
    if addsGradients {
      add(gradient, rows: rows, plan: plan)
    } else {
      given = gradient
      isGradientBeforeActivation = output.isGradientBeforeActivation
    }
  }

  /// Adds one of several gradients.
  func add(_ gradient: UnsafePointer<Scalar>, rows: Int, plan: MemoryPlan<Scalar>) {
    guard addsGradients, let region else { return }
    Scalar.add(gradient, to: plan[region], count: size * rows)
  }
}
