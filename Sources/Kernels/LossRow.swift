/// One row of an output with its targets. The gradient of its loss takes the place of the output.
struct LossRow<Scalar: LossKernels> {
  /// `[units]`.
  let output: UnsafeMutablePointer<Scalar>
  let targets: Targets<Scalar>.Row
  let units: Int
  /// Whether the gradient is that of the values before the activation that the loss is fused with.
  let isFused: Bool
  /// What the gradient is multiplied by; `nil` if there is to be none.
  let scale: Double?

  @inline(__always)
  private func put(_ gradient: Double, _ unit: Int) {
    if let scale { output[unit] = Scalar(gradient * scale) }
  }

  /// The natural logarithm in the precision of the output; what that rounds to zero counts as the smallest number there
  /// is.
  @inline(__always)
  static func logarithm(_ value: some BinaryFloatingPoint) -> Double {
    Elementary.logarithm(Double(max(Scalar(value), .leastNormalMagnitude)))
  }

  /// The loss of the row.
  func evaluate(_ loss: RowLoss) -> Double {
    switch loss {
    case .crossEntropy(let labels):
      isFused ? ofSoftmax(labels) : labels.areLogits ? ofLogits(labels) : ofProbabilities(labels)
    case .focalCrossEntropy(let labels, let focus): focal(labels, focus)
    case .cosines: cosine()
    case .categoricalHinge: categoricalHinge()
    case .divergence: sum(loss, divisor: 1)
    case .binaryCrossEntropy, .binaryFocalCrossEntropy, .squares, .sizes, .percentages,
      .squaredLogarithms, .huber, .logarithmicCosines, .poisson, .hinge, .quantiles:
      sum(loss, divisor: Double(units))
    }
  }

  private func sum(_ loss: RowLoss, divisor: Double) -> Double {
    var sum = 0.0
    for unit in 0..<units {
      let (value, slope) = loss.value(
        of: Double(output[unit]), target: targets[unit], unit: unit, isFused: isFused)
      sum += value / divisor
      put(slope / divisor, unit)
    }
    return sum
  }

  /// Cross-entropy of what a softmax gave.
  private func ofSoftmax(_ labels: RowLoss.Labels) -> Double {
    var (sum, total) = (0.0, 0.0)
    for unit in 0..<units { total += labels.smooth(targets[unit], classes: units) }
    for unit in 0..<units {
      let (p, t) = (Double(output[unit]), labels.smooth(targets[unit], classes: units))
      if t != 0 { sum -= t * Self.logarithm(p) }
      put(p * total - t, unit)
    }
    return sum
  }

  /// Cross-entropy of anything, which Keras makes a distribution first: Σ t log(y / Σ y), cut off.
  private func ofProbabilities(_ labels: RowLoss.Labels) -> Double {
    var (sum, outputs, cut) = (0.0, 0.0, 0.0)
    for unit in 0..<units { outputs += Double(output[unit]) }
    for unit in 0..<units where RowLoss.isInside(Double(output[unit]) / outputs) {
      cut += labels.smooth(targets[unit], classes: units)
    }
    for unit in 0..<units {
      let (p, t) = (Double(output[unit]) / outputs, labels.smooth(targets[unit], classes: units))
      let inside = min(max(p, RowLoss.smallest), 1 - RowLoss.smallest)
      if t != 0 { sum -= t * Self.logarithm(inside) }
      put((RowLoss.isInside(p) ? -t / Double(output[unit]) : 0) + cut / outputs, unit)
    }
    return sum
  }

  /// Cross-entropy of values of which a softmax makes probabilities.
  private func ofLogits(_ labels: RowLoss.Labels) -> Double {
    var (total, product) = (0.0, 0.0)
    for unit in 0..<units {
      let t = labels.smooth(targets[unit], classes: units)
      total += t
      product += t * Double(output[unit])
    }
    let logarithm = logarithmOfExponentials()
    if scale != nil {
      Scalar.softmax(output, rows: 1, columns: units)
      for unit in 0..<units {
        put(Double(output[unit]) * total - labels.smooth(targets[unit], classes: units), unit)
      }
    }
    return total * logarithm - product
  }

