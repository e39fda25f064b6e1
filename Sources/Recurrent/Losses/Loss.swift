import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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

  /// The sum of the losses of rows, the number of right answers among them, and how many rows count.
  struct Sums {
    var loss = 0.0
    var correct = 0
    var rows = 0
  }

  /// Evaluates a batch.
  ///
  /// - Parameters:
  ///   - output: `[rows, units]`; with `gradient` receives the gradient of the mean loss.
  ///   - before: The values before the activation that the loss is fused with, `nil` if it is not.
  ///   - targets: `[rows, units]`, or `[rows]` class numbers.
  ///   - mask: Which rows count; all if `nil`.
  ///   - isFused: Whether the gradient is that of the values before the fused activation.
  @specialized(where Scalar == Float)
  func evaluate<Scalar: KernelScalar>(
    output: UnsafeMutablePointer<Scalar>, targets: UnsafePointer<Scalar>,
    mask: UnsafePointer<UInt8>?, rows: Int, units: Int, isFused: Bool, gradient: Bool
  ) -> Sums {
    var sums = Sums()
    for row in 0..<rows where mask.map({ $0[row] != 0 }) ?? true { sums.rows += 1 }
    let scale = 1 / Double(max(1, sums.rows))
    for row in 0..<rows {
      let output = output + row * units
      let targets = targets + (takesClasses ? row : row * units)
      guard mask.map({ $0[row] != 0 }) ?? true else {
        if gradient { output.update(repeating: 0, count: units) }
        continue
      }
      if isRight(output, targets, units: units) { sums.correct += 1 }
      sums.loss += evaluateRow(
        output, targets, units: units, isFused: isFused, scale: gradient ? scale : nil)
    }
    return sums
  }

  private func isRight<Scalar: KernelScalar>(
    _ output: UnsafePointer<Scalar>, _ targets: UnsafePointer<Scalar>, units: Int
  ) -> Bool {
    switch self {
    case .categoricalCrossEntropy:
      likeliestClass(output, classes: units) == likeliestClass(targets, classes: units)
    case .sparseCategoricalCrossEntropy:
      likeliestClass(output, classes: units) == Int(targets[0])
    case .binaryCrossEntropy:
      (0..<units).allSatisfy { (output[$0] > 0.5) == (targets[$0] > 0.5) }
    case .meanSquaredError, .meanAbsoluteError, .huber: false
    }
  }

  /// The loss of one row; with `scale` its gradient, times that, in the output's place.
  @specialized(where Scalar == Float)
  private func evaluateRow<Scalar: KernelScalar>(
    _ output: UnsafeMutablePointer<Scalar>, _ targets: UnsafePointer<Scalar>, units: Int,
    isFused: Bool, scale: Double?
  ) -> Double {
    var loss = 0.0
    func target(_ unit: Int) -> Double {
      takesClasses ? (Int(targets[0]) == unit ? 1 : 0) : Double(targets[unit])
    }
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
            loss -= target(unit) * log(max(p, Double(Scalar.leastNormalMagnitude)))
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
        loss -= target(unit) * log(min(max(p, Self.smallest), 1 - Self.smallest))
        put((isInside(p) ? -target(unit) / Double(output[unit]) : 0) + cut / sum, unit)
      }
    case .binaryCrossEntropy:
      for unit in 0..<units {
        let (y, t) = (Double(output[unit]), target(unit))
        let least = isFused ? Double(Scalar.leastNormalMagnitude) : Self.smallest
        let p = min(max(y, least), 1 - (isFused ? 1e-16 : Self.smallest))
        loss -= (t * log(p) + (1 - t) * log(1 - p)) / Double(units)
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
