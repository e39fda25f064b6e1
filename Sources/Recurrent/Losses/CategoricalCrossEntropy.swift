import Kernels

/// Categorical cross-entropy over a softmax, the two fused: `keras.losses.CategoricalCrossentropy`
/// as Keras computes it on a softmax layer, from class numbers in place of one-hot rows.
enum CategoricalCrossEntropy {
  /// Loss `−ln p[target]` and accuracy of each row that counts, and the gradient of the mean loss with respect to
  /// the values before the softmax, `(p − onehot(target)) / rows`, over the probabilities' place.
  ///
  /// - Parameters:
  ///   - probabilities: `[rows, classes]`, a softmax' output; receives the gradient if `gradient`.
  ///   - targets: `[rows]`, class numbers below `classes`.
  ///   - classWeights: `[classes]`, what the loss of a row of that class is multiplied by, as Keras does for
  ///     `class_weight`; 1 if `nil`.
  ///   - mask: Which rows count; all if `nil`.
  @inline(__always)
  static func evaluate<Scalar: KernelScalar>(
    probabilities: UnsafeMutablePointer<Scalar>, targets: UnsafePointer<Int32>,
    classWeights: UnsafePointer<Scalar>? = nil, mask: UnsafePointer<UInt8>?, rows: Int,
    classes: Int, gradient: Bool
  ) -> Loss.Sums {
    var sums = Loss.Sums()
    sums.rows = countedRows(mask, rows: rows)
    let scale = 1 / Scalar(max(1, sums.rows))
    for row in 0..<rows {
      let p = probabilities + row * classes
      if let mask, mask[row] == 0 {
        if gradient { p.update(repeating: 0, count: classes) }
        continue
      }
      let target = Int(targets[row])
      // A probability that float32 rounds to zero counts as the smallest one there is.
      let loss = -Elementary.logarithm(Double(max(p[target], .leastNormalMagnitude)))
      let weight = classWeights?[target]
      sums.loss += weight.map { Double($0) * loss } ?? loss
      if likeliestClass(p, classes: classes) == target { sums.correct += 1 }
      guard gradient else { continue }
      p[target] -= 1
      let rowScale = weight.map { $0 * scale } ?? scale
      for index in 0..<classes { p[index] *= rowScale }
    }
    return sums
  }
}

/// The number of the largest of `classes` values, the first if several are equal.
@inline(__always)
func likeliestClass<Scalar: KernelScalar>(_ values: UnsafePointer<Scalar>, classes: Int) -> Int {
  var best = 0
  for index in 1..<max(1, classes) where values[index] > values[best] { best = index }
  return best
}
