/// A number type the engine can compute with: `Float` for training, on vector kernels whose results are the same bits on
/// every machine (docs/arithmetic.md), and `Double` to check its gradients, in plain loops.
///
/// All matrices are dense and row-major. No function allocates.
package protocol KernelScalar: ElementKernels, ActivationKernels, NormalizationKernels, LossKernels,
  NormKernels, SymbolKernels, MaximumKernels, ArrayUpdateKernels, SLSTMKernels
{
  /// `result = left · right`, or `result += left · right`.
  ///
  /// - Parameters:
  ///   - left: `[rows, inner]`, or `[inner, rows]` if `transposeLeft`.
  ///   - right: `[inner, columns]`, or `[columns, inner]` if `transposeRight`.
  ///   - result: `[rows, columns]`.
  static func multiply(
    _ left: UnsafePointer<Self>, transposeLeft: Bool,
    _ right: UnsafePointer<Self>, transposeRight: Bool,
    rows: Int, columns: Int, inner: Int,
    into result: UnsafeMutablePointer<Self>, accumulate: Bool)

  /// The scalars that a packed matrix of this shape takes.
  static func packedCount(inner: Int, columns: Int) -> Int

  /// Lays a matrix out so that many products with it, each of a few rows, are fast.
  ///
  /// - Parameters:
  ///   - matrix: `[inner, columns]`, or `[columns, inner]` if `transposed`.
  ///   - packed: As many scalars as ``packedCount(inner:columns:)`` says.
  static func pack(
    _ matrix: UnsafePointer<Self>, transposed: Bool, inner: Int, columns: Int,
    into packed: UnsafeMutablePointer<Self>)

  /// `result = left · matrix`, or `result += left · matrix`, with a packed matrix.
  /// What comes out for a row does not depend on the other rows.
  ///
  /// - Parameters:
  ///   - left: `[rows, inner]`.
  ///   - result: `[rows, columns]`.
  ///   - sharesColumns: Whether threads share the columns; otherwise this one computes all.
  static func multiply(
    _ left: UnsafePointer<Self>, packed: UnsafePointer<Self>, rows: Int, columns: Int, inner: Int,
    into result: UnsafeMutablePointer<Self>, accumulate: Bool, sharesColumns: Bool)

  /// One time step of an LSTM: activates `gates` in place and computes cell and hidden state.
  ///
  /// - Parameters:
  ///   - gates: `[rows, 4 × units]`, pre-activations in Keras' order i, f, c, o.
  ///   - previousCell: `[rows, units]`; so are `cell`, `tanhCell` and `hidden`, which are written.
  static func lstmForward(
    gates: UnsafeMutablePointer<Self>, previousCell: UnsafePointer<Self>,
    cell: UnsafeMutablePointer<Self>, tanhCell: UnsafeMutablePointer<Self>,
    hidden: UnsafeMutablePointer<Self>, rows: Int, units: Int)

  /// The same step backward: `gates` turns from activations into gradients of pre-activations, and
  /// `cellGradient` from the gradient of this step's cell into that of the step before.
  static func lstmBackward(
    gates: UnsafeMutablePointer<Self>, previousCell: UnsafePointer<Self>,
    tanhCell: UnsafePointer<Self>, hiddenGradient: UnsafePointer<Self>,
    cellGradient: UnsafeMutablePointer<Self>, rows: Int, units: Int)

  /// One time step of a GRU that resets after the product: activates `gates` in place and computes the hidden state.
  ///
  /// - Parameters:
  ///   - gates: `[rows, 3 × units]`, what the inputs contribute to z, r and the candidate.
  ///   - inner: `[rows, 3 × units]`, what the hidden state contributes.
  ///   - previousHidden: `[rows, units]`; so is `hidden`, which is written.
  static func gruForward(
    gates: UnsafeMutablePointer<Self>, inner: UnsafePointer<Self>,
    previousHidden: UnsafePointer<Self>, hidden: UnsafeMutablePointer<Self>, rows: Int, units: Int)

  /// The same step backward: `gates` and `inner` turn into the gradients of what they held before the step, and
  /// `hiddenGradient` into what goes to the hidden state before directly.
  static func gruBackward(
    gates: UnsafeMutablePointer<Self>, inner: UnsafeMutablePointer<Self>,
    previousHidden: UnsafePointer<Self>, hiddenGradient: UnsafeMutablePointer<Self>, rows: Int,
    units: Int)

  /// One time step of a plain recurrence, of `count` values: `hidden = tanh(before)`.
  static func rnnForward(
    _ before: UnsafePointer<Self>, hidden: UnsafeMutablePointer<Self>, count: Int)

  /// The gradient of what was `before` the same step.
  static func rnnBackward(
    hidden: UnsafePointer<Self>, hiddenGradient: UnsafePointer<Self>,
    gradient: UnsafeMutablePointer<Self>, count: Int)

  /// One update of `count` weights by any rule; what it keeps for each weight comes in the order in which
  /// `struct ckernels_update` names it, and what it does not keep is not looked at.
  static func update(
    _ update: WeightUpdate, weights: UnsafeMutablePointer<Self>,
    gradients: UnsafePointer<Self>, first: UnsafeMutablePointer<Self>,
    second: UnsafeMutablePointer<Self>, third: UnsafeMutablePointer<Self>, count: Int)

  /// The same update for weights `[rows, columns]` whose gradient is `leftᵀ · right`, computed on the way.
  ///
  /// - Parameters:
  ///   - left: `[inner, rows]`; `nil` stands for ones, the gradient then is the sum of the rows of `right`.
  ///   - right: `[inner, columns]`; `inner` should be small, and is at least 1.
  static func update(
    _ update: WeightUpdate, left: UnsafePointer<Self>?, right: UnsafePointer<Self>, rows: Int,
    columns: Int, inner: Int, weights: UnsafeMutablePointer<Self>,
    first: UnsafeMutablePointer<Self>, second: UnsafeMutablePointer<Self>,
    third: UnsafeMutablePointer<Self>)

  /// `result = leftᵀ · right` for a small `inner`.
  ///
  /// - Parameters:
  ///   - left: `[inner, rows]`.
  ///   - right: `[inner, columns]`.
  ///   - result: `[rows, columns]`.
  static func outerProducts(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>, rows: Int, columns: Int, inner: Int,
    into result: UnsafeMutablePointer<Self>)
}
