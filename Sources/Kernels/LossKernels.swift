/// How far the rows of an output are from their targets.
package protocol LossKernels: ActivationKernels {
  /// Evaluates a batch.
  ///
  /// - Parameters:
  ///   - output: `[rows, units]`; with `gradient` receives the gradient of the mean loss.
  ///   - classWeights: `[units]`, what the loss of a row of that class is multiplied by; 1 if `nil`, or if the targets are
  ///     values.
  ///   - mask: Which rows count; all if `nil`.
  ///   - isFused: Whether the gradient is that of the values before the activation that the loss is fused with, see
  ///     ``RowLoss``.
  static func evaluate(
    _ loss: RowLoss, output: UnsafeMutablePointer<Self>, targets: Targets<Self>,
    classWeights: UnsafePointer<Self>?, mask: UnsafePointer<UInt8>?, rows: Int, units: Int,
    isFused: Bool, gradient: Bool
  ) -> RowSums

  /// The sum of a measure over the rows that count.
  static func sum(
    _ measure: RowMeasure, output: UnsafePointer<Self>, targets: Targets<Self>,
    mask: UnsafePointer<UInt8>?, rows: Int, units: Int
  ) -> Double

  /// The number of the largest of `classes` values, the first if several are equal.
  static func likeliestClass(_ values: UnsafePointer<Self>, classes: Int) -> Int
}

/// The sum of the losses of rows, the right answers among them, and how many rows count.
package struct RowSums {
  package var loss = 0.0
  package var correct = 0
  package var rows = 0
}

// Written once, and compiled for each type of number here, in the module of the conformances.
extension LossKernels {
  package static func evaluate(
    _ loss: RowLoss, output: UnsafeMutablePointer<Self>, targets: Targets<Self>,
    classWeights: UnsafePointer<Self>?, mask: UnsafePointer<UInt8>?, rows: Int, units: Int,
    isFused: Bool, gradient: Bool
  ) -> RowSums {
    var sums = RowSums()
    sums.rows = countedRows(mask, rows: rows)
    let scale = 1 / Double(max(1, sums.rows))
    let loss = loss.with(targets, count: rows * units)
    let isSoftmax = isFused && loss == .crossEntropy()
    for row in 0..<rows {
      let output = output + row * units
      guard counts(mask, row) else {
        if gradient { output.update(repeating: 0, count: units) }
        continue
      }
      let target = targets.row(row, units: units)
      var weight = 1.0
      if let classWeights, case .oneHot(let number) = target {
        weight = Double(classWeights[number])
      }
      sums.correct += rightAnswers(loss, output, target, units: units)
      let rowScale = gradient ? scale * weight : nil
      // The usual case has code of its own.
      if isSoftmax, case .oneHot(let number) = target {
        sums.loss += weight * evaluateSoftmax(output, number, units: units, scale: rowScale)
      } else {
        let row = LossRow(
          output: output, targets: target, units: units, isFused: isFused, scale: rowScale)
        sums.loss += weight * row.evaluate(loss)
      }
    }
    return sums
  }

  package static func sum(
    _ measure: RowMeasure, output: UnsafePointer<Self>, targets: Targets<Self>,
    mask: UnsafePointer<UInt8>?, rows: Int, units: Int
  ) -> Double {
    var sum = 0.0
    for row in 0..<rows where counts(mask, row) {
      sum += value(measure, output + row * units, targets.row(row, units: units), units: units)
    }
    return sum
  }

  package static func likeliestClass(_ values: UnsafePointer<Self>, classes: Int) -> Int {
    var best = 0
    for index in 1..<max(1, classes) where values[index] > values[best] { best = index }
    return best
  }

  /// Cross-entropy `−ln p[target]` of a softmax' output, and with `scale` its gradient with respect to the values
  /// before the softmax, times that, in the output's place: `(p − onehot(target)) · scale`.
  @inline(__always)
  private static func evaluateSoftmax(
    _ output: UnsafeMutablePointer<Self>, _ target: Int, units: Int, scale: Double?
  ) -> Double {
    let loss = -LossRow<Self>.logarithm(output[target])
    if let scale {
      let scale = Self(scale)
      output[target] -= 1
      for unit in 0..<units { output[unit] *= scale }
    }
    return loss
  }

  /// How many answers of a row are right: of binary ones each unit, otherwise the row.
  private static func rightAnswers(
    _ loss: RowLoss, _ output: UnsafePointer<Self>, _ target: Targets<Self>.Row, units: Int
  ) -> Int {
    switch loss.answers {
    case .rows:
      return likeliestClass(output, classes: units) == likeliestClass(target, units: units) ? 1 : 0
    case .units:
      var right = 0
      for unit in 0..<units where target[unit] == (output[unit] > 0.5 ? 1 : 0) { right += 1 }
      return right
    case nil: return 0
    }
  }

  @inline(__always)
  private static func likeliestClass(_ target: Targets<Self>.Row, units: Int) -> Int {
    switch target {
    case .oneHot(let number): number
    case .values(let values): likeliestClass(values, classes: units)
    }
  }

  @inline(__always)
  private static func value(
    _ measure: RowMeasure, _ output: UnsafePointer<Self>, _ target: Targets<Self>.Row, units: Int
  ) -> Double {
    var sum = 0.0
    switch measure {
    case .sizes:
      for unit in 0..<units { sum += abs(Double(output[unit]) - target[unit]) }
      return sum / Double(units)
    case .squares:
      for unit in 0..<units {
        let error = Double(output[unit]) - target[unit]
        sum += error * error
      }
      return sum / Double(units)
    case .isAmong(let classes):
      let right = output[likeliestClass(target, units: units)]
      var better = 0
      for unit in 0..<units where output[unit] > right { better += 1 }
      return better < classes ? 1 : 0
    }
  }
}

extension RowLoss {
  /// The same with what it depends on in the targets of a whole batch.
  fileprivate func with<Scalar>(_ targets: Targets<Scalar>, count: Int) -> RowLoss {
    guard case .hinge(let isSquared, _) = self else { return self }
    guard case .values(let values) = targets else {
      return .hinge(isSquared: isSquared, areBinary: true)
    }
    let areBinary = (0..<count).allSatisfy { values[$0] == 0 || values[$0] == 1 }
    return .hinge(isSquared: isSquared, areBinary: areBinary)
  }
}
