import Files
import Kernels

/// Precision, recall, or how often decisions are right or wrong, from a threshold on: `keras.metrics.Precision`,
/// `Recall`, `TruePositives`, `FalsePositives`, `TrueNegatives` and `FalseNegatives`, over all units or one of them.
struct DecisionMeter: OutputMeter {
  private let name: String
  private let threshold: Double
  private let units: Range<Int>

  init?(_ name: String, _ options: [String: JSONValue], units: Int) {
    var given = options["thresholds"] ?? .null
    if let all = given.array, all.count == 1 { given = all[0] }
    guard let threshold = given.double ?? (given == .null ? 0.5 : nil) else { return nil }
    if let unit = options["class_id"], unit != .null {
      guard let unit = unit.integer, (0..<units).contains(unit) else { return nil }
      self.units = unit..<unit + 1
    } else {
      self.units = 0..<units
    }
    (self.name, self.threshold) = (name, threshold)
  }

  var size: Int { DecisionCounts.size }

  func add(_ output: MeasuredOutput, to sums: UnsafeMutablePointer<Double>) {
    for unit in units {
      DecisionCounts.add(
        target: output.target(unit), isPredicted: Double(output.output[unit]) > threshold, to: sums)
    }
  }

  func value(of sums: UnsafePointer<Double>) -> Double {
    let counts = DecisionCounts(sums)
    return switch name {
    case "precision": counts.precision
    case "recall": counts.recall
    case "true_positives": counts.truePositives
    case "false_positives": counts.falsePositives
    case "true_negatives": counts.trueNegatives
    default: counts.falseNegatives
    }
  }
}

/// Right and wrong decisions.
struct DecisionCounts {
  var truePositives = 0.0
  var falsePositives = 0.0
  var trueNegatives = 0.0
  var falseNegatives = 0.0

  static let size = 4

  init() {}

  init(_ sums: UnsafePointer<Double>) {
    (truePositives, falsePositives) = (sums[0], sums[1])
    (trueNegatives, falseNegatives) = (sums[2], sums[3])
  }

  @inline(__always)
  static func add(target: Double, isPredicted: Bool, to sums: UnsafeMutablePointer<Double>) {
    sums[isPredicted ? (target != 0 ? 0 : 1) : (target != 0 ? 3 : 2)] += 1
  }

  private static func ratio(_ one: Double, _ all: Double) -> Double { all == 0 ? 0 : one / all }

  var precision: Double { Self.ratio(truePositives, truePositives + falsePositives) }
  var recall: Double { Self.ratio(truePositives, truePositives + falseNegatives) }
  /// The fraction of the negatives that are taken for positives.
  var fallOut: Double { Self.ratio(falsePositives, falsePositives + trueNegatives) }
  /// `(1 + β²) · precision · recall / (β² · precision + recall)`.
  func fScore(beta: Double) -> Double {
    let square = beta * beta
    return Self.ratio(
      (1 + square) * truePositives,
      (1 + square) * truePositives + square * falseNegatives + falsePositives)
  }
}

/// The area under the curve of recall over the fraction of false alarms (ROC), or of precision over recall (PR), between
/// thresholds: `keras.metrics.AUC`. Its sums are how many positives, and then negatives, are above so many thresholds.
struct AreaUnderCurve: OutputMeter {
  private static let epsilon = 1e-7

  private enum Curve: String {
    case receiver = "ROC"
    case precision = "PR"
  }
  private enum Heights: String { case interpolation, minoring, majoring }

  /// Rising.
  private let thresholds: [Float]
  private let curve: Curve
  private let heights: Heights
  private let areLogits: Bool

  init?(_ options: [String: JSONValue]) {
    guard let curve = Curve(rawValue: options["curve"]?.string ?? Curve.receiver.rawValue),
      let heights = Heights(
        rawValue: (options["summation_method"]?.string ?? "interpolation").lowercased())
    else { return nil }
    let count = options["num_thresholds"]?.integer ?? 200
    let given = options["thresholds"]?.array?.compactMap(\.double).sorted()
    guard (2...100_000).contains(count) else { return nil }
    let inner = given ?? (1..<count - 1).map { Double($0) / Double(count - 1) }
    // Those of a file have the two ends already.
    let ends = given?.first.map { $0 < 0 } ?? false
    thresholds = (ends ? inner : [-Self.epsilon] + inner + [1 + Self.epsilon]).map { Float($0) }
    (self.curve, self.heights) = (curve, heights)
    areLogits = options["from_logits"] == true
  }

  var size: Int { 2 * (thresholds.count + 1) }

