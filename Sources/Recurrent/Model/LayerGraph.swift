import Kernels

/// How values go through the layers of a model, where a layer may take what several layers give, and give it to
/// several. A chain is a graph in which nobody does.
///
/// Memory: for a layer with several inputs, its input; for a layer that another one is below, the gradient of its
/// input; for a layer whose output is taken several times or beside others, the gradient of its output.
final class LayerGraph<Scalar: KernelScalar> {
  /// A layer and where its input comes from.
  private final class Node {
    let layer: any Layer<Scalar>
    /// The layers below, by their numbers, with the columns of the input that are theirs; `nil` is the model's
    /// input.
    let sources: [(layer: Int?, columns: Range<Int>)]
    /// The only one of them.
    let source: Int?
    let isJoined: Bool
    /// Whether the gradient of the input is of use to anybody.
    let hasBelow: Bool
    /// The columns of the input.
    let width: Int
    let inputSteps: Int
    let outputSize: Int
    /// What several layers give, side by side: `[steps, rows, width]`.
    let joined: MemoryPlan<Scalar>.Region
    let inputGradient: MemoryPlan<Scalar>.Region
    /// The sum over all layers that take the output; of a layer that is taken as it is by one, that one's
    /// `inputGradient`.
    var outputGradient: MemoryPlan<Scalar>.Region
    /// Whether several gradients are added up to that of the output.
    var addsGradients = false
    /// The steps that count for several layers together.
    let mask: StepMask
    /// Whether a step counts only if it does for all of them, or for any.
    let needsAllMasks: Bool
    // The batch under way.
    var output: UnsafeMutablePointer<Scalar>?
    var outputMask: UnsafePointer<UInt8>?

    init(
      _ layer: any Layer<Scalar>, sources: [(layer: Int?, features: Int)],
      of described: ModelConfiguration.DescribedLayer, batch: Int, plan: MemoryPlan<Scalar>
    ) {
      self.layer = layer
      var first = 0
      self.sources = sources.map { source in
        defer { first += source.features }
        return (source.layer, first..<first + source.features)
      }
      source = sources[0].layer
      isJoined = sources.count > 1
      hasBelow = sources.contains { $0.layer != nil }
      width = first
      inputSteps = described.input.steps
      outputSize = described.output.steps * described.output.features
      let inputSize = inputSteps * batch * first
      joined = plan.reserve(isJoined ? inputSize : 0)
      inputGradient = plan.reserve(hasBelow ? inputSize : 0)
      outputGradient = inputGradient
      mask = StepMask(count: isJoined ? inputSteps * batch : 0)
      needsAllMasks = (described.layer as? ConcatenateDescription)?.needsAllMasks ?? false
    }
  }

  private let nodes: [Node]
  private let plan: MemoryPlan<Scalar>

  /// - Parameters:
  ///   - layers: From input to output, each below those that take it.
  ///   - features: Those of the model's input.
  init(
    _ layers: [any Layer<Scalar>], of described: [ModelConfiguration.DescribedLayer],
    features: Int, batch: Int, plan: MemoryPlan<Scalar>
  ) {
    self.plan = plan
    nodes = zip(layers, described).map { layer, shapes in
      Node(
        layer,
        sources: shapes.sources.map { source in
          (source, source.map { described[$0].output.features } ?? features)
        }, of: shapes, batch: batch, plan: plan)
    }
    for (index, node) in nodes.enumerated() {
      let takers = nodes.filter { taker in taker.sources.contains { $0.layer == index } }
      if let taker = takers.first, takers.count == 1, !taker.isJoined {
        node.outputGradient = taker.inputGradient
      } else {
        node.outputGradient = plan.reserve(takers.isEmpty ? 0 : node.outputSize * batch)
        node.addsGradients = true
      }
    }
  }

  /// Computes the output of the last layer.
  @specialized(where Scalar == Float)
  func forward(
    _ input: UnsafeMutablePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    var last = input
    for node in nodes {
      var values = output(of: node.source, input)
      batch.mask = node.source.flatMap { nodes[$0].outputMask }
      if node.isJoined {
        values = plan[node.joined]
        join(node, input, rows: node.inputSteps * batch.rows)
        batch.mask = joinedMask(node, rows: node.inputSteps * batch.rows)
      }
      last = node.layer.forward(values, in: batch)
      node.output = last
      node.outputMask = batch.mask
    }
    return last
  }

  @inline(__always)
  private func output(
    of source: Int?, _ input: UnsafeMutablePointer<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    source.flatMap { nodes[$0].output } ?? input
  }

  /// Takes the gradient of the last layer's output back through all of them.
  @specialized(where Scalar == Float)
  func backward(
    _ outputGradient: UnsafeMutablePointer<Scalar>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    for node in nodes.dropLast() where node.addsGradients {
      plan[node.outputGradient].update(repeating: 0, count: node.outputSize * batch.rows)
    }
    var gradient = outputGradient
    for index in stride(from: nodes.count - 1, through: 0, by: -1) {
      let node = nodes[index]
      if index < nodes.count - 1 { gradient = plan[node.outputGradient] }
      node.layer.backward(
        outputGradient: gradient, inputGradient: node.hasBelow ? plan[node.inputGradient] : nil,
        in: batch, sink: sink)
      batch.isGradientBeforeActivation = false
      if node.hasBelow { split(node, rows: node.inputSteps * batch.rows) }
    }
  }

  private func join(_ node: Node, _ input: UnsafeMutablePointer<Scalar>, rows: Int) {
    for source in node.sources {
      Concatenate.join(
        output(of: source.layer, input), columns: source.columns, of: node.width, rows: rows,
        into: plan[node.joined])
    }
  }

  /// Gives the layers below their columns of the gradient, those that do not share it.
  @inline(__always)
  private func split(_ node: Node, rows: Int) {
    for source in node.sources {
      guard let layer = source.layer, nodes[layer].addsGradients else { continue }
      Concatenate.split(
        plan[node.inputGradient], columns: source.columns, of: node.width, rows: rows,
        addingTo: plan[nodes[layer].outputGradient])
    }
  }

  /// The steps that count; `nil` if all do.
  private func joinedMask(_ node: Node, rows: Int) -> UnsafePointer<UInt8>? {
    let below = node.sources.lazy.map { $0.layer.flatMap { self.nodes[$0].outputMask } }
    guard below.contains(where: { $0 != nil }) else { return nil }
    let joined = node.mask.values
    joined.update(repeating: node.needsAllMasks ? 1 : 0)
    for mask in below {
      for row in 0..<rows {
        // All steps of a layer without a mask count.
        let counts = mask?[row] ?? 1
        joined[row] = node.needsAllMasks ? joined[row] & counts : joined[row] | counts
      }
    }
    return UnsafePointer(joined.baseAddress)
  }
}
