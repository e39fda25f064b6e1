import Files
import Kernels

/// How far answers are from their targets: `keras.losses`. The names of a loss and its settings are Keras'.
public struct Loss: Equatable, Sendable {
  let kind: LossKind
  /// The settings that are not those of the kind by default.
  package let options: [String: JSONValue]
  /// What the kernels compute of it.
  let ofRows: RowLoss

  /// - Parameter options: Settings of the kind.
  init(_ kind: LossKind, _ options: [String: JSONValue] = [:]) {
    self.kind = kind
    self.options = options.filter { kind.options[$0.key] != $0.value }
    ofRows = kind.rows(kind.options.merging(self.options) { _, given in given })
  }

  /// - Parameters:
  ///   - name: Keras' name of the function or class, or a short one of the same.
  ///   - options: Keras' settings; one that is left out has Keras' default.
  /// - Returns: `nil` if there is no loss of that name, or it cannot have one of the settings.
  package init?(_ name: String, options: [String: JSONValue]) {
    guard let kind = LossCatalog.named[name] else { return nil }
    var checked: [String: JSONValue] = [:]
    for (option, value) in options {
      guard let standard = kind.options[option] else { return nil }
      if standard.bool != nil {
        guard let flag = value.bool ?? value.double.flatMap({ [0: false, 1: true][$0] }) else {
          return nil
        }
        checked[option] = .bool(flag)
      } else {
        guard let number = value.double, LossCatalog.bounds[option]?.contains(number) ?? true
        else { return nil }
        checked[option] = .number(number)
      }
    }
    self.init(kind, checked)
  }

  /// The loss of Keras' name, with Keras' defaults, or with the settings that follow the name, such as
  /// `huber:delta=0.5`; `nil` if there is none.
  public init?(named name: String) {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var options: [String: JSONValue] = [:]
    for setting in parts.dropFirst().flatMap({ $0.split(separator: ",") }) {
      let pair = setting.split(separator: "=", omittingEmptySubsequences: false)
      let flags: [Substring: JSONValue] = ["true": true, "false": false]
      guard pair.count == 2, let value = flags[pair[1]] ?? Double(pair[1]).map(JSONValue.number)
      else { return nil }
      options[String(pair[0])] = value
    }
    self.init(parts.first.map(String.init) ?? "", options: options)
  }

  /// Whether two are the same function with the same settings.
  public static func == (one: Loss, other: Loss) -> Bool {
    one.kind.name == other.kind.name && one.options == other.options
  }

  /// Keras' name of its function.
  public var name: String { kind.name }

  /// Keras' name of its class.
  package var className: String { kind.className }

  /// Keras' names.
  public static let names = LossCatalog.all.map(\.name) + [LossKind.alignment.name]

  /// Those of numbers.
  package static let ofNumbers = [
    "mean_squared_error", "mean_absolute_error", "huber", "log_cosh",
  ]
  /// Those of classes, of which each sample or step has one.
  package static let ofClasses = ["sparse_categorical_crossentropy", "categorical_crossentropy"]

  /// Whether targets are class numbers, one a row.
  public var takesClasses: Bool { kind.takesClasses }

  /// Whether targets are the labels of a sequence, fewer than its steps, and not one for each step.
  package var isOfSequences: Bool { kind.isOfSequences }

  /// Whether outputs are the values before a softmax or sigmoid: Keras' `from_logits`.
  package var takesLogits: Bool { options["from_logits"] == true }

  /// The activation whose gradient the loss is fused with, as TensorFlow does it for Keras.
  var fusedActivation: Activation? { kind.fusedActivation }

  /// How many answers of a row can be right: each of its units where they are binary, as
  /// `keras.metrics.BinaryAccuracy` has it, and else the row.
  public func answersPerRow(units: Int) -> Int { ofRows.answers == .units ? units : 1 }

  /// Whether answers are right or wrong, not only near or far.
  public var hasAccuracy: Bool { !isOfSequences && ofRows.answers != nil }

  /// Keras' function that counts right answers; `nil` where none are right or wrong.
  package var accuracyFunction: String? {
    guard hasAccuracy else { return nil }
    return switch ofRows.answers {
    case .units: "binary_accuracy"
    case .rows: takesClasses ? "sparse_categorical_accuracy" : "categorical_accuracy"
    case nil: nil
    }
  }
}
