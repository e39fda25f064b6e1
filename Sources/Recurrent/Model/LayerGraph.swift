import Kernels

/// How values go through the layers of a model, where a layer may take what several layers give, and give it to
/// several. A chain is a graph in which nobody does.
///
/// Memory: the gradient of each input of a layer that another layer gives; for an output that is taken several times,
/// the sum of its gradients.
final class LayerGraph<Scalar: KernelScalar> {
  /// A layer and where its inputs come from.
  private final class Node {
    let layer: any Layer<Scalar>
    let inputs: [Input]
    /// Whether it takes symbols where they come.
    let takesSymbols: Bool
    /// The values of one row of the output.
    let outputSize: Int
    /// The gradient of the output: for a layer whose output is taken once, the place where the one that takes it puts
    /// the gradient of its input.
    var outputGradient: MemoryPlan<Scalar>.Region
    /// Whether several gradients are added up to that.
    var addsGradients = false
    // What the layer is given in the batch under way, one of each for an input.
    let values: UnsafeMutablePointer<UnsafePointer<Scalar>>
    let masks: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    let gradients: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>?>
    var output: UnsafePointer<Scalar>?
    var outputMask: UnsafePointer<UInt8>?
    var outputSymbols: SymbolRows<Scalar>?

    init(
      _ layer: any Layer<Scalar>, inputs: [Input], takesSymbols: Bool, outputSize: Int,
      plan: MemoryPlan<Scalar>
    ) {
      self.layer = layer
      self.takesSymbols = takesSymbols
      self.inputs = inputs
      self.outputSize = outputSize
      outputGradient = plan.reserve(0)
      values = .allocate(capacity: inputs.count)
      values.initialize(repeating: UnsafePointer(plan[outputGradient]), count: inputs.count)
      masks = .allocate(capacity: inputs.count)
      masks.initialize(repeating: nil, count: inputs.count)
      gradients = .allocate(capacity: inputs.count)
      gradients.initialize(repeating: nil, count: inputs.count)
    }

    deinit {
      values.deallocate()
      masks.deallocate()
      gradients.deallocate()
    }
  }

  private let nodes: [Node]
  private let plan: MemoryPlan<Scalar>

  /// - Parameters:
  ///   - layers: From input to output, each above those that it takes.
  ///   - takesSymbols: Which of them take symbols where they come.
  init(
    _ layers: [any Layer<Scalar>], of described: [ModelConfiguration.DescribedLayer],
    takesSymbols: [Bool], batch: Int, plan: MemoryPlan<Scalar>
  ) {
    self.plan = plan
    func size(_ number: Int) -> Int {
      described[number].output.steps * described[number].output.features
    }
    nodes = zip(layers, described).enumerated().map { number, layer in
      Node(
        layer.0,
        inputs: layer.1.sources.map { source in
          Input(source: source, gradient: plan.reserve(source.map { size($0) * batch } ?? 0))
        }, takesSymbols: takesSymbols[number], outputSize: size(number), plan: plan)
    }
    for (number, node) in nodes.enumerated() {
      let takers = nodes.flatMap { $0.inputs.filter { $0.source == number } }
      if takers.count == 1 {
        node.outputGradient = takers[0].gradient
      } else if takers.count > 1 {
        node.outputGradient = plan.reserve(node.outputSize * batch)
        node.addsGradients = true
      }
    }
  }

  /// Computes the output of the last layer.
  ///
  /// - Parameter symbols: What takes the place of the input for the layers that take symbols; `nil` if it is values.
  func forward(
    _ modelInput: UnsafeMutablePointer<Scalar>, symbols: SymbolRows<Scalar>?,
    in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    var last = modelInput
    let isSymbols = symbols != nil
    // Iterators of generic types look their types up at each step.
    for number in 0..<nodes.count {
      let node = nodes[number]
      if isSymbols {
        batch.symbols =
          node.takesSymbols
          ? node.inputs[0].source.map { nodes[$0].outputSymbols } ?? symbols : nil
      }
      for index in node.inputs.indices {
        guard let source = node.inputs[index].source else {
          node.values[index] = UnsafePointer(modelInput)
          node.masks[index] = nil
          continue
        }
        guard let output = nodes[source].output else { continue }
        node.values[index] = output
        node.masks[index] = nodes[source].outputMask
      }
      batch.mask = node.masks[0]
      last = node.layer.forward(
        LayerInputs(
          count: node.inputs.count, values: UnsafePointer(node.values),
          masks: UnsafePointer(node.masks)), in: batch)
      node.output = UnsafePointer(last)
      node.outputMask = batch.mask
      if isSymbols { node.outputSymbols = batch.symbols }
    }
    if isSymbols { batch.symbols = nil }
    return last
  }

  /// Takes the gradient of the last layer's output back through all of them.
  func backward(
    _ outputGradient: UnsafeMutablePointer<Scalar>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    for number in 0..<nodes.count where nodes[number].addsGradients {
      let node = nodes[number]
      Scalar.fill(plan[node.outputGradient], with: 0, count: node.outputSize * batch.rows)
    }
    var gradient = outputGradient
    for number in stride(from: nodes.count - 1, through: 0, by: -1) {
      let node = nodes[number]
      if number < nodes.count - 1 { gradient = plan[node.outputGradient] }
      for index in node.inputs.indices {
        let input = node.inputs[index]
        node.gradients[index] = input.source == nil ? nil : plan[input.gradient]
      }
      node.layer.backward(
        outputGradient: gradient, inputGradients: UnsafePointer(node.gradients), in: batch,
        sink: sink)
      batch.isGradientBeforeActivation = false
      for input in node.inputs {
        guard let source = input.source, nodes[source].addsGradients else { continue }
        let (from, sum) = (plan[input.gradient], plan[nodes[source].outputGradient])
        Scalar.add(from, to: sum, count: nodes[source].outputSize * batch.rows)
      }
    }
  }
}

/// Where an input of a layer comes from.
private struct Input {
  /// The layer below; `nil` is the model's input.
  let source: Int?
  /// The gradient of this input; nothing if it is the model's.
  let gradient: MemoryRegion
}
