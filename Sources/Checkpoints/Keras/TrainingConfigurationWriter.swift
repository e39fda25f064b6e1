import Files
import Recurrent

extension ModelConfigurationWriter {
  /// How a model is trained, as Keras' `compile` has it.
  func writeTraining(
    _ configuration: OptimizerConfiguration, _ checkpoint: Checkpoint
  ) -> JSONValue {
    let className = configuration.className
    var optimizer: [String: JSONValue] = [
      "name": .string(KerasTraining.name(of: className, version)), "use_ema": false,
      "ema_momentum": 0.99, "ema_overwrite_frequency": nil,
    ]
    optimizer.merge(configuration.options) { _, new in new }
    if let schedule = optimizer["learning_rate"], let name = schedule["class_name"]?.string,
      case .object(let settings) = schedule["config"]
    {
      optimizer["learning_rate"] = [
        "module": "keras.optimizers.schedules", "class_name": .string(name),
        "config": .object(settings), "registered_name": nil,
      ]
    }
    if version == .two { optimizer["gradient_accumulation_steps"] = nil }
    let losses = KerasOutputLosses.write(checkpoint, self)
    var training: [String: JSONValue] = [
      "loss": losses.loss, "loss_weights": losses.weights, "weighted_metrics": nil,
    ]
    let metrics = KerasMetrics.write(checkpoint, self)
    if metrics != nil { training["metrics"] = metrics }
    switch version {
    case .three:
      optimizer["loss_scale_factor"] = .some(nil)
      training["run_eagerly"] = false
      training["steps_per_execution"] = 1
      training["jit_compile"] = false
    case .two where style == .archive: break
    case .two:
      optimizer["jit_compile"] = false
      optimizer["is_legacy_optimizer"] = false
      if className == "RMSprop", !configuration.averages {
        optimizer["ema_overwrite_frequency"] = 100
      }
    }
    training["optimizer_config"] = object(
      "keras.optimizers",
      version == .two && style == .hdf5 ? "Custom>" + className : className, optimizer)
    return .object(training)
  }
}
