import Recurrent

/// Writes `model_config` and `training_config` as Keras 3 or tf-keras itself writes them for the same
/// model (`keras.src.legacy.saving.saving_utils.model_metadata`).
struct ModelConfigurationWriter {
  let version: KerasVersion

  func write(_ configuration: ModelConfiguration) -> JSONValue {
    let sizes = [configuration.batch] + configuration.inputSizes
    let shape = JSONValue.array(sizes.map { $0.map(JSONValue.integer) ?? nil })
    let first = configuration.layers.first?.name ?? "layer"
    var layers: [JSONValue] = [input(shape: shape, before: first)]
    for (index, layer) in configuration.layers.enumerated() {
      var config = options(layer)
      // tf-keras repeats the input's shape in the first layer.
      if version == .two && index == 0 { config["batch_input_shape"] = shape }
      layers.append(["class_name": .string(layer.className), "config": .object(config)])
    }
    var config: [String: JSONValue] = [
      "name": .string(configuration.name), "layers": .array(layers),
    ]
    if version == .three {
      config["trainable"] = true
      config["dtype"] = float32
      config["build_input_shape"] = shape
    }
    return ["class_name": "Sequential", "config": .object(config)]
  }

  func writeTraining(_ configuration: OptimizerConfiguration, _ loss: Loss) -> JSONValue {
    let className = configuration.className
    var optimizer: [String: JSONValue] = [
      "name": .string(KerasTraining.name(of: className, version)), "use_ema": false,
      "ema_momentum": 0.99, "ema_overwrite_frequency": nil,
    ]
    optimizer.merge(configuration.options) { _, new in new }
    var training: [String: JSONValue] = [
      "loss": KerasTraining.lossValue(loss), "loss_weights": nil, "weighted_metrics": nil,
    ]
    switch version {
    case .three:
      optimizer["loss_scale_factor"] = .some(nil)
      optimizer["gradient_accumulation_steps"] = .some(nil)
      training["metrics"] = loss.hasAccuracy ? ["accuracy"] : nil
      training["run_eagerly"] = false
      training["steps_per_execution"] = 1
      training["jit_compile"] = false
    case .two:
      optimizer["jit_compile"] = false
      optimizer["is_legacy_optimizer"] = false
      if className == "RMSprop" { optimizer["ema_overwrite_frequency"] = 100 }
      let function = loss.accuracyFunction.map { name -> JSONValue in
        [
          "class_name": "MeanMetricWrapper",
          "config": ["name": "accuracy", "dtype": "float32", "fn": .string(name)],
        ]
      }
      training["metrics"] = function.map { [[$0]] } ?? nil
    }
    training["optimizer_config"] = [
      "class_name": .string(version == .three ? className : "Custom>" + className),
      "config": .object(optimizer),
    ]
    return .object(training)
  }

  private func input(shape: JSONValue, before first: String) -> JSONValue {
    var config: [String: JSONValue] = [
      "dtype": "float32", "sparse": false, "ragged": false, "optional": false,
    ]
    switch version {
    case .three:
      config["batch_shape"] = shape
      config["name"] = "input_layer"
    case .two:
      config["batch_input_shape"] = shape
      config["name"] = .string(first + "_input")
    }
    return ["class_name": "InputLayer", "config": .object(config)]
  }

  /// All options of a layer that Keras writes: ours, and those that are off.
  private func options(_ layer: LayerConfiguration) -> [String: JSONValue] {
    var options: [String: JSONValue] = [
      "name": .string(layer.name), "trainable": true, "dtype": float32,
    ]
    options.merge(KerasLayerOptions.off(layer.className, version)) { _, new in new }
    let known = LayerConfiguration.options(of: layer.className) ?? [:]
    for (option, value) in known.merging(layer.options, uniquingKeysWith: { _, given in given }) {
      // tf-keras writes it only where it is on.
      if version == .two, option == "zero_output_for_mask", value == false { continue }
      options[option] = written(option, value)
    }
    return options
  }

  /// An option's value as Keras writes it.
  private func written(_ option: String, _ value: JSONValue) -> JSONValue {
    if value == "hard_sigmoid_keras2" { return "hard_sigmoid" }
    if let className = value["class_name"]?.string, case .object(var config) = value["config"],
      let name = config.removeValue(forKey: "name")?.string
    {
      let inner = LayerConfiguration(className, name: name, options: config)
      return [
        "module": "keras.layers", "class_name": .string(className),
        "config": .object(self.options(inner)), "registered_name": nil,
      ]
    }
    guard option.hasSuffix("_initializer") else { return value }
    let name = value.string ?? value["class_name"]?.string ?? ""
    guard case .object(let settings) = value["config"] else { return initializer(name) }
    return [
      "module": "keras.initializers", "class_name": .string(name), "config": .object(settings),
      "registered_name": nil,
    ]
  }

  private func initializer(_ className: String) -> JSONValue {
    var config: [String: JSONValue] = [:]
    switch className {
    case "GlorotUniform":
      config["seed"] = .some(nil)
      if version == .three {
        config["input_axes"] = .some(nil)
        config["output_axes"] = .some(nil)
      }
    case "Orthogonal":
      config = ["gain": 1.0, "seed": nil]
    default: break
    }
    return [
      "module": "keras.initializers", "class_name": .string(className),
      "config": .object(config), "registered_name": nil,
    ]
  }

  private var float32: JSONValue {
    switch version {
    case .two: "float32"
    case .three:
      [
        "module": "keras", "class_name": "DTypePolicy", "config": ["name": "float32"],
        "registered_name": nil,
      ]
    }
  }
}
