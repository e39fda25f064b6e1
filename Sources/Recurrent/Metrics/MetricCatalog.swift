import Files

/// A metric of Keras'.
struct MetricKind: Sendable {
  /// Keras' name of the function, or of the class as functions are written.
  let name: String
  /// Keras' name of the class; `nil` if there is only the function.
  let className: String?
  var otherNames: [String] = []
  /// The settings that are supported.
  var options: Set<String> = []
  /// What measures it on so many units; `nil` if a setting is not supported.
  let meter: @Sendable (_ options: [String: JSONValue], _ units: Int) -> (any OutputMeter)?

  /// Whether all settings but those that are supported are off or what they are by default.
  func takes(_ options: [String: JSONValue]) -> Bool {
    let ignored: Set<String> = ["name", "dtype", "fn"]
    return options.allSatisfy { name, value in
      self.options.contains(name) || ignored.contains(name) || value == .null || value == false
        || name == "axis" && value == -1
    }
  }
}

/// The metrics that can be measured.
enum MetricCatalog {
  static let all = MetricKind.losses + MetricKind.accuracies + MetricKind.decisions

  /// By each of their names.
  static let named = Dictionary(
    all.flatMap { kind in ([kind.name] + kind.otherNames).map { ($0, kind) } },
    uniquingKeysWith: { first, _ in first })
}

extension MetricKind {
  /// The mean of each loss.
  static let losses: [MetricKind] =
    LossCatalog.all.map { loss in
      // Keras has these as functions alone.
      let hasClass = loss.name != "huber" && !loss.name.contains("focal")
      let className = loss.name == "log_cosh" ? "LogCoshError" : loss.className
      return MetricKind(
        name: loss.name, className: hasClass ? className : nil,
        otherNames: loss.otherNames + (loss.name == "log_cosh" ? ["log_cosh_error"] : []),
        options: Set(loss.options.keys)
      ) { options, _ in
        let settings = options.filter { loss.options[$0.key] != nil && $0.value != nil }
        // The metric is the likeness itself.
        let sign: Double = loss.name == "cosine_similarity" ? -1 : 1
        return Loss(loss.name, options: settings).map { MeanMeter(of: $0, times: sign) }
      }
    } + [
      MetricKind(
        name: "root_mean_squared_error", className: "RootMeanSquaredError", otherNames: ["rmse"]
      ) { _, _ in MeanMeter(of: .meanSquaredError, isRoot: true) }
    ]

  static let accuracies: [MetricKind] = [
    MetricKind(
      name: "binary_accuracy", className: "BinaryAccuracy", options: ["threshold"]
    ) { options, _ in
      let threshold = Float(options["threshold"]?.double ?? 0.5)
      return MeanMeter { output in
        let right = output.output.indices.count {
          output.target($0) == (output.output[$0] > threshold ? 1 : 0)
        }
        return Double(right) / Double(max(1, output.output.count))
      }
    },
    MetricKind(name: "categorical_accuracy", className: "CategoricalAccuracy") { _, _ in
      MeanMeter { $0.likeliest == $0.classNumber ? 1 : 0 }
    },
    MetricKind(
      name: "sparse_categorical_accuracy", className: "SparseCategoricalAccuracy"
    ) { _, _ in
      MeanMeter { $0.likeliest == $0.classNumber ? 1 : 0 }
    },
    MetricKind(
      name: "top_k_categorical_accuracy", className: "TopKCategoricalAccuracy", options: ["k"]
    ) { options, _ in MeanMeter(amongLikeliest: options["k"]?.integer ?? 5) },
    MetricKind(
      name: "sparse_top_k_categorical_accuracy", className: "SparseTopKCategoricalAccuracy",
      options: ["k"]
    ) { options, _ in MeanMeter(amongLikeliest: options["k"]?.integer ?? 5) },
  ]

  static let decisions: [MetricKind] =
    [
      ("precision", "Precision"), ("recall", "Recall"), ("true_positives", "TruePositives"),
      ("false_positives", "FalsePositives"), ("true_negatives", "TrueNegatives"),
      ("false_negatives", "FalseNegatives"),
    ].map { name, className in
      MetricKind(name: name, className: className, options: ["thresholds", "class_id"]) {
        DecisionMeter(name, $0, units: $1)
      }
    } + [
      MetricKind(
        name: "auc", className: "AUC",
        options: ["num_thresholds", "curve", "summation_method", "thresholds", "from_logits"]
      ) { options, _ in AreaUnderCurve(options) },
      MetricKind(name: "f1_score", className: "F1Score", options: ["average", "threshold"]) {
        FBetaMeter($0, units: $1)
      },
      MetricKind(
        name: "f_beta_score", className: "FBetaScore", otherNames: ["fbeta_score"],
        options: ["average", "threshold", "beta"]
      ) { FBetaMeter($0, units: $1) },
    ]
}
