import Kernels

/// What threads share of products with symbols.
extension SymbolRows where Scalar: KernelScalar {
  /// The additions from which a second thread helps.
  private static var enough: Int { 1 << 20 }

  /// `result += input · matrix`, for `matrix` `[columns, width]` and `result` `[rows, width]`.
  func addProduct(
    with matrix: UnsafePointer<Scalar>, rows: Int, width: Int,
    to result: UnsafeMutablePointer<Scalar>
  ) {
    let parts = ComputeThreads.parts(of: rows * width, enough: Self.enough)
    ComputeThreads.run(parts: parts) { part, parts in
      Scalar.addProduct(
        of: self, with: matrix, rows: rows * part / parts..<rows * (part + 1) / parts,
        width: width, to: result)
    }
  }

  /// `result += inputᵀ · right`, for `right` `[rows, width]` and `result` `[columns, width]`.
  func addTransposedProduct(
    with right: UnsafePointer<Scalar>, rows: Int, width: Int,
    to result: UnsafeMutablePointer<Scalar>
  ) {
    // Each thread adds some columns up, so that nobody adds to another's sum.
    let grain = 16
    let grains = (width + grain - 1) / grain
    let parts = ComputeThreads.parts(of: rows * width, enough: Self.enough)
    ComputeThreads.run(parts: min(parts, grains)) { part, parts in
      let first = grains * part / parts * grain
      let last = min(width, grains * (part + 1) / parts * grain)
      Scalar.addTransposedProduct(
        of: self, with: right, rows: rows, columns: first..<last, width: width, to: result)
    }
  }
}

/// The rows of a layer's input as they come.
enum InputRows<Scalar: KernelScalar> {
  /// `[rows, inputs]`.
  case values(UnsafePointer<Scalar>)
  case symbols(SymbolRows<Scalar>)
}

/// How a layer takes an input whose rows are one-hot vectors of symbols.
enum SymbolUse: Sendable {
  /// It needs them written out.
  case none
  /// It takes numbers of symbols in their place.
  case lookUp
  /// It takes numbers of symbols, and its output is symbols again.
  case passOn
}
