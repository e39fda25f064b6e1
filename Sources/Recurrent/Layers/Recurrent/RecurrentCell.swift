import Kernels

/// One step of a recurrent layer for a slice of the rows, with its weights, its states and what it keeps for the
/// way back. ``RecurrentLayer`` runs it over the steps.
///
/// Steps are counted in the order in which they are computed; `rows` of all steps lie in blocks, `[timeSteps, rows, …]`.
protocol RecurrentCell<Scalar>: AnyObject {
  associatedtype Scalar: KernelScalar

  /// The states, each `[1 + timeSteps, rows, units]`: what a sequence begins with, then what each step makes of it.
  /// The first is the hidden state, which is the layer's output too.
  var states: [MemoryPlan<Scalar>.Region] { get }
  /// The gradient of each state as it stands on the way back, `[rows, units]`.
  var stateGradients: [MemoryPlan<Scalar>.Region] { get }

  /// The multiplications of a row's step, where it pays that threads share the rows; 0 where it does not.
  var sharedWork: Int { get }

  /// Computes what the inputs of all steps contribute.
  ///
  /// - Parameter rows: Those of all steps together.
  func beginForward(_ input: InputRows<Scalar>, rows: Int)

  /// Computes the states after a step.
  ///
  /// - Parameter hidden: The hidden state before it, `[slice.rows, units]`.
  func forward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>)

  /// Prepares the way back.
  func beginBackward()

  /// Turns the gradients of the states after a step into those of the states before it, and keeps those of its own
  /// values. What is zero in all states of a row contributes nothing.
  ///
  /// - Parameters:
  ///   - hidden: The hidden state before the step.
  ///   - needsHidden: Whether somebody looks at the gradient of the hidden state before the step.
  func backward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>, needsHidden: Bool)

  /// Notes that a step has no gradients of its own, since none of its rows counts.
  func skipBackward(_ slice: StepSlice)

  /// After all steps back: the gradient of the inputs, where it is asked for, then those of the weights.
  ///
  /// - Parameters:
  ///   - hiddens: The hidden state before each step, `[rows, units]`.
  ///   - rows: Those of all steps together.
  func endBackward(
    input: InputRows<Scalar>, hiddens: UnsafePointer<Scalar>, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>)
}

/// Some rows of one step.
struct StepSlice {
  let step: Int
  /// The first row.
  let first: Int
  let rows: Int
  /// The rows of the batch: how far it is to the same row of the next step.
  let stride: Int
  /// Whether the states before the step are known to be zero.
  let isFirst: Bool

  /// The place of the first row among those of all steps.
  var place: Int { step * stride + first }
}

/// The product with a recurrent matrix `[units, columns]`, or with its transpose, that every step makes. Where it
/// pays the matrix is packed once for all steps of a batch.
///
/// Memory: a packed matrix takes as many scalars as the matrix, its columns rounded up; from three steps on there is one.
struct RecurrentProduct<Scalar: KernelScalar> {
  let isPacked: Bool
  /// Whether threads share the columns of a product, not its rows: where there are few rows, or where a matrix is too
  /// large for the caches of a core, so that each reads its own fraction of it.
  let sharesColumns: Bool
  /// Whether it pays that threads share the rows of all steps.
  var sharesRows: Bool { isPacked && !sharesColumns }
  /// Whether the transpose is packed, which a single product with it would do as well.
  private let isTransposePacked: Bool
  private let units, columns: Int
  private let plan: MemoryPlan<Scalar>
  private let packed: MemoryPlan<Scalar>.Region

  init(units: Int, columns: Int, _ builder: LayerBuilder<Scalar>) {
    self.units = units
    self.columns = columns
    plan = builder.plan
    isPacked =
      builder.batch >= Self.packedRows && builder.input.steps >= Self.packedSteps
      && builder.batch * columns * units >= Self.packedProduct
    sharesColumns =
      isPacked ? columns * units >= Self.sharedMatrix : builder.batch < Self.packedRows
    isTransposePacked = isPacked || builder.input.steps >= Self.transposedSteps
    packed = plan.reserve(
      max(
        isPacked ? Scalar.packedCount(inner: units, columns: columns) : 0,
        isTransposePacked ? Scalar.packedCount(inner: columns, columns: units) : 0))
  }

  // From these sizes on a packed matrix is faster, measured on Zen 4.
  private static var packedRows: Int { 4 }
  private static var packedSteps: Int { 8 }
  private static var packedProduct: Int { 1 << 18 }
  private static var transposedSteps: Int { 3 }
  /// The scalars of a matrix from which threads share its columns.
  private static var sharedMatrix: Int { 1 << 19 }

  /// Runs `body` for slices of the rows of a step, on the threads where these share the columns of its product, or once
  /// for all rows.
  @inline(__always)
  func forEachSliceOfAStep(of rows: Int, _ body: (_ first: Int, _ rows: Int) -> Void) {
    let parts = isPacked && sharesColumns ? min(ComputeThreads.count, rows) : 1
    ComputeThreads.run(parts: parts) { part, parts in
      let first = rows * part / parts
      body(first, rows * (part + 1) / parts - first)
    }
  }

  /// Call before the products of a batch.
  @inline(__always)
  func prepare(_ matrix: UnsafePointer<Scalar>, transposed: Bool) {
    guard transposed ? isTransposePacked : isPacked else { return }
    Scalar.pack(
      matrix, transposed: transposed, inner: transposed ? columns : units,
      columns: transposed ? units : columns, into: plan[packed])
  }

  /// `result += left · matrix`, for `left` `[rows, units]`.
  @inline(__always)
  func add(
    _ left: UnsafePointer<Scalar>, _ matrix: UnsafePointer<Scalar>, rows: Int,
    to result: UnsafeMutablePointer<Scalar>
  ) {
    multiply(left, matrix, transposed: false, rows: rows, into: result, accumulate: true)
  }

  /// `result = left · matrixᵀ`, or `result += …`, for `left` `[rows, columns]`.
  @inline(__always)
  func multiplyTransposed(
    _ left: UnsafePointer<Scalar>, _ matrix: UnsafePointer<Scalar>, rows: Int,
    into result: UnsafeMutablePointer<Scalar>, accumulate: Bool
  ) {
    multiply(left, matrix, transposed: true, rows: rows, into: result, accumulate: accumulate)
  }

  @inline(__always)
  private func multiply(
    _ left: UnsafePointer<Scalar>, _ matrix: UnsafePointer<Scalar>, transposed: Bool, rows: Int,
    into result: UnsafeMutablePointer<Scalar>, accumulate: Bool
  ) {
    let (width, inner) = transposed ? (units, columns) : (columns, units)
    if transposed ? isTransposePacked : isPacked {
      Scalar.multiply(
        left, packed: plan[packed], rows: rows, columns: width, inner: inner, into: result,
        accumulate: accumulate, sharesColumns: sharesColumns)
    } else {
      Scalar.multiply(
        left, transposeLeft: false, matrix, transposeRight: transposed, rows: rows,
        columns: width, inner: inner, into: result, accumulate: accumulate)
    }
  }
}
