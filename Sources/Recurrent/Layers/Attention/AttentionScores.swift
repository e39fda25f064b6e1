import Kernels

/// How attention compares queries with steps. Blocks are those of ``AttentionWeights``.
///
/// Shapes: query `[blocks, queries, units]`, key `[blocks, steps, units]`, scores `[blocks, queries, steps]`.
protocol AttentionScores<Scalar>: AnyObject {
  associatedtype Scalar: KernelScalar

  func forward(
    query: UnsafePointer<Scalar>, key: UnsafePointer<Scalar>, blocks: Int,
    into scores: UnsafeMutablePointer<Scalar>)

  /// Computes the gradients of queries and keys, then those of its weights.
  func backward(
    scoreGradient: UnsafePointer<Scalar>, query: UnsafePointer<Scalar>,
    key: UnsafePointer<Scalar>, blocks: Int, queryGradient: UnsafeMutablePointer<Scalar>,
    keyGradient: UnsafeMutablePointer<Scalar>, sink: any GradientSink<Scalar>)
}

/// `query · key`, times a factor and perhaps a weight (Luong, Pham & Manning 2015).
final class DotScores<Scalar: KernelScalar>: AttentionScores {
  private let shape: AttentionShape
  private let factor: Scalar
  private let scale: ParameterStore<Scalar>.Matrix?
  private let sum: ProductSum<Scalar>

  init(
    _ shape: AttentionShape, factor: Double = 1, scale: ParameterStore<Scalar>.Matrix? = nil,
    plan: MemoryPlan<Scalar>
  ) {
    (self.shape, self.factor, self.scale) = (shape, Scalar(factor), scale)
    sum = ProductSum(columns: scale == nil ? 0 : shape.units, plan: plan)
  }

  func forward(
    query: UnsafePointer<Scalar>, key: UnsafePointer<Scalar>, blocks: Int,
    into scores: UnsafeMutablePointer<Scalar>
  ) {
    let (queries, steps, units) = (shape.queries, shape.steps, shape.units)
    shareBlocks(blocks, multiplications: queries * steps * units) { block in
      Scalar.multiply(
        query + block * queries * units, transposeLeft: false, key + block * steps * units,
        transposeRight: true, rows: queries, columns: steps, inner: units,
        into: scores + block * queries * steps, accumulate: false)
    }
    Scalar.scale(scores, by: factor * (scale?.values[0] ?? 1), count: blocks * queries * steps)
  }

  func backward(
    scoreGradient: UnsafePointer<Scalar>, query: UnsafePointer<Scalar>,
    key: UnsafePointer<Scalar>, blocks: Int, queryGradient: UnsafeMutablePointer<Scalar>,
    keyGradient: UnsafeMutablePointer<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (queries, steps, units) = (shape.queries, shape.steps, shape.units)
    shareBlocks(blocks, multiplications: 2 * queries * steps * units) { block in
      let gradient = scoreGradient + block * queries * steps
      Scalar.multiply(
        gradient, transposeLeft: false, key + block * steps * units, transposeRight: false,
        rows: queries, columns: units, inner: steps, into: queryGradient + block * queries * units,
        accumulate: false)
      Scalar.multiply(
        gradient, transposeLeft: true, query + block * queries * units, transposeRight: false,
        rows: steps, columns: units, inner: queries, into: keyGradient + block * steps * units,
        accumulate: false)
    }
    let factor = factor * (scale?.values[0] ?? 1)
    if let scale {
      // A score is its weight times a product that is linear in the query.
      sink.add(scale) { gradient in
        sum.add(query, queryGradient, rows: blocks * queries, to: gradient)
      }
    }
    Scalar.scale(queryGradient, by: factor, count: blocks * queries * units)
    Scalar.scale(keyGradient, by: factor, count: blocks * steps * units)
  }
}

/// `Σ factor ∘ tanh(scale · (query + key))` (Bahdanau, Cho & Bengio 2015), with a factor for each unit or one for all of
/// them, and perhaps a weight `scale`.
///
/// Memory: `blocks × queries × steps × 2 × units` scalars from the model's plan.
final class TanhScores<Scalar: KernelScalar>: AttentionScores {
  private let shape: AttentionShape
  /// One for each unit, or one for all.
  private let factor: ParameterStore<Scalar>.Matrix?
  private let scale: ParameterStore<Scalar>.Matrix?
  private let plan: MemoryPlan<Scalar>
  private let sums: MemoryPlan<Scalar>.Region  // [blocks, queries, steps, units], after tanh
  private let sumGradient: MemoryPlan<Scalar>.Region  // [blocks, queries, steps, units]
  private let factors: MemoryPlan<Scalar>.Region  // [units]
  private let sum: ProductSum<Scalar>

  init(
    _ shape: AttentionShape, factor: ParameterStore<Scalar>.Matrix?,
    scale: ParameterStore<Scalar>.Matrix? = nil, blocks: Int, plan: MemoryPlan<Scalar>
  ) {
    (self.shape, self.factor, self.scale, self.plan) = (shape, factor, scale, plan)
    let size = blocks * shape.queries * shape.steps * shape.units
    sums = plan.reserve(size)
    sumGradient = plan.reserve(size)
    factors = plan.reserve(shape.units)
    sum = ProductSum(columns: shape.units, plan: plan)
  }

