import Files

/// Precision, recall, or how often decisions are right or wrong, from a threshold on: `keras.metrics.Precision`,
/// `Recall`, `TruePositives`, `FalsePositives`, `TrueNegatives` and `FalseNegatives`, over all units.
struct DecisionMeter: OutputMeter {
  private static let names: Set<String> = [
    "precision", "recall", "true_positives", "false_positives", "true_negatives",
    "false_negatives",
  ]

  private let name: String
  private let threshold: Double
  private var counts = DecisionCounts()

  init?(function name: String, options: [String: JSONValue]) {
    guard Self.names.contains(name), areUnset(options, except: ["thresholds"]) else { return nil }
    let given = options["thresholds"] ?? .null
    guard let threshold = given.double ?? (given == .null ? 0.5 : nil) else { return nil }
    (self.name, self.threshold) = (name, threshold)
  }

  mutating func add(_ output: MeasuredOutput) {
    for unit in output.output.indices {
      counts.add(target: output.target(unit), isPredicted: Double(output.output[unit]) > threshold)
    }
  }

  var value: Double {
    switch name {
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

  mutating func add(target: Double, isPredicted: Bool) {
    switch (target != 0, isPredicted) {
    case (true, true): truePositives += 1
    case (false, true): falsePositives += 1
    case (false, false): trueNegatives += 1
    case (true, false): falseNegatives += 1
    }
  }

  private static func ratio(_ one: Double, _ all: Double) -> Double { all == 0 ? 0 : one / all }

  var precision: Double { Self.ratio(truePositives, truePositives + falsePositives) }
  var recall: Double { Self.ratio(truePositives, truePositives + falseNegatives) }
  /// The fraction of the negatives that are taken for positives.
  var fallOut: Double { Self.ratio(falsePositives, falsePositives + trueNegatives) }
  var f1: Double {
    Self.ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives)
  }
}

/// The area under the curve of recall over the fraction of false alarms, by trapezoids between thresholds:
/// `keras.metrics.AUC`.
struct AreaUnderCurve: OutputMeter {
  private static let epsilon = 1e-7

  private let thresholds: [Double]
  private var counts: [DecisionCounts]

  init?(function name: String, options: [String: JSONValue]) {
    let known: Set<String> = ["num_thresholds", "curve", "summation_method", "thresholds"]
    guard name == "auc", areUnset(options, except: known), options["curve"] ?? "ROC" == "ROC",
      options["summation_method"] ?? "interpolation" == "interpolation"
    else { return nil }
    let count = options["num_thresholds"]?.integer ?? 200
    let given = options["thresholds"]?.array?.compactMap(\.double)
    guard (2...100_000).contains(count) else { return nil }
    let inner = given ?? (1..<count - 1).map { Double($0) / Double(count - 1) }
    // Those of a file have the two ends already.
    let ends = given?.first.map { $0 < 0 } ?? false
    thresholds = ends ? inner : [-Self.epsilon] + inner + [1 + Self.epsilon]
    counts = [DecisionCounts](repeating: DecisionCounts(), count: thresholds.count)
  }

  mutating func add(_ output: MeasuredOutput) {
    for unit in output.output.indices {
      let (target, value) = (output.target(unit), Double(output.output[unit]))
      for (place, threshold) in thresholds.enumerated() {
        counts[place].add(target: target, isPredicted: value > threshold)
      }
    }
  }

  var value: Double {
    zip(counts, counts.dropFirst()).reduce(0) { area, pair in
      let (wider, narrower) = pair
      return area
        + (wider.fallOut - narrower.fallOut) * (wider.recall + narrower.recall) / 2
    }
  }
}

/// The F1 of classes or units: `keras.metrics.F1Score`, with an average.
struct F1Meter: OutputMeter {
  private let average: String
  /// From which value on a unit is predicted; the likeliest one is if `nil`.
  private let threshold: Double?
  private var counts: [DecisionCounts] = []

  init?(function name: String, options: [String: JSONValue]) {
    guard name == "f1_score", areUnset(options, except: ["average", "threshold"]),
      let average = options["average"]?.string, ["micro", "macro", "weighted"].contains(average)
    else { return nil }
    self.average = average
    threshold = options["threshold"]?.double
  }

  mutating func add(_ output: MeasuredOutput) {
    if counts.isEmpty {
      counts = [DecisionCounts](repeating: DecisionCounts(), count: output.output.count)
    }
    let likeliest = output.likeliest
    for unit in output.output.indices {
      let isPredicted = threshold.map { Double(output.output[unit]) > $0 } ?? (unit == likeliest)
      counts[unit].add(target: output.target(unit), isPredicted: isPredicted)
    }
  }

  var value: Double {
    switch average {
    case "micro":
      let all = counts.reduce(into: DecisionCounts()) { sum, one in
        sum.truePositives += one.truePositives
        sum.falsePositives += one.falsePositives
        sum.falseNegatives += one.falseNegatives
      }
      return all.f1
    case "macro": return counts.reduce(0) { $0 + $1.f1 } / Double(max(1, counts.count))
    default:
      let weights = counts.map { $0.truePositives + $0.falseNegatives }
      let sum = weights.reduce(0, +)
      return sum == 0 ? 0 : zip(counts, weights).reduce(0) { $0 + $1.0.f1 * $1.1 } / sum
    }
  }
}
