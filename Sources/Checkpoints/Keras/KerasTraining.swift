import Files
import HDF5
import Recurrent

/// `training_config`: what a compiled model is trained by.
struct KerasTraining {
  /// What is not supported is `nil`; ``problem`` then says why.
  var optimizer: OptimizerConfiguration?
  /// That of each output.
  var losses: [OutputLoss]?
  var problem: TrainingProblem?
  /// How many variables stand before those of the optimizer.
  private(set) var wrapperVariables = 0
  /// What is measured beside the loss.
  var metrics: [CompiledMetric] = []

  /// Reads `training_config`, or `compile_config` of an archive.
  ///
  /// - Parameter model: What is trained; a model of one output if `nil`.
  init(_ json: JSONValue, of model: ModelConfiguration?, place: String) {
    var (lossProblem, optimizerProblem): (String?, String?)
    let (loss, weights) = (json["loss"] ?? nil, json["loss_weights"] ?? nil)
    losses = KerasOutputLosses(model).read(loss, weights: weights)
    if losses == nil {
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
    // Keras 3 has its own variables of a wrapper before those of the optimizer.
    let written = json["optimizer_config"] ?? json["optimizer"] ?? .null
    wrapperVariables = written["class_name"] == "LossScaleOptimizer" ? 4 : 0
    metrics = ["metrics", "weighted_metrics"].flatMap { KerasMetrics.read(json[$0] ?? nil) }
  }

  /// An optimizer by Keras' object, or by its name alone, as tf-keras' archives have it.
  private static func optimizer(
    _ json: JSONValue
  ) throws(ConfigurationError) -> OptimizerConfiguration {
    if let name = json.string { return try OptimizerConfiguration(named: name) }
    guard case .object(var config) = json["config"],
      let className = json["class_name"]?.string?.split(separator: ">").last.map(String.init)
    else { throw ConfigurationError("the optimizer has no class_name or config") }
    // What goes around an optimizer for halves changes nothing here.
    if className.hasPrefix("LossScaleOptimizer"), let inner = config["inner_optimizer"] {
      return try optimizer(inner)
    }
    if config["decay"] != nil, !sameAsLegacy.contains(className) {
      throw ConfigurationError(
        "the \(className) of TensorFlow up to 2.10, or of optimizers.legacy, computes otherwise and is not supported"
      )
    }
    // As Keras up to 2.2 calls it.
    if let rate = config.removeValue(forKey: "lr") { config["learning_rate"] = rate }
    var options: [String: JSONValue] = [:]
    let averages = config["use_ema"] == true
    for (option, value) in config {
      let isOff = value == nil || value == false || option == "decay"
      if harmless.contains(option) || !averages && option.hasPrefix("ema_")
        || isOff && !isOption(option, of: className)
      {
        continue
      }
      options[option] = value
    }
    if let decay = config["decay"]?.double, decay != 0, let rate = config["learning_rate"]?.double {
      options["learning_rate"] = [
        "class_name": "InverseTimeDecay",
        "config": [
          "initial_learning_rate": .number(rate), "decay_steps": 1, "decay_rate": .number(decay),
        ],
      ]
    }
    return try OptimizerConfiguration(className, options: options)
  }

  /// The optimizers that TensorFlow up to 2.10 computes as Keras does now; their options say `decay`. RMSprop and Adagrad
  /// add epsilon behind the root there, Nadam's factors are others.
  private static let sameAsLegacy: Set<String> = ["Adam", "SGD", "Adadelta"]

  /// Options that change no number.
  private static let harmless: Set<String> = [
    "name", "jit_compile", "is_legacy_optimizer", "loss_scale_factor",
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
