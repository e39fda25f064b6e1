import CKernels

extension Float: KernelScalar {
  package static func multiply(
    _ left: UnsafePointer<Float>, transposeLeft: Bool,
    _ right: UnsafePointer<Float>, transposeRight: Bool,
    rows: Int, columns: Int, inner: Int,
    into result: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let parts = ComputeThreads.parts(
      of: rows * columns * inner, enough: rows == 1 ? enoughOfARow : enough)
    let (leftRow, leftInner) = transposeLeft ? (1, rows) : (inner, 1)
    let (rightInner, rightColumn) = transposeRight ? (1, inner) : (columns, 1)
    // Each thread computes some of the rows, or some of the columns.
    let splitsRows = rows > columns
    let size = splitsRows ? rows : columns
    let grains = (size + grain - 1) / grain
    ComputeThreads.run(parts: min(parts, grains)) { part, parts in
      let first = grains * part / parts * grain
      let count = min(size, grains * (part + 1) / parts * grain) - first
      var product = ckernels_product(
        left: left + (splitsRows ? first * leftRow : 0), left_row: leftRow, left_inner: leftInner,
        right: right + (splitsRows ? 0 : first * rightColumn), right_inner: rightInner,
        right_column: rightColumn, result: result + (splitsRows ? first * columns : first),
        result_row: columns, rows: splitsRows ? count : rows,
        columns: splitsRows ? columns : count, inner: inner, accumulate: accumulate ? 1 : 0)
      kernels.multiply(&product)
    }
  }

  // The rows or columns that a thread takes at once, and the multiplications from which a second one helps.
  private static var grain: Int { 48 }
  private static var enough: Int { 1 << 20 }
  private static var enoughOfARow: Int { 1 << 18 }

  package static func packedCount(inner: Int, columns: Int) -> Int {
    let panel = Int(CKERNELS_PANEL)
    return inner * ((columns + panel - 1) / panel * panel)
  }

  package static func pack(
    _ matrix: UnsafePointer<Float>, transposed: Bool, inner: Int, columns: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    kernels.pack(matrix, packed, inner, columns, transposed ? 1 : 0)
  }

  package static func multiply(
    _ left: UnsafePointer<Float>, packed: UnsafePointer<Float>, rows: Int, columns: Int,
    inner: Int, into result: UnsafeMutablePointer<Float>, accumulate: Bool, sharesColumns: Bool
  ) {
    let panel = Int(CKERNELS_PANEL)
    let panels = (columns + panel - 1) / panel
    let parts =
      sharesColumns
      ? ComputeThreads.parts(
        of: rows * columns * inner, enough: rows == 1 ? enoughOfARow : enough) : 1
    ComputeThreads.run(parts: min(parts, panels)) { part, parts in
      let first = panels * part / parts * panel
      let count = min(columns, panels * (part + 1) / parts * panel) - first
      kernels.multiply_packed(
        left, packed, result, rows, columns, inner, first, count, accumulate ? 1 : 0)
    }
  }

  package static func lstmForward(
    gates: UnsafeMutablePointer<Float>, previousCell: UnsafePointer<Float>,
    cell: UnsafeMutablePointer<Float>, tanhCell: UnsafeMutablePointer<Float>,
    hidden: UnsafeMutablePointer<Float>, rows: Int, units: Int
  ) {
    kernels.lstm_forward(gates, previousCell, cell, tanhCell, hidden, rows, units)
  }

  package static func lstmBackward(
    gates: UnsafeMutablePointer<Float>, previousCell: UnsafePointer<Float>,
    tanhCell: UnsafePointer<Float>, hiddenGradient: UnsafePointer<Float>,
    cellGradient: UnsafeMutablePointer<Float>, rows: Int, units: Int
  ) {
    kernels.lstm_backward(
      gates, previousCell, tanhCell, hiddenGradient, cellGradient, rows, units)
  }

  package static func gruForward(
    gates: UnsafeMutablePointer<Float>, inner: UnsafePointer<Float>,
    previousHidden: UnsafePointer<Float>, hidden: UnsafeMutablePointer<Float>, rows: Int, units: Int
  ) {
    kernels.gru_forward(gates, inner, previousHidden, hidden, rows, units)
  }

  package static func gruBackward(
    gates: UnsafeMutablePointer<Float>, inner: UnsafeMutablePointer<Float>,
    previousHidden: UnsafePointer<Float>, hiddenGradient: UnsafeMutablePointer<Float>, rows: Int,
    units: Int
  ) {
    kernels.gru_backward(gates, inner, previousHidden, hiddenGradient, rows, units)
  }

