import Kernels

/// The sizes of attention: how many queries look at how many steps, and what is compared of each.
struct AttentionShape: Sendable {
  let queries, steps, units: Int
  /// How many times each row of a batch is looked at, each time by weights of its own.
  var heads = 1
}

/// Which steps of the inputs count, `[steps, rows]`; all if `nil`.
struct AttentionMasks {
  var query, value, key: UnsafePointer<UInt8>?
}

/// What all kinds of attention do with scores: masks, softmax, dropout, and the mean of the values by these weights.
///
/// A block is what one head of one row looks at.
///
/// Shapes: scores and weights `[blocks, queries, steps]`, values `[blocks, steps, width]`, output
/// `[blocks, queries, width]`, with rows × heads blocks.
/// Memory: `blocks × queries × steps × 2` scalars from the model's plan, 4 × with dropout, and
/// `rows × queries × steps` where steps may be hidden.
final class AttentionWeights<Scalar: KernelScalar> {
  /// How scores are hidden, which makes a difference where all of a query are.
  enum Hiding: Sendable {
    /// They are 10⁹ less: the query gives the mean of all steps, and has a gradient.
    case lowersScores
    /// They are the same small number: the query gives the mean of all steps.
    case replacesScores
    /// Their weights are 0: the query gives zeros.
    case leavesOut
  }

  private let shape: AttentionShape
  private let width: Int
  private let isCausal: Bool
  private let hiding: Hiding
  private let rate: Double
  private let number: Int
  private let plan: MemoryPlan<Scalar>
  private let weights: MemoryPlan<Scalar>.Region  // [blocks, queries, steps]
  private let gradient: MemoryPlan<Scalar>.Region  // [blocks, queries, steps]
  /// What dropout multiplies the weights by, and what that makes of them.
  private let factors, dropped: MemoryPlan<Scalar>.Region  // [blocks, queries, steps]
  /// 1 where a query does not see a step.
  private let hidden: MemoryPlan<Scalar>.Region  // [rows, queries, steps]
  /// Which queries see no step.
  private let blind: StepMask  // [rows, queries]
  // Of the batch under way.
  private var isHiding = false
  private var isDropping = false

  /// - Parameters:
  ///   - width: The features of the values.
  ///   - isCausal: Whether a query sees no step after its own.
  ///   - rate: The fraction of the weights that dropout leaves out.
  init(
    _ shape: AttentionShape, width: Int, isCausal: Bool, hiding: Hiding, rate: Double,
    _ builder: LayerBuilder<Scalar>
  ) {
    (self.shape, self.width, self.isCausal) = (shape, width, isCausal)
    (self.hiding, self.rate, number, plan) = (hiding, rate, builder.number, builder.plan)
    let (size, batch) = (shape.queries * shape.steps, builder.batch)
    weights = plan.reserve(size * batch * shape.heads)
    gradient = plan.reserve(size * batch * shape.heads)
    factors = plan.reserve(rate > 0 ? size * batch * shape.heads : 0)
    dropped = plan.reserve(rate > 0 ? size * batch * shape.heads : 0)
    hidden = plan.reserve(builder.isMasked || isCausal ? size * batch : 0)
    blind = StepMask(count: shape.queries * batch, of: 0)
  }

  /// Where the scores go before ``forward(values:into:masks:in:)``.
  var scores: UnsafeMutablePointer<Scalar> { plan[weights] }

  /// The mean of the values for each query.
  func forward(
    values: UnsafePointer<Scalar>, into output: UnsafeMutablePointer<Scalar>,
    masks: AttentionMasks, in batch: BatchContext<Scalar>
  ) {
    let (queries, steps, blocks) = (shape.queries, shape.steps, batch.rows * shape.heads)
    let (weights, size) = (plan[weights], queries * steps)
    hide(masks, rows: batch.rows)
    if isHiding {
      // Less than any float32 by this is this.
      let amount: Scalar = hiding == .replacesScores ? -2e38 : -1e9
      for block in 0..<blocks {
        Scalar.add(
          plan[hidden] + block / shape.heads * size, times: amount, to: weights + block * size,
          count: size)
      }
    }
    Scalar.softmax(weights, rows: blocks * queries, columns: steps)
    if hiding == .leavesOut { clearBlind(weights, rows: batch.rows) }
    isDropping = batch.isTraining && rate > 0
    if isDropping {
      var generator = batch.dropoutGenerator(layer: number)
      generator.dropOut(plan[factors], count: blocks * size, rate: rate)
      Scalar.multiplyElements(
        weights, plan[factors], into: plan[dropped], count: blocks * size)
    }
    let used = usedWeights
    shareBlocks(blocks, multiplications: size * width) { block in
      Scalar.multiply(
        used + block * size, transposeLeft: false, values + block * steps * width,
        transposeRight: false, rows: queries, columns: width, inner: steps,
        into: output + block * queries * width, accumulate: false)
    }
  }