  func forward(
    query: UnsafePointer<Scalar>, key: UnsafePointer<Scalar>, blocks: Int,
    into scores: UnsafeMutablePointer<Scalar>
  ) {
    let (queries, steps, units) = (shape.queries, shape.steps, shape.units)
    let (sums, size) = (plan[sums], steps * units)
    for place in 0..<blocks * queries {
      let sum = sums + place * size
      Scalar.copyRows(
        query + place * units, step: 0, to: sum, step: units, rows: steps, columns: units)
      Scalar.add(key + place / queries * size, to: sum, count: size)
    }
    let count = blocks * queries * steps
    if let scale { Scalar.scale(sums, by: scale.values[0], count: count * units) }
    Scalar.hyperbolicTangent(sums, count: count * units)
    fillFactors()
    Scalar.multiply(
      sums, transposeLeft: false, plan[factors], transposeRight: false, rows: count, columns: 1,
      inner: units, into: scores, accumulate: false)
  }

  func backward(
    scoreGradient: UnsafePointer<Scalar>, query: UnsafePointer<Scalar>,
    key: UnsafePointer<Scalar>, blocks: Int, queryGradient: UnsafeMutablePointer<Scalar>,
    keyGradient: UnsafeMutablePointer<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (queries, steps, units) = (shape.queries, shape.steps, shape.units)
    let (gradient, size, count) = (plan[sumGradient], steps * units, blocks * queries * steps)
    Scalar.multiply(
      scoreGradient, transposeLeft: false, plan[factors], transposeRight: false, rows: count,
      columns: units, inner: 1, into: gradient, accumulate: false)
    Scalar.hyperbolicTangentGradient(gradient, after: plan[sums], count: count * units)
    Scalar.fill(queryGradient, with: 0, count: blocks * queries * units)
    Scalar.fill(keyGradient, with: 0, count: blocks * size)
    for place in 0..<blocks * queries {
      Scalar.addRows(
        of: gradient + place * size, mask: nil, rows: steps, columns: units,
        to: queryGradient + place * units)
      Scalar.add(
        gradient + place * size, to: keyGradient + place / queries * size, count: size)
    }
    if let scale {
      // The sums are linear in both.
      let value = scale.values[0]
      sink.add(scale) { gradient in
        sum.add(query, queryGradient, rows: blocks * queries, to: gradient)
        sum.add(key, keyGradient, rows: blocks * steps, to: gradient)
      }
      Scalar.scale(queryGradient, by: value, count: blocks * queries * units)
      Scalar.scale(keyGradient, by: value, count: blocks * size)
    }
    guard let factor else { return }
    guard factor.columns == units else {
      return sink.add(factor) { gradient in
        // The scores without their factor are the sums of the units.
        Scalar.multiply(
          scoreGradient, transposeLeft: false, plan[sums], transposeRight: false, rows: 1,
          columns: units, inner: count, into: plan[factors], accumulate: false)
        sum.add(plan[factors], rows: 1, to: gradient)
      }
    }
    sink.add(factor, left: scoreGradient, right: plan[sums], inner: count)
  }

  private func fillFactors() {
    let factors = plan[factors]
    if let factor, factor.columns == shape.units {
      factors.update(from: factor.values, count: shape.units)
    } else {
      Scalar.fill(factors, with: factor?.values[0] ?? 1, count: shape.units)
    }
  }
}

/// The sum of all products of two matrices, value by value, for the gradient of one number.
final class ProductSum<Scalar: KernelScalar> {
  private let columns: Int
  private let plan: MemoryPlan<Scalar>
  private let products: MemoryPlan<Scalar>.Region  // [columns]
  private let ones: MemoryPlan<Scalar>.Region  // [columns]

  init(columns: Int, plan: MemoryPlan<Scalar>) {
    (self.columns, self.plan) = (columns, plan)
    products = plan.reserve(columns)
    ones = plan.reserve(columns)
  }

  /// Adds `Σ left ∘ right` to `sum`; the matrices are `[rows, columns]`, and without a right one it is ones.
  func add(
    _ left: UnsafePointer<Scalar>, _ right: UnsafePointer<Scalar>? = nil, rows: Int,
    to sum: UnsafeMutablePointer<Scalar>
  ) {
    let (products, ones) = (plan[products], plan[ones])
    Scalar.fill(ones, with: 1, count: columns)
    Scalar.fill(products, with: 0, count: columns)
    for row in 0..<rows {
      Scalar.addProducts(
        left + row * columns, right.map { $0 + row * columns } ?? UnsafePointer(ones),
        to: products, count: columns)
    }
    Scalar.multiply(
      products, transposeLeft: false, ones, transposeRight: false, rows: 1, columns: 1,
      inner: columns, into: sum, accumulate: true)
  }
}
