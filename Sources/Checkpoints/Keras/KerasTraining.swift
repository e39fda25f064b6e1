import Files
import HDF5
import Recurrent

/// `training_config`: what a compiled model is trained by.
struct KerasTraining {
  /// What is not supported is `nil`; ``problem`` then says why.
  var optimizer: OptimizerConfiguration?
  var loss: Loss?
  var problem: TrainingProblem?
  /// What is measured beside the loss.
  var metrics: [CompiledMetric] = []

  /// Reads `training_config`, or `compile_config` of an archive.
  init(_ json: JSONValue, place: String) {
    var (lossProblem, optimizerProblem): (String?, String?)
    let (loss, weights) = (json["loss"] ?? nil, json["loss_weights"] ?? nil)
    self.loss = weights == nil ? KerasLoss.read(loss) : nil
    if weights != nil {
      lossProblem = "\(place): loss_weights \(weights.shortText) are not supported"
    } else if self.loss == nil {
      lossProblem = "\(place): loss \(KerasLoss.name(of: loss)) is not supported"
    }
    do throws(ConfigurationError) {
      guard let optimizer = json["optimizer_config"] ?? json["optimizer"] else {
        throw ConfigurationError("has no optimizer")
      }
      self.optimizer = try Self.optimizer(optimizer)
    } catch {
      optimizerProblem = "\(place): \(error)"
    }
    problem = TrainingProblem(loss: lossProblem, optimizer: optimizerProblem)
    metrics = ["metrics", "weighted_metrics"].flatMap { Self.metrics(json[$0] ?? nil) }
  }

  /// The metrics of a list, or of lists for each output.
  private static func metrics(_ json: JSONValue) -> [CompiledMetric] {
    switch json {
    case .string(let name):
      return [CompiledMetric(name: name, function: name)]
    case .array(let elements): return elements.flatMap(metrics)
    case .object(let members):
      guard let className = json["class_name"]?.string?.split(separator: ">").last else {
        return members.sorted { $0.key < $1.key }.flatMap { metrics($0.value) }
      }
      let config = json["config"] ?? .null
      let fn = config["fn"] ?? .null
      // A function of its own, or a class.
      let function =
        fn.string ?? fn["config"]?.string ?? config.string
        ?? KerasVariables.snakeCase(String(className))
      var options: [String: JSONValue] = [:]
      if case .object(let members) = config { options = members }
      return [
        CompiledMetric(
          name: config["name"]?.string ?? function, function: function, options: options)
      ]
    default: return []
    }
  }

  /// An optimizer by Keras' object, or by its name alone, as tf-keras' archives have it.
  private static func optimizer(
    _ json: JSONValue
  ) throws(ConfigurationError) -> OptimizerConfiguration {
    if let name = json.string { return try OptimizerConfiguration(named: name) }
    guard case .object(let config) = json["config"],
      let className = json["class_name"]?.string?.split(separator: ">").last.map(String.init)
    else { throw ConfigurationError("the optimizer has no class_name or config") }
    if config["decay"] != nil, !sameAsLegacy.contains(className) {
      throw ConfigurationError(
        "the \(className) of TensorFlow up to 2.10, or of optimizers.legacy, computes otherwise and is not supported"
      )
    }
    var options: [String: JSONValue] = [:]
    for (option, value) in config {
      let isOff = value == nil || value == false || option == "decay" && value == 0
      if harmless.contains(option) || isOff && !isOption(option, of: className) { continue }
      options[option] = value
    }
    return try OptimizerConfiguration(className, options: options)
  }

  /// The optimizers that TensorFlow up to 2.10 computes as Keras does now; their options say `decay`. RMSprop and Adagrad
  /// add epsilon behind the root there, Nadam's factors are others.
  private static let sameAsLegacy: Set<String> = ["Adam", "SGD", "Adadelta"]

  /// Options that change no number as long as `use_ema` is off.
  private static let harmless: Set<String> = [
    "name", "ema_momentum", "ema_overwrite_frequency", "jit_compile", "is_legacy_optimizer",
  ]

  private static func isOption(_ option: String, of className: String) -> Bool {
    (try? OptimizerConfiguration(className))?.options[option] != nil
  }

  /// The name of an optimizer's variables.
  static func name(of className: String, _ version: KerasVersion) -> String {
    guard version == .three else { return className }
    return ["RMSprop": "rm_sprop", "AdamW": "adam_w"][className] ?? className.lowercased()
  }
}
