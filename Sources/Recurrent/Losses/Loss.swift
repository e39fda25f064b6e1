import Kernels

/// How far answers are from their targets: `keras.losses`.
public enum Loss: Equatable, Sendable {
  /// The cross-entropy of classes, with one-hot rows as targets.
  case categoricalCrossEntropy
  /// The same, with class numbers as targets.
  case sparseCategoricalCrossEntropy
  /// The cross-entropy of units that are each true or false.
  case binaryCrossEntropy
  /// The mean of squared differences.
  case meanSquaredError
  /// The mean of absolute differences.
  case meanAbsoluteError
  /// Squares up to `delta`, and straight lines beyond (Huber 1964).
  case huber(delta: Double)
  /// The pinball loss of quantiles between 0 and 1 (Koenker & Bassett 1978): the units are one of each quantile, again and
  /// again. Keras has no such loss: in its eyes a file has an optimizer and none.
  case quantile([Double])

  /// Keras' names.
  public static let names = [
    "categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy",
    "mean_squared_error", "mean_absolute_error", "huber",
  ]

  /// Those of numbers.
  package static let ofNumbers = ["mean_squared_error", "mean_absolute_error", "huber"]
  /// Those of classes, of which each sample or step has one.
  package static let ofClasses = ["sparse_categorical_crossentropy", "categorical_crossentropy"]

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

  private static let mostQuantiles = 99

  /// Whether numbers are quantiles that a model can learn, with a forecast among them, the middle.
  package static func areQuantiles(_ numbers: [Double]) -> Bool {
    numbers.allSatisfy { $0 > 0 && $0 < 1 } && numbers.contains(0.5)
      && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 } && numbers.count <= mostQuantiles
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
    case .meanSquaredError, .meanAbsoluteError, .huber, .quantile: false
    }
  }

  /// The activation whose gradient the loss is fused with, as TensorFlow does it for Keras.
  var fusedActivation: Activation? {
    switch self {
    case .categoricalCrossEntropy, .sparseCategoricalCrossEntropy: .softmax
    case .binaryCrossEntropy: .sigmoid
    case .meanSquaredError, .meanAbsoluteError, .huber, .quantile: nil
    }
  }

  /// What the kernels compute of it.
  var ofRows: RowLoss {
    switch self {
    case .categoricalCrossEntropy, .sparseCategoricalCrossEntropy: .crossEntropy
    case .binaryCrossEntropy: .binaryCrossEntropy
    case .meanSquaredError: .squares
    case .meanAbsoluteError: .sizes
    case .huber(let delta): .huber(delta: delta)
    // No quantile at all is the middle.
    case .quantile(let quantiles): .quantiles(quantiles.isEmpty ? [0.5] : quantiles)
    }
  }
}
