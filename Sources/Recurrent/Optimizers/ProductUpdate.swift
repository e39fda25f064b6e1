import Kernels

extension KernelScalar {
  /// One update of weights `[rows, columns]` by any rule whose gradient is `leftᵀ · right`, computed on the way.
  ///
  /// - Parameters:
  ///   - left: `[inner, rows]`; `nil` stands for ones, the gradient then is the sum of the rows of `right`.
  ///   - right: `[inner, columns]`; `inner` should be small.
  @inline(__always)
  static func update(
    _ update: WeightUpdate<Self>, left: UnsafePointer<Self>?, right: UnsafePointer<Self>,
    rows: Int, columns: Int, inner: Int, weights: UnsafeMutablePointer<Self>,
    first: UnsafeMutablePointer<Self>, second: UnsafeMutablePointer<Self>,
    third: UnsafeMutablePointer<Self>
  ) {
    if update.isPlainAdam {
      adam(
        weights: weights, left: left, right: right, rows: rows, columns: columns, inner: inner,
        momentum: first, velocity: second, step: update.rate, oneMinusBeta1: update.a,
        oneMinusBeta2: update.b, epsilon: update.epsilon)
      return
    }
    withUnsafeTemporaryAllocation(of: Self.self, capacity: columns) { gradient in
      guard let gradient = gradient.baseAddress else { return }
      for row in 0..<rows {
        gradient.update(repeating: 0, count: columns)
        for k in 0..<inner {
          let factor = left?[k * rows + row] ?? 1
          for column in 0..<columns { gradient[column] += factor * right[k * columns + column] }
        }
        let at = row * columns
        Self.update(
          update, weights: weights + at, gradients: gradient, first: first + at,
          second: second + at, third: third + at, count: columns)
      }
    }
  }
}

extension WeightUpdate {
  fileprivate var isPlainAdam: Bool {
    rule == .adam && l1 == 0 && l2 == 0 && scale == 1 && clip == .infinity && decay == 0
  }
}