  func add(_ output: MeasuredOutput, to sums: UnsafeMutablePointer<Double>) {
    for unit in output.output.indices {
      var value = output.output[unit]
      if areLogits { value = Float(Elementary.sigmoid(Double(value))) }
      // The thresholds below the value.
      var (from, to) = (0, thresholds.count)
      while from < to {
        let middle = (from + to) / 2
        if value > thresholds[middle] { from = middle + 1 } else { to = middle }
      }
      sums[output.target(unit) != 0 ? from : thresholds.count + 1 + from] += 1
    }
  }

  /// The decisions from each threshold on.
  private func counts(_ sums: UnsafePointer<Double>) -> [DecisionCounts] {
    let negatives = sums + thresholds.count + 1
    var all = DecisionCounts()
    for place in 0...thresholds.count {
      all.truePositives += sums[place]
      all.falsePositives += negatives[place]
    }
    return thresholds.indices.map { place in
      all.truePositives -= sums[place]
      all.falseNegatives += sums[place]
      all.falsePositives -= negatives[place]
      all.trueNegatives += negatives[place]
      return all
    }
  }

  func value(of sums: UnsafePointer<Double>) -> Double {
    let counts = counts(sums)
    return zip(counts, counts.dropFirst()).reduce(0) { area, pair in
      let (wider, narrower) = pair
      if curve == .precision, heights == .interpolation {
        return area + Self.interpolated(wider, narrower)
      }
      let (left, right) =
        curve == .receiver
        ? (wider.recall, narrower.recall) : (wider.precision, narrower.precision)
      let width =
        curve == .receiver
        ? wider.fallOut - narrower.fallOut : wider.recall - narrower.recall
      let height =
        switch heights {
        case .interpolation: (left + right) / 2
        case .minoring: min(left, right)
        case .majoring: max(left, right)
        }
      return area + width * height
    }
  }

  /// The area between two thresholds where true positives and all positives go along a line (Davis & Goadrich 2006).
  private static func interpolated(_ wider: DecisionCounts, _ narrower: DecisionCounts) -> Double {
    let (before, after) = (
      wider.truePositives + wider.falsePositives, narrower.truePositives + narrower.falsePositives
    )
    let right = wider.truePositives - narrower.truePositives
    let (all, positives) = (before - after, narrower.truePositives + narrower.falseNegatives)
    guard all > 0, positives > 0 else { return 0 }
    let slope = right / all
    let ratio = before > 0 && after > 0 ? before / after : 1
    let intercept = narrower.truePositives - slope * after
    return slope * (right + intercept * Elementary.logarithm(ratio)) / positives
  }
}

/// The F1 or Fβ of classes or units: `keras.metrics.F1Score` and `FBetaScore`, with an average. Its sums are the counts
/// of each unit.
struct FBetaMeter: OutputMeter {
  private enum Average: String { case micro, macro, weighted }

  private let average: Average
  private let beta: Double
  /// From which value on a unit is predicted; the likeliest one is if `nil`.
  private let threshold: Double?
  private let units: Int

  init?(_ options: [String: JSONValue], units: Int) {
    guard let average = options["average"]?.string.flatMap(Average.init), units > 0 else {
      return nil
    }
    self.average = average
    self.units = units
    threshold = options["threshold"]?.double
    beta = options["beta"]?.double ?? 1
  }

  var size: Int { units * DecisionCounts.size }

  func add(_ output: MeasuredOutput, to sums: UnsafeMutablePointer<Double>) {
    let likeliest = output.likeliest
    for unit in 0..<units {
      let isPredicted = threshold.map { Double(output.output[unit]) > $0 } ?? (unit == likeliest)
      DecisionCounts.add(
        target: output.target(unit), isPredicted: isPredicted,
        to: sums + unit * DecisionCounts.size)
    }
  }

  func value(of sums: UnsafePointer<Double>) -> Double {
    let counts = (0..<units).map { DecisionCounts(sums + $0 * DecisionCounts.size) }
    switch average {
    case .micro:
      let all = counts.reduce(into: DecisionCounts()) { sum, one in
        sum.truePositives += one.truePositives
        sum.falsePositives += one.falsePositives
        sum.falseNegatives += one.falseNegatives
      }
      return all.fScore(beta: beta)
    case .macro: return counts.reduce(0) { $0 + $1.fScore(beta: beta) } / Double(units)
    case .weighted:
      let weights = counts.map { $0.truePositives + $0.falseNegatives }
      let sum = weights.reduce(0, +)
      return sum == 0
        ? 0 : zip(counts, weights).reduce(0) { $0 + $1.0.fScore(beta: beta) * $1.1 } / sum
    }
  }
}