  /// The gradients of the values and of the scores.
  ///
  /// - Returns: The gradient of the scores, `[blocks, queries, steps]`.
  func backward(
    outputGradient: UnsafePointer<Scalar>, values: UnsafePointer<Scalar>,
    valueGradient: UnsafeMutablePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (queries, steps, blocks) = (shape.queries, shape.steps, batch.rows * shape.heads)
    let (gradient, size, used) = (plan[gradient], queries * steps, usedWeights)
    shareBlocks(blocks, multiplications: 2 * size * width) { block in
      let output = outputGradient + block * queries * width
      Scalar.multiply(
        output, transposeLeft: false, values + block * steps * width, transposeRight: true,
        rows: queries, columns: steps, inner: width, into: gradient + block * size,
        accumulate: false)
      Scalar.multiply(
        used + block * size, transposeLeft: true, output, transposeRight: false, rows: steps,
        columns: width, inner: queries, into: valueGradient + block * steps * width,
        accumulate: false)
    }
    if isDropping {
      Scalar.multiplyElements(gradient, plan[factors], into: gradient, count: blocks * size)
    }
    Scalar.softmaxGradient(
      gradient, after: plan[weights], rows: blocks * queries, columns: steps)
    if hiding == .replacesScores { clearBlind(gradient, rows: batch.rows) }
    return gradient
  }

  /// The weights that the values were multiplied by.
  private var usedWeights: UnsafeMutablePointer<Scalar> {
    plan[isDropping ? dropped : weights]
  }

  /// Decides what is hidden from whom.
  private func hide(_ masks: AttentionMasks, rows: Int) {
    isHiding = isCausal || masks.query != nil || masks.value != nil || masks.key != nil
    guard isHiding else { return }
    let (queries, steps) = (shape.queries, shape.steps)
    for row in 0..<rows {
      let hidden = plan[hidden] + row * queries * steps
      var first = steps
      for step in stride(from: steps - 1, through: 0, by: -1) {
        let place = step * rows + row
        let isHidden = masks.value.map { $0[place] == 0 } ?? false
        let isKeyHidden = masks.key.map { $0[place] == 0 } ?? false
        hidden[step] = isHidden || isKeyHidden ? 1 : 0
        if !isHidden, !isKeyHidden { first = step }
      }
      Scalar.copyRows(
        hidden, step: 0, to: hidden + steps, step: steps, rows: queries - 1, columns: steps)
      for query in 0..<queries {
        let isHidden = masks.query.map { $0[query * rows + row] == 0 } ?? false
        let seen = isHidden ? 0 : isCausal ? min(query + 1, steps) : steps
        Scalar.fill(hidden + query * steps + seen, with: 1, count: steps - seen)
        blind.values[row * queries + query] = first < seen ? 0 : 1
      }
    }
  }

  /// Puts zeros in the place of what is of queries that see no step, `[blocks, queries, steps]`.
  private func clearBlind(_ values: UnsafeMutablePointer<Scalar>, rows: Int) {
    guard isHiding else { return }
    let (queries, steps) = (shape.queries, shape.steps)
    for place in 0..<rows * shape.heads * queries {
      let block = place / queries
      guard blind.values[block / shape.heads * queries + place % queries] != 0 else { continue }
      Scalar.fill(values + place * steps, with: 0, count: steps)
    }
  }
}

/// Runs `body` for each block; threads share the blocks where there is enough to do.
///
/// - Parameter multiplications: Those of one block.
@inline(__always)
func shareBlocks(_ blocks: Int, multiplications: Int, _ body: (_ block: Int) -> Void) {
  let parts = ComputeThreads.parts(of: blocks * multiplications, enough: 1 << 20)
  ComputeThreads.run(parts: min(parts, blocks)) { part, parts in
    for block in blocks * part / parts..<blocks * (part + 1) / parts { body(block) }
  }
}

/// Swaps the first two axes: `[first, second, columns]` becomes `[second, first, columns]`.
func swapAxes<Scalar: KernelScalar>(
  _ values: UnsafePointer<Scalar>, first: Int, second: Int, columns: Int,
  into result: UnsafeMutablePointer<Scalar>
) {
  for index in 0..<second {
    Scalar.copyRows(
      values + index * columns, step: second * columns, to: result + index * first * columns,
      step: columns, rows: first, columns: columns)
  }
}
