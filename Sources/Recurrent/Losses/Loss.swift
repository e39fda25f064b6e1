import Kernels

/// How far answers are from their targets: `keras.losses`.
public enum Loss: Equatable, Sendable {
  case categoricalCrossEntropy
  /// The same, with class numbers as targets.
  case sparseCategoricalCrossEntropy
  case binaryCrossEntropy
  case meanSquaredError
  case meanAbsoluteError
  /// Squares up to `delta`, and straight lines beyond (Huber 1964).
  case huber(delta: Double)

  /// Keras' names.
  public static let names = [
    "categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy",
    "mean_squared_error", "mean_absolute_error", "huber",
  ]

  /// The loss of Keras' name, with Keras' defaults; `nil` if there is none.
  public init?(named name: String) {
    switch name {
    case "categorical_crossentropy": self = .categoricalCrossEntropy
    case "sparse_categorical_crossentropy": self = .sparseCategoricalCrossEntropy
    case "binary_crossentropy": self = .binaryCrossEntropy
    case "mse", "MSE", "mean_squared_error": self = .meanSquaredError
    case "mae", "MAE", "mean_absolute_error": self = .meanAbsoluteError
    case "huber", "huber_loss": self = .huber(delta: 1)
    default: return nil
    }
  }

  /// How many answers of a row can be right: each of its units where they are binary, as
  /// `keras.metrics.BinaryAccuracy` has it, and else the row.
  public func answersPerRow(units: Int) -> Int { self == .binaryCrossEntropy ? units : 1 }

  /// Whether targets are class numbers, one a row.
  public var takesClasses: Bool { self == .sparseCategoricalCrossEntropy }

  /// Whether answers are right or wrong, not only near or far.
  public var hasAccuracy: Bool {
    switch self {
    case .categoricalCrossEntropy, .sparseCategoricalCrossEntropy, .binaryCrossEntropy: true
    case .meanSquaredError, .meanAbsoluteError, .huber: false
    }
  }

  /// The values below which, and above one minus which, Keras cuts probabilities off.
  private static let smallest = 1e-7

  /// The activation whose gradient the loss is fused with, as TensorFlow does it for Keras.
  var fusedActivation: Activation? {
    switch self {
    case .categoricalCrossEntropy, .sparseCategoricalCrossEntropy: .softmax
    case .binaryCrossEntropy: .sigmoid
    case .meanSquaredError, .meanAbsoluteError, .huber: nil
    }
  }

  /// The sum of the losses of rows, the number of right answers among them, see ``answersPerRow(units:)``, and
  /// how many rows count.
  struct Sums {
    var loss = 0.0
    var correct = 0
    var rows = 0
  }

  /// Evaluates a batch.
  ///
  /// - Parameters:
  ///   - output: `[rows, units]`; with `gradient` receives the gradient of the mean loss.
  ///   - classWeights: `[units]`, what the loss of a row of that class is multiplied by, as Keras does for
  ///     `class_weight`; 1 if `nil`, or if the targets are values.
  ///   - mask: Which rows count; all if `nil`.
  ///   - isFused: Whether the gradient is that of the values before the fused activation.
  @specialized(where Scalar == Float)
  func evaluate<Scalar: KernelScalar>(
    output: UnsafeMutablePointer<Scalar>, targets: Targets<Scalar>,
    classWeights: UnsafePointer<Scalar>?, mask: UnsafePointer<UInt8>?, rows: Int, units: Int,
    isFused: Bool, gradient: Bool
  ) -> Sums {
    var sums = Sums()
    sums.rows = countedRows(mask, rows: rows)
    let scale = 1 / Double(max(1, sums.rows))
    for row in 0..<rows {
      let output = output + row * units
      guard mask.map({ $0[row] != 0 }) ?? true else {
        if gradient { output.update(repeating: 0, count: units) }
        continue
      }
      let target = targets.row(row, units: units)
      var weight = 1.0
      if let classWeights, case .oneHot(let number) = target {
        weight = Double(classWeights[number])
      }
      sums.correct += rightAnswers(output, target, units: units)
      let rowScale = gradient ? scale * weight : nil
      // The usual case has code of its own.
      if isFused, fusedActivation == .softmax, case .oneHot(let number) = target {
        sums.loss += weight * Self.evaluateSoftmax(output, number, units: units, scale: rowScale)
      } else {
        sums.loss +=
          weight
          * evaluateRow(output, target, units: units, isFused: isFused, scale: rowScale)
      }
    }
    return sums
  }

  /// Cross-entropy `−ln p[target]` of a softmax' output, and with `scale` its gradient with respect to the values
  /// before the softmax, times that, in the output's place: `(p − onehot(target)) · scale`.
  @inline(__always)
  private static func evaluateSoftmax<Scalar: KernelScalar>(
    _ output: UnsafeMutablePointer<Scalar>, _ target: Int, units: Int, scale: Double?
  ) -> Double {
    let loss = -logarithm(output[target], as: Scalar.self)
    if let scale {
      let scale = Scalar(scale)
      output[target] -= 1
      for unit in 0..<units { output[unit] *= scale }
    }
    return loss
  }

