import Recurrent

/// Writes `model_config` and `training_config` as Keras 3 or tf-keras itself writes them for the same
/// model (`keras.src.legacy.saving.saving_utils.model_metadata`).
struct ModelConfigurationWriter {
  let version: KerasVersion

  func write(_ configuration: ModelConfiguration) -> JSONValue {
    let shape: JSONValue = [
      configuration.batch.map(JSONValue.integer) ?? nil,
      configuration.timeSteps.map(JSONValue.integer) ?? nil, .integer(configuration.features),
    ]
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

  func writeTraining(_ adam: Adam<Float>.Configuration) -> JSONValue {
    var optimizer: [String: JSONValue] = [
      "name": version == .three ? "adam" : "Adam",
      "learning_rate": .number(Double(adam.learningRate)), "weight_decay": nil, "clipnorm": nil,
      "global_clipnorm": nil, "clipvalue": nil, "use_ema": false, "ema_momentum": 0.99,
      "ema_overwrite_frequency": nil, "beta_1": .number(adam.beta1), "beta_2": .number(adam.beta2),
      "epsilon": .number(adam.epsilon), "amsgrad": false,
    ]
    var training: [String: JSONValue] = [
      "loss": "categorical_crossentropy", "loss_weights": nil, "weighted_metrics": nil,
    ]
    switch version {
    case .three:
      optimizer["loss_scale_factor"] = .some(nil)
      optimizer["gradient_accumulation_steps"] = .some(nil)
      training["metrics"] = ["accuracy"]
      training["run_eagerly"] = false
      training["steps_per_execution"] = 1
      training["jit_compile"] = false
    case .two:
      optimizer["jit_compile"] = false
      optimizer["is_legacy_optimizer"] = false
      training["metrics"] = [
        [
          [
            "class_name": "MeanMetricWrapper",
            "config": ["name": "accuracy", "dtype": "float32", "fn": "categorical_accuracy"],
          ]
        ]
      ]
    }
    training["optimizer_config"] = [
      "class_name": version == .three ? "Adam" : "Custom>Adam", "config": .object(optimizer),
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

  private func options(_ layer: LayerConfiguration) -> [String: JSONValue] {
    var options: [String: JSONValue] = [
      "name": .string(layer.name), "trainable": true, "dtype": float32,
      "units": .integer(layer.units), "use_bias": true,
      "kernel_initializer": initializer("GlorotUniform"),
      "bias_initializer": initializer("Zeros"), "kernel_regularizer": nil,
      "bias_regularizer": nil, "kernel_constraint": nil, "bias_constraint": nil,
    ]
    switch layer {
    case .lstm(let lstm):
      let more: [String: JSONValue] = [
        "return_sequences": .bool(lstm.returnSequences), "return_state": false,
        "go_backwards": false, "stateful": .bool(lstm.stateful), "unroll": false,
        "activation": "tanh", "recurrent_activation": "sigmoid",
        "recurrent_initializer": initializer("Orthogonal"),
        "unit_forget_bias": .bool(lstm.unitForgetBias), "recurrent_regularizer": nil,
        "activity_regularizer": nil, "recurrent_constraint": nil, "dropout": 0.0,
        "recurrent_dropout": 0.0,
      ]
      options.merge(more) { _, new in new }
      switch version {
      case .three:
        options["zero_output_for_mask"] = false
        options["seed"] = .some(nil)
      case .two:
        options["time_major"] = false
        options["implementation"] = 2
      }
    case .dense(let dense):
      options["activation"] = .string(dense.activation.rawValue)
      options[version == .three ? "quantization_config" : "activity_regularizer"] = .some(nil)
    }
    return options
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
