import Kernels

/// How values go through the layers of a functional model, where a layer may take what several layers give, and
/// give it to several.
///
/// Memory: for a layer with several inputs, its input; for each layer, the gradient of its output.
final class LayerGraph<Scalar: KernelScalar> {
  /// A layer and where its input comes from.
  private struct Node {
    let layer: any Layer<Scalar>
    /// The layers below, by their numbers, with the columns of the input that are theirs; `nil` is the model's
    /// input.
    let sources: [(layer: Int?, columns: Range<Int>)]
    /// The columns of the input.
    let width: Int
    let inputSteps: Int
    let outputSize: Int
    /// What several layers give, side by side: `[steps, rows, width]`.
    let joined: MemoryPlan<Scalar>.Region
    let inputGradient: MemoryPlan<Scalar>.Region
    /// The sum over all layers that take the output.
    let outputGradient: MemoryPlan<Scalar>.Region
    /// The steps that count for several layers together.
    let mask: StepMask
    /// Whether a step counts only if it does for all of them, or for any.
    let needsAllMasks: Bool
  }

  private var nodes: [Node] = []
  private var outputs: [UnsafeMutablePointer<Scalar>?] = []
  private var masks: [UnsafePointer<UInt8>?] = []
  private let plan: MemoryPlan<Scalar>

  init(plan: MemoryPlan<Scalar>) { self.plan = plan }

  /// Adds a layer above those that are there.
  ///
  /// - Parameter sources: The layers that it takes, by their numbers, and how many features each gives.
  func add(
    _ layer: any Layer<Scalar>, sources: [(layer: Int?, features: Int)],
    of described: ModelConfiguration.DescribedLayer, batch: Int
  ) {
    let shapes = (input: described.input, output: described.output)
    var first = 0
    var columns: [(layer: Int?, columns: Range<Int>)] = []
    for source in sources {
      columns.append((source.layer, first..<first + source.features))
      first += source.features
    }
    let inputSize = shapes.input.steps * batch * first
    let outputSize = shapes.output.steps * shapes.output.features
    nodes.append(
      Node(
        layer: layer, sources: columns, width: first, inputSteps: shapes.input.steps,
        outputSize: outputSize, joined: plan.reserve(sources.count > 1 ? inputSize : 0),
        inputGradient: plan.reserve(sources.contains { $0.layer != nil } ? inputSize : 0),
        outputGradient: plan.reserve(outputSize * batch),
        mask: StepMask(count: sources.count > 1 ? shapes.input.steps * batch : 0),
        needsAllMasks: (described.description as? ConcatenateDescription)?.needsAllMasks ?? false))
    outputs.append(nil)
    masks.append(nil)
  }

  /// Computes the output of the last layer.
  func forward(
    _ input: UnsafeMutablePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    for (index, node) in nodes.enumerated() {
      func value(_ source: Int?) -> UnsafeMutablePointer<Scalar> {
        source.flatMap { outputs[$0] } ?? input
      }
      var values = value(node.sources[0].layer)
      batch.mask = node.sources[0].layer.flatMap { masks[$0] }
      if node.sources.count > 1 {
        values = plan[node.joined]
        let rows = node.inputSteps * batch.rows
        for source in node.sources {
          Concatenate.join(
            value(source.layer), columns: source.columns, of: node.width, rows: rows, into: values)
        }
        batch.mask = joinedMask(node, rows: rows)
      }
      outputs[index] = node.layer.forward(values, in: batch)
      masks[index] = batch.mask
    }
    return outputs.last.flatMap { $0 } ?? input
  }

  /// Takes the gradient of the last layer's output back through all of them.
  func backward(
    _ outputGradient: UnsafeMutablePointer<Scalar>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    for node in nodes {
      plan[node.outputGradient].update(repeating: 0, count: node.outputSize * batch.rows)
    }
    for index in nodes.indices.reversed() {
      let node = nodes[index]
      let isLast = index == nodes.count - 1
      let hasBelow = node.sources.contains { $0.layer != nil }
      let below = hasBelow ? plan[node.inputGradient] : nil
      node.layer.backward(
        outputGradient: isLast ? outputGradient : plan[node.outputGradient], inputGradient: below,
        in: batch, sink: sink)
      batch.isGradientBeforeActivation = false
      guard let below else { continue }
      for source in node.sources {
        guard let layer = source.layer else { continue }
        Concatenate.split(
          below, columns: source.columns, of: node.width, rows: node.inputSteps * batch.rows,
          addingTo: plan[nodes[layer].outputGradient])
      }
    }
  }

  /// The steps that count; `nil` if all do.
  private func joinedMask(_ node: Node, rows: Int) -> UnsafePointer<UInt8>? {
    let below = node.sources.lazy.map { $0.layer.flatMap { self.masks[$0] } }
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