  /// The natural logarithm in the precision of the output; what that rounds to zero counts as the smallest number there
  /// is.
  @inline(__always)
  private static func logarithm<Scalar: KernelScalar>(
    _ value: some BinaryFloatingPoint, as type: Scalar.Type
  ) -> Double {
    Elementary.logarithm(Double(max(Scalar(value), .leastNormalMagnitude)))
  }

  /// The right answers of a row, of ``answersPerRow(units:)``.
  private func rightAnswers<Scalar: KernelScalar>(
    _ output: UnsafePointer<Scalar>, _ target: Targets<Scalar>.Row, units: Int
  ) -> Int {
    switch self {
    case .categoricalCrossEntropy, .sparseCategoricalCrossEntropy:
      return likeliestClass(output, classes: units) == target.likeliestClass(of: units) ? 1 : 0
    case .binaryCrossEntropy:
      var right = 0
      for unit in 0..<units where target[unit] == (output[unit] > 0.5 ? 1 : 0) { right += 1 }
      return right
    case .meanSquaredError, .meanAbsoluteError, .huber: return 0
    }
  }

  /// The loss of one row; with `scale` its gradient, times that, in the output's place.
  @specialized(where Scalar == Float)
  private func evaluateRow<Scalar: KernelScalar>(
    _ output: UnsafeMutablePointer<Scalar>, _ targets: Targets<Scalar>.Row, units: Int,
    isFused: Bool, scale: Double?
  ) -> Double {
    var loss = 0.0
    func target(_ unit: Int) -> Double { targets[unit] }
    func put(_ gradient: Double, _ unit: Int) {
      if let scale { output[unit] = Scalar(gradient * scale) }
    }
    switch self {
    case .categoricalCrossEntropy, .sparseCategoricalCrossEntropy:
      var (sum, total) = (0.0, 0.0)
      for unit in 0..<units {
        sum += Double(output[unit])
        total += target(unit)
      }
      if isFused {
        for unit in 0..<units {
          let p = Double(output[unit])
          if target(unit) != 0 {
            loss -= target(unit) * Self.logarithm(p, as: Scalar.self)
          }
          put(p * total - target(unit), unit)
        }
        return loss
      }
      // Keras makes the row a distribution first. Σ t log(y / Σ y), cut off, has this gradient.
      var cut = 0.0
      for unit in 0..<units where isInside(Double(output[unit]) / sum) { cut += target(unit) }
      for unit in 0..<units {
        let p = Double(output[unit]) / sum
        let inside = min(max(p, Self.smallest), 1 - Self.smallest)
        if target(unit) != 0 {
          loss -= target(unit) * Self.logarithm(inside, as: Scalar.self)
        }
        put((isInside(p) ? -target(unit) / Double(output[unit]) : 0) + cut / sum, unit)
      }
    case .binaryCrossEntropy:
      for unit in 0..<units {
        let (y, t) = (Double(output[unit]), target(unit))
        let least = isFused ? Double(Scalar.leastNormalMagnitude) : Self.smallest
        let p = min(max(y, least), 1 - (isFused ? 1e-16 : Self.smallest))
        loss -=
          (t * Self.logarithm(p, as: Scalar.self) + (1 - t) * Self.logarithm(1 - p, as: Scalar.self))
          / Double(units)
        let slope = isFused ? y - t : isInside(y) ? (y - t) / (y * (1 - y)) : 0
        put(slope / Double(units), unit)
      }
    case .meanSquaredError, .meanAbsoluteError, .huber:
      for unit in 0..<units {
        let error = Double(output[unit]) - target(unit)
        let (value, slope) = distance(error)
        loss += value / Double(units)
        put(slope / Double(units), unit)
      }
    }
    return loss
  }

  private func isInside(_ p: Double) -> Bool { p >= Self.smallest && p <= 1 - Self.smallest }

  /// The loss of one value's error, and its derivative.
  private func distance(_ error: Double) -> (value: Double, slope: Double) {
    let sign: Double = error > 0 ? 1 : error < 0 ? -1 : 0
    switch self {
    case .meanAbsoluteError: return (abs(error), sign)
    case .huber(let delta) where abs(error) > delta:
      return (delta * abs(error) - 0.5 * delta * delta, delta * sign)
    case .huber: return (0.5 * error * error, error)
    default: return (error * error, 2 * error)
    }
  }
}

/// The rows that count under a mask; all if it is `nil`.
@inline(__always)
func countedRows(_ mask: UnsafePointer<UInt8>?, rows: Int) -> Int {
  guard let mask else { return rows }
  var counted = 0
  for row in 0..<rows where mask[row] != 0 { counted += 1 }
  return counted
}

/// The number of the largest of `classes` values, the first if several are equal.
@inline(__always)
func likeliestClass<Scalar: KernelScalar>(_ values: UnsafePointer<Scalar>, classes: Int) -> Int {
  var best = 0
  for index in 1..<max(1, classes) where values[index] > values[best] { best = index }
  return best
}
