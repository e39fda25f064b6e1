import Kernels

/// The products of a hidden state with a block-diagonal recurrent kernel: each head, a group of units, sees its own units
/// alone.
///
/// The kernel is `[units, gates × units / heads]`: the rows of a head's units are its block, whose columns are its units of
/// each gate. With one head it is that of any cell, and the products are made in place.
///
/// Memory: that of ``RecurrentProduct`` for each head, and with several heads `batch × timeSteps × (gates + 1) × units /
/// heads` scalars from the model's plan, at least `batch × (gates + 1) × units`.
struct HeadProducts<Scalar: KernelScalar> {
  private let units, heads, gates: Int
  private let kernel: ParameterStore<Scalar>.Matrix
  private let products: [RecurrentProduct<Scalar>]
  private let plan: MemoryPlan<Scalar>
  /// The hidden state of a head, and what its product is.
  private let hidden: MemoryPlan<Scalar>.Region
  private let result: MemoryPlan<Scalar>.Region

  init(units: Int, heads: Int, gates: Int, _ builder: LayerBuilder<Scalar>) {
    self.units = units
    self.heads = heads
    self.gates = gates
    kernel = builder.matrix("recurrent_kernel")
    let size = units / heads
    products = (0..<heads).map { _ in
      RecurrentProduct(units: size, columns: gates * size, builder)
    }
    plan = builder.plan
    let room = heads == 1 ? 0 : builder.batch * max(units, builder.input.steps * size)
    hidden = plan.reserve(room)
    result = plan.reserve(gates * room)
  }

  /// The units of a head.
  private var size: Int { units / heads }

  /// The multiplications of a row's step, where it pays that threads share the rows of all steps; 0 where it does not.
  var sharedWork: Int { products[0].sharesRows ? kernel.rows * kernel.columns : 0 }

  @inline(__always)
  func forEachSliceOfAStep(of rows: Int, _ body: (_ first: Int, _ rows: Int) -> Void) {
    products[0].forEachSliceOfAStep(of: rows, body)
  }

  /// The block of a head.
  private func block(_ head: Int) -> UnsafeMutablePointer<Scalar> {
    kernel.values + head * size * kernel.columns
  }

  /// Call before the products of a batch.
  func prepare(transposed: Bool) {
    for head in 0..<heads { products[head].prepare(block(head), transposed: transposed) }
  }

  /// Adds `hidden · recurrentKernel` to the gates of some rows.
  @inline(__always)
  func add(
    _ hidden: UnsafePointer<Scalar>, _ slice: StepSlice, to values: UnsafeMutablePointer<Scalar>
  ) {
    let rows = slice.rows
    guard heads > 1 else { return products[0].add(hidden, block(0), rows: rows, to: values) }
    let own = plan[self.hidden] + slice.first * units
    let result = plan[self.result] + slice.first * gates * units
    for head in 0..<heads {
      take(hidden, of: head, rows: rows, into: own)
      Scalar.fill(result, with: 0, count: rows * gates * size)
      products[head].add(own, block(head), rows: rows, to: result)
      for row in 0..<rows {
        for gate in 0..<gates {
          Scalar.add(
            result + (row * gates + gate) * size,
            to: values + (row * gates + gate) * units + head * size, count: size)
        }
      }
    }
  }

  /// The gradient of the hidden state by that of the gates.
  @inline(__always)
  func goBack(
    _ gradient: UnsafePointer<Scalar>, _ slice: StepSlice,
    into hiddenGradient: UnsafeMutablePointer<Scalar>
  ) {
    let rows = slice.rows
    guard heads > 1 else {
      return products[0].multiplyTransposed(
        gradient, block(0), rows: rows, into: hiddenGradient, accumulate: false)
    }
    let own = plan[hidden] + slice.first * units
    let result = plan[self.result] + slice.first * gates * units
    for head in 0..<heads {
      takeGates(gradient, of: head, rows: rows, into: result)
      products[head].multiplyTransposed(
        result, block(head), rows: rows, into: own, accumulate: false)
      Scalar.copyRows(
        own, step: size, to: hiddenGradient + head * size, step: units, rows: rows, columns: size)
    }
  }

  /// The gradient of the recurrent kernel.
  ///
  /// - Parameters:
  ///   - hiddens: The hidden state before each step.
  ///   - gradient: That of the gates.
  ///   - rows: Those of all steps together.
  func addGradient(
    hiddens: UnsafePointer<Scalar>, _ gradient: UnsafePointer<Scalar>, rows: Int,
    sink: any GradientSink<Scalar>
  ) {
    guard heads > 1 else {
      return sink.add(kernel, left: hiddens, right: gradient, inner: rows)
    }
    let (own, result) = (plan[hidden], plan[self.result])
    sink.add(kernel) { sums in
      for head in 0..<heads {
        take(hiddens, of: head, rows: rows, into: own)
        takeGates(gradient, of: head, rows: rows, into: result)
        Scalar.multiply(
          own, transposeLeft: true, result, transposeRight: false, rows: size,
          columns: gates * size, inner: rows, into: sums + head * size * gates * size,
          accumulate: true)
      }
    }
  }

  /// A head's part of hidden states.
  @inline(__always)
  private func take(
    _ hidden: UnsafePointer<Scalar>, of head: Int, rows: Int,
    into result: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.copyRows(
      hidden + head * size, step: units, to: result, step: size, rows: rows, columns: size)
  }

  /// A head's part of gates.
  @inline(__always)
  private func takeGates(
    _ values: UnsafePointer<Scalar>, of head: Int, rows: Int,
    into result: UnsafeMutablePointer<Scalar>
  ) {
    for gate in 0..<gates {
      Scalar.copyRows(
        values + gate * units + head * size, step: gates * units, to: result + gate * size,
        step: gates * size, rows: rows, columns: size)
    }
  }
}
