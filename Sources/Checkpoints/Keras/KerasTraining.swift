import HDF5
import Recurrent

extension Loss {
  /// Keras' function that counts right answers; `nil` where none are right or wrong.
  var accuracyFunction: String? {
    switch self {
    case .categoricalCrossEntropy: "categorical_accuracy"
    case .sparseCategoricalCrossEntropy: "sparse_categorical_accuracy"
    case .binaryCrossEntropy: "binary_accuracy"
    case .meanSquaredError, .meanAbsoluteError, .huber: nil
    }
  }
}

/// `training_config`: what a compiled model is trained by.
struct KerasTraining {
  var optimizer: OptimizerConfiguration
  var loss: Loss

  /// Reads it.
  ///
  /// - Returns: `nil` if the model was not compiled.
  /// - Throws: ``CheckpointError`` naming the option that is not supported.
  static func read(_ root: Group, file: String) throws -> KerasTraining? {
    guard root.attributes.contains("training_config") else { return nil }
    func invalid(_ reason: String) -> CheckpointError {
      .invalid(file, "/@training_config: \(reason)")
    }
    guard let json = JSONValue(text: try root.attributes.string("training_config")) else {
      throw invalid("is not JSON")
    }
    guard let optimizer = json["optimizer_config"], case .object(let config) = optimizer["config"],
      let className = optimizer["class_name"]?.string?.split(separator: ">").last
    else { throw invalid("has no optimizer") }
    guard let loss = loss(json["loss"] ?? nil) else {
      throw invalid("loss \((json["loss"] ?? nil).text()) is not supported")
    }
    var options: [String: JSONValue] = [:]
    for (option, value) in config {
      let isOff = value == nil || value == false
      if harmless.contains(option) || isOff && !Self.isOption(option, of: String(className)) {
        continue
      }
      options[option] = value
    }
    do {
      return KerasTraining(
        optimizer: try OptimizerConfiguration(String(className), options: options), loss: loss)
    } catch {
      throw invalid("\(error)")
    }
  }

  /// Options that change no number as long as `use_ema` is off.
  private static let harmless: Set<String> = [
    "name", "ema_momentum", "ema_overwrite_frequency", "jit_compile", "is_legacy_optimizer",
  ]

  private static func isOption(_ option: String, of className: String) -> Bool {
    (try? OptimizerConfiguration(className))?.options[option] != nil
  }

  /// The loss by Keras' name of the function or of the class.
  private static func loss(_ json: JSONValue) -> Loss? {
    let config = json["config"] ?? .null
    guard config["from_logits"] != true, (config["label_smoothing"]?.double ?? 0) == 0 else {
      return nil
    }
    switch json.string ?? config["name"]?.string ?? json["class_name"]?.string ?? "" {
    case "categorical_crossentropy": return .categoricalCrossEntropy
    case "sparse_categorical_crossentropy": return .sparseCategoricalCrossEntropy
    case "binary_crossentropy": return .binaryCrossEntropy
    case "mse", "MSE", "mean_squared_error": return .meanSquaredError
    case "mae", "MAE", "mean_absolute_error": return .meanAbsoluteError
    case "huber", "huber_loss": return .huber(delta: config["delta"]?.double ?? 1)
    default: return nil
    }
  }

  /// Keras' name of the loss' function; an object where it has settings.
  static func lossValue(_ loss: Loss) -> JSONValue {
    switch loss {
    case .categoricalCrossEntropy: "categorical_crossentropy"
    case .sparseCategoricalCrossEntropy: "sparse_categorical_crossentropy"
    case .binaryCrossEntropy: "binary_crossentropy"
    case .meanSquaredError: "mean_squared_error"
    case .meanAbsoluteError: "mean_absolute_error"
    case .huber(let delta) where delta == 1: "huber"
    case .huber(let delta):
      ["class_name": "Huber", "config": ["name": "huber_loss", "delta": .number(delta)]]
    }
  }

  /// The name of an optimizer's variables.
  static func name(of className: String, _ version: KerasVersion) -> String {
    guard version == .three else { return className }
    return ["RMSprop": "rm_sprop", "AdamW": "adam_w"][className] ?? className.lowercased()
  }
}
