import Files
import Kernels

/// A loss of Keras' with its settings.
struct LossKind: Sendable {
  typealias Options = [String: JSONValue]

  /// Keras' name of the function.
  let name: String
  /// Keras' name of the class.
  let className: String
  /// What else files call the function.
  var otherNames: [String] = []
  /// The settings with Keras' defaults.
  var options: Options = [:]
  var takesClasses = false
  /// Whether it is one of whole sequences, see ``SequenceAlignment``, and not of rows.
  var isOfSequences = false
  /// The activation before which a gradient is given, where it is the last one of the model.
  var fusedActivation: Activation?
  /// What the kernels compute with all settings.
  let rows: @Sendable (Options) -> RowLoss
}

/// The losses.
enum LossCatalog {
  /// Those that files and options name, but for ``LossKind/alignment``.
  static let all = LossKind.crossEntropies + LossKind.distances + LossKind.likenesses

  /// By each of their names.
  static let named = Dictionary(
    (all + [.alignment]).flatMap { kind in
      ([kind.name, kind.className] + kind.otherNames).map { ($0, kind) }
    }, uniquingKeysWith: { first, _ in first })

  /// What settings can be.
  static let bounds: [String: ClosedRange<Double>] = [
    "label_smoothing": 0...1, "delta": 0...Double.greatestFiniteMagnitude, "gamma": 0...1e3,
    "alpha": 0...1e9,
  ]
}

extension LossKind.Options {
  fileprivate func number(_ name: String) -> Double { self[name]?.double ?? 0 }
  fileprivate func flag(_ name: String) -> Bool { self[name] == true }

  /// How a cross-entropy takes outputs and targets.
  fileprivate var labels: RowLoss.Labels {
    RowLoss.Labels(areLogits: flag("from_logits"), smoothing: number("label_smoothing"))
  }
}

// The names that are short are those that `tf_keras.losses` and Keras 3 have for the same function.
extension LossKind {
  private static let labels: Options = ["from_logits": false, "label_smoothing": 0.0]
  private static let focus = labels.merging(["alpha": 0.25, "gamma": 2.0]) { one, _ in one }

  /// Of probabilities of classes.
  static let crossEntropies: [LossKind] = [
    categorical, sparseCategorical, binary, focal, binaryFocal,
  ]

  static let categorical = LossKind(
    name: "categorical_crossentropy", className: "CategoricalCrossentropy", options: labels,
    fusedActivation: .softmax
  ) { .crossEntropy($0.labels) }
  static let sparseCategorical = LossKind(
    name: "sparse_categorical_crossentropy", className: "SparseCategoricalCrossentropy",
    options: ["from_logits": false], takesClasses: true, fusedActivation: .softmax
  ) { .crossEntropy($0.labels) }
  static let binary = LossKind(
    name: "binary_crossentropy", className: "BinaryCrossentropy", otherNames: ["bce", "BCE"],
    options: labels, fusedActivation: .sigmoid
  ) { .binaryCrossEntropy($0.labels) }
  private static let focal = LossKind(
    name: "categorical_focal_crossentropy", className: "CategoricalFocalCrossentropy",
    options: focus
  ) { options in
    .focalCrossEntropy(
      options.labels, .init(gamma: options.number("gamma"), alpha: options.number("alpha")))
  }
  private static let binaryFocal = LossKind(
    name: "binary_focal_crossentropy", className: "BinaryFocalCrossentropy",
    options: focus.merging(["apply_class_balancing": false]) { one, _ in one },
    fusedActivation: .sigmoid
  ) { options in
    let alpha = options.flag("apply_class_balancing") ? options.number("alpha") : nil
    return .binaryFocalCrossEntropy(
      options.labels, .init(gamma: options.number("gamma"), alpha: alpha))
  }

  /// Of numbers.
  static let distances: [LossKind] = [
    squares, sizes, percentages, squaredLogarithms, huber, logarithmicCosines, poisson,
  ]

  static let squares = LossKind(
    name: "mean_squared_error", className: "MeanSquaredError", otherNames: ["mse", "MSE"]
  ) { _ in .squares }
  static let sizes = LossKind(
    name: "mean_absolute_error", className: "MeanAbsoluteError", otherNames: ["mae", "MAE"]
  ) { _ in .sizes }
  private static let percentages = LossKind(
    name: "mean_absolute_percentage_error", className: "MeanAbsolutePercentageError",
    otherNames: ["mape", "MAPE"]
  ) { _ in .percentages }
  private static let squaredLogarithms = LossKind(
    name: "mean_squared_logarithmic_error", className: "MeanSquaredLogarithmicError",
    otherNames: ["msle", "MSLE"]
  ) { _ in .squaredLogarithms }
  static let huber = LossKind(
    name: "huber", className: "Huber", otherNames: ["huber_loss"], options: ["delta": 1.0]
  ) { .huber(delta: $0.number("delta")) }
  private static let logarithmicCosines = LossKind(
    name: "log_cosh", className: "LogCosh", otherNames: ["logcosh"]
  ) { _ in .logarithmicCosines }
  private static let poisson = LossKind(name: "poisson", className: "Poisson") { _ in .poisson }

  /// Of distributions, directions and sides.
  static let likenesses: [LossKind] = [divergence, cosines, hinge, squaredHinge, categoricalHinge]

  private static let divergence = LossKind(
    name: "kl_divergence", className: "KLDivergence",
    otherNames: ["kld", "KLD", "kullback_leibler_divergence"]
  ) { _ in .divergence }
  private static let cosines = LossKind(
    name: "cosine_similarity", className: "CosineSimilarity"
  ) { _ in .cosines }
  private static let hinge = LossKind(name: "hinge", className: "Hinge") { _ in
    .hinge(isSquared: false)
  }
  private static let squaredHinge = LossKind(
    name: "squared_hinge", className: "SquaredHinge"
  ) { _ in .hinge(isSquared: true) }
  private static let categoricalHinge = LossKind(
    name: "categorical_hinge", className: "CategoricalHinge"
  ) { _ in .categoricalHinge }

  /// That of labels without steps of their own.
  static let alignment = LossKind(
    name: "ctc", className: "CTC", takesClasses: true, isOfSequences: true
  ) { _ in .crossEntropy() }

  /// That of quantiles, which Keras does not have.
  static let quantile = LossKind(
    name: "quantile", className: "", options: ["quantiles": [0.5]]
  ) { .quantiles($0["quantiles"]?.array?.compactMap(\.double) ?? []) }
}
