import Files

extension Loss {
  /// The cross-entropy of classes, with one-hot rows as targets.
  public static let categoricalCrossEntropy = Loss(.categorical)
  /// The same, with class numbers as targets.
  public static let sparseCategoricalCrossEntropy = Loss(.sparseCategorical)
  /// The cross-entropy of units that are each true or false.
  public static let binaryCrossEntropy = Loss(.binary)
  /// The mean of squared differences.
  public static let meanSquaredError = Loss(.squares)
  /// The mean of absolute differences.
  public static let meanAbsoluteError = Loss(.sizes)

  /// Squares up to `delta`, and straight lines beyond (Huber 1964).
  public static func huber(delta: Double) -> Loss { Loss(.huber, ["delta": .number(delta)]) }

  /// The cross-entropy of classes, with one-hot rows as targets.
  ///
  /// - Parameters:
  ///   - fromLogits: Whether the model gives the values before a softmax.
  ///   - labelSmoothing: The part of the targets that is spread over all classes.
  public static func categoricalCrossEntropy(
    fromLogits: Bool, labelSmoothing: Double = 0
  ) -> Loss {
    Loss(.categorical, settings(fromLogits, labelSmoothing))
  }

  /// The cross-entropy of classes, with class numbers as targets.
  ///
  /// - Parameter fromLogits: Whether the model gives the values before a softmax.
  public static func sparseCategoricalCrossEntropy(fromLogits: Bool) -> Loss {
    Loss(.sparseCategorical, ["from_logits": .bool(fromLogits)])
  }

  /// The cross-entropy of units that are each true or false.
  ///
  /// - Parameters:
  ///   - fromLogits: Whether the model gives the values before a sigmoid.
  ///   - labelSmoothing: The part of the targets that is drawn to a half.
  public static func binaryCrossEntropy(fromLogits: Bool, labelSmoothing: Double = 0) -> Loss {
    Loss(.binary, settings(fromLogits, labelSmoothing))
  }

  private static func settings(
    _ fromLogits: Bool, _ labelSmoothing: Double
  ) -> [String: JSONValue] {
    ["from_logits": .bool(fromLogits), "label_smoothing": .number(labelSmoothing)]
  }
}

extension Loss {
  /// The pinball loss of quantiles between 0 and 1 (Koenker & Bassett 1978): the units are one of each quantile, again and
  /// again; no quantile at all is the middle. Keras has no such loss: in its eyes a file has an optimizer and none.
  public static func quantile(_ quantiles: [Double]) -> Loss {
    Loss(.quantile, quantiles.isEmpty ? [:] : ["quantiles": .array(quantiles.map { .number($0) })])
  }

  /// The quantiles that a model learns by it; `nil` of another loss.
  package var quantiles: [Double]? {
    kind.name == LossKind.quantile.name
      ? (options["quantiles"] ?? [0.5]).array?.compactMap(\.double) : nil
  }

  private static let mostQuantiles = 99

  /// Whether numbers are quantiles that a model can learn, with a forecast among them, the middle.
  package static func areQuantiles(_ numbers: [Double]) -> Bool {
    numbers.allSatisfy { $0 > 0 && $0 < 1 } && numbers.contains(0.5)
      && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 } && numbers.count <= mostQuantiles
  }
}