  /// `ln Σ eʸ`.
  private func logarithmOfExponentials() -> Double {
    var (most, sum) = (-Double.infinity, 0.0)
    for unit in 0..<units { most = max(most, Double(output[unit])) }
    for unit in 0..<units { sum += Elementary.exponential(Double(output[unit]) - most) }
    return most + Elementary.logarithm(sum)
  }

  /// The focal cross-entropy. With `g` as the derivatives by probabilities `p`, those by the outputs that they are parts
  /// of are `(g − Σ g · p) / Σ y`, and those by the values before a softmax `p · (g − Σ g · p)`.
  private func focal(_ labels: RowLoss.Labels, _ focus: RowLoss.Focus) -> Double {
    var (outputs, logarithm) = (0.0, 0.0)
    if labels.areLogits {
      logarithm = logarithmOfExponentials()
    } else {
      for unit in 0..<units { outputs += Double(output[unit]) }
    }
    func probability(_ unit: Int) -> Double {
      let y = Double(output[unit])
      return labels.areLogits ? Elementary.exponential(y - logarithm) : y / outputs
    }
    func slope(_ p: Double, _ unit: Int) -> (value: Double, slope: Double) {
      let t = labels.smooth(targets[unit], classes: units) * (focus.alpha ?? 1)
      guard t != 0 else { return (0, 0) }
      let inside = min(max(p, RowLoss.smallest), 1 - RowLoss.smallest)
      let (power, entropy) = (focus.power(1 - inside), Elementary.logarithm(inside))
      let slope = t * (power.slope * entropy - power.value / inside)
      return (-t * power.value * entropy, RowLoss.isInside(p) ? slope : 0)
    }
    var (sum, mean) = (0.0, 0.0)
    for unit in 0..<units {
      let p = probability(unit)
      let (value, slope) = slope(p, unit)
      sum += value
      mean += slope * p
    }
    guard scale != nil else { return sum }
    for unit in 0..<units {
      let p = probability(unit)
      put((slope(p, unit).slope - mean) * (labels.areLogits ? p : 1 / outputs), unit)
    }
    return sum
  }

  /// Of vectors of length 1; a shorter one than 1e-6 is only made that much longer, as in Keras.
  private func cosine() -> Double {
    var (product, outputSquares, targetSquares) = (0.0, 0.0, 0.0)
    for unit in 0..<units {
      let (y, t) = (Double(output[unit]), targets[unit])
      product += y * t
      outputSquares += y * y
      targetSquares += t * t
    }
    let least = 1e-12
    let length = max(outputSquares, least).squareRoot()
    let targetLength = max(targetSquares, least).squareRoot()
    let cosine = product / (length * targetLength)
    for unit in 0..<units {
      let turn = outputSquares > least ? cosine * Double(output[unit]) / length : 0
      put((turn - targets[unit] / targetLength) / length, unit)
    }
    return -cosine
  }

  private func categoricalHinge() -> Double {
    var (right, wrong, most) = (0.0, -Double.infinity, 0)
    for unit in 0..<units {
      let (y, t) = (Double(output[unit]), targets[unit])
      right += t * y
      if (1 - t) * y > wrong { (wrong, most) = ((1 - t) * y, 0) }
      if (1 - t) * y == wrong { most += 1 }
    }
    let distance = wrong - right + 1
    for unit in 0..<units {
      let (y, t) = (Double(output[unit]), targets[unit])
      // Those that are equal share the gradient of the largest.
      let share = (1 - t) * y == wrong ? (1 - t) / Double(most) : 0
      put(distance >= 0 ? share - t : 0, unit)
    }
    return max(distance, 0)
  }
}