  package static func rnnForward(
    _ before: UnsafePointer<Float>, hidden: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.rnn_forward(before, hidden, count)
  }

  package static func rnnBackward(
    hidden: UnsafePointer<Float>, hiddenGradient: UnsafePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.rnn_backward(hidden, hiddenGradient, gradient, count)
  }

  package static func update(
    _ update: WeightUpdate, weights: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>,
    second: UnsafeMutablePointer<Float>, third: UnsafeMutablePointer<Float>, count: Int
  ) {
    var update = update.kernel
    kernels.update(&update, weights, gradients, first, second, third, count)
  }

  package static func update(
    _ update: WeightUpdate, left: UnsafePointer<Float>?, right: UnsafePointer<Float>,
    rows: Int,
    columns: Int, inner: Int, weights: UnsafeMutablePointer<Float>,
    first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>,
    third: UnsafeMutablePointer<Float>
  ) {
    var update = update.kernel
    kernels.update_product(
      &update, weights, left, right, rows, columns, inner, first, second, third)
  }

  package static func sums(
    _ values: UnsafePointer<Float>, count: Int
  ) -> (sizes: Double, squares: Double) {
    var (sizes, squares) = (0.0, 0.0)
    kernels.sums(values, count, &sizes, &squares)
    return (sizes, squares)
  }

  package static func outerProducts(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, rows: Int, columns: Int,
    inner: Int, into result: UnsafeMutablePointer<Float>
  ) {
    kernels.outer_products(left, right, result, rows, columns, inner)
  }

  /// The sum of the products of values.
  static func dot(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, count: Int) -> Float
  {
    kernels.dot(left, right, count)
  }

  package static func exponential(_ values: UnsafeMutablePointer<Float>, count: Int) {
    kernels.exp(values, count)
  }

  package static func hyperbolicTangent(_ values: UnsafeMutablePointer<Float>, count: Int) {
    kernels.tanh(values, count)
  }

  package static func sigmoid(_ values: UnsafeMutablePointer<Float>, count: Int) {
    kernels.sigmoid(values, count)
  }

  package static func softmax(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    let parts = ComputeThreads.parts(of: rows * columns, enough: enoughValues)
    ComputeThreads.run(parts: min(parts, rows)) { part, parts in
      let first = rows * part / parts
      kernels.softmax(values + first * columns, rows * (part + 1) / parts - first, columns)
    }
  }

  package static func reluGradient(
    _ gradient: UnsafeMutablePointer<Float>, before: UnsafePointer<Float>, count: Int
  ) {
    kernels.relu_gradient(gradient, before, count)
  }

  package static func rectifierGradient(
    _ gradient: UnsafeMutablePointer<Float>, of rectifier: Rectifier,
    before: UnsafePointer<Float>, count: Int
  ) {
    var rectifier = rectifier.kernel
    kernels.rectifier_gradient(&rectifier, gradient, before, count)
  }

  package static func hyperbolicTangentGradient(
    _ gradient: UnsafeMutablePointer<Float>, after: UnsafePointer<Float>, count: Int
  ) {
    kernels.tanh_gradient(gradient, after, count)
  }

  package static func sigmoidGradient(
    _ gradient: UnsafeMutablePointer<Float>, after: UnsafePointer<Float>, count: Int
  ) {
    kernels.sigmoid_gradient(gradient, after, count)
  }

  package static func softmaxGradient(
    _ gradient: UnsafeMutablePointer<Float>, after: UnsafePointer<Float>, rows: Int, columns: Int
  ) {
    let parts = ComputeThreads.parts(of: rows * columns, enough: enoughValues)
    ComputeThreads.run(parts: min(parts, rows)) { part, parts in
      let first = rows * part / parts
      kernels.softmax_gradient(
        gradient + first * columns, after + first * columns, rows * (part + 1) / parts - first,
        columns)
    }
  }

  /// The values of a matrix from which a second thread helps.
  static var enoughValues: Int { 1 << 16 }

  /// The kernels of the instruction set in use.
  static var kernels: ckernels_table { ckernels_selected().pointee }
}

/// Whether none of the values is infinite or not a number.
package func areFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
  guard let base = values.baseAddress else { return true }
  return ckernels_selected().pointee.all_finite(base, values.count) != 0
}
