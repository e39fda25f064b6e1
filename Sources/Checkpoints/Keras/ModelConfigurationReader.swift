import Recurrent

/// Turns Keras' `model_config` into a model that the engine can compute, or says what in it is not.
struct ModelConfigurationReader {
  let file: String

  func read(_ json: JSONValue) throws -> ModelConfiguration {
    guard let className = json["class_name"]?.string else {
      throw invalid("has no class_name")
    }
    guard className == "Sequential" else {
      throw invalid("the model is of class \(className); only Sequential can be read")
    }
    guard let config = json["config"], let layers = config["layers"]?.array else {
      throw invalid("has no layers")
    }
    var inputShape: [JSONValue]?
    var read: [LayerConfiguration] = []
    for layer in layers {
      guard let className = layer["class_name"]?.string, let config = layer["config"],
        let name = config["name"]?.string
      else { throw invalid("a layer has no class_name, config or name") }
      guard !name.isEmpty, name != ".", name != KerasWeights.topLevel, !name.contains("/") else {
        throw invalid("a layer cannot be named '\(name)'")
      }
      inputShape = inputShape ?? (config["batch_shape"] ?? config["batch_input_shape"])?.array
      let options = LayerOptions(file: file, layer: name, className: className, config: config)
      switch className {
      case "InputLayer": continue
      case "LSTM": read.append(.lstm(try lstm(options)))
      case "Dense": read.append(.dense(try dense(options)))
      default:
        throw invalid("layer \(name) is of class \(className), which is not supported")
      }
    }
    inputShape = inputShape ?? config["build_input_shape"]?.array
    guard let inputShape, inputShape.count == 3, let features = inputShape[2].integer else {
      throw invalid("the input has no shape [batch, timeSteps, features]")
    }
    return ModelConfiguration(
      name: config["name"]?.string ?? "sequential", batch: inputShape[0].integer,
      timeSteps: inputShape[1].integer, features: features, layers: read)
  }

  private func lstm(_ options: LayerOptions) throws -> LSTMConfiguration {
    try options.require("activation", "tanh")
    try options.require("recurrent_activation", "sigmoid")
    try options.require("use_bias", true)
    try options.requireDefaults(
      except: [
        "activation", "recurrent_activation", "use_bias", "units", "return_sequences", "stateful",
        "unit_forget_bias",
      ])
    return LSTMConfiguration(
      name: options.layer, units: try options.integer("units"),
      returnSequences: options.flag("return_sequences", default: false),
      stateful: options.flag("stateful", default: false),
      unitForgetBias: options.flag("unit_forget_bias", default: true))
  }

  private func dense(_ options: LayerOptions) throws -> DenseConfiguration {
    try options.require("use_bias", true)
    try options.requireDefaults(except: ["activation", "use_bias", "units"])
    let name = options.config["activation"]?.string ?? "linear"
    guard let activation = DenseConfiguration.Activation(rawValue: name) else {
      throw invalid("layer \(options.layer) (Dense): activation \(name) is not supported")
    }
    return DenseConfiguration(
      name: options.layer, units: try options.integer("units"), activation: activation)
  }

  private func invalid(_ reason: String) -> CheckpointError {
    .invalid(file, "/@model_config: \(reason)")
  }
}

/// The options of one layer.
private struct LayerOptions {
  let file: String
  let layer: String
  let className: String
  let config: JSONValue

  /// Options that do not change a number that is computed from weights that are there.
  private static let harmless: Set<String> = [
    "name", "batch_shape", "batch_input_shape", "build_config", "registered_name", "module",
    "kernel_initializer", "recurrent_initializer", "bias_initializer", "implementation", "unroll",
    "seed", "return_state", "input_dim", "input_length", "max_batch_size",
  ]

  func flag(_ option: String, default value: Bool) -> Bool { config[option]?.bool ?? value }

  func integer(_ option: String) throws -> Int {
    guard let value = config[option]?.integer else { throw invalid("\(option) is not a number") }
    return value
  }

  func require(_ option: String, _ value: JSONValue) throws {
    guard let found = config[option], found != value else { return }
    throw invalid("\(option) \(found.text()) is not supported")
  }

  /// Every other option must be off, or one that changes nothing.
  func requireDefaults(except handled: Set<String>) throws {
    guard case .object(let members) = config else { throw invalid("has no options") }
    for (option, value) in members.sorted(by: { $0.key < $1.key }) {
      if handled.contains(option) || Self.harmless.contains(option) { continue }
      switch (option, value) {
      case (_, .null), (_, .bool(false)), (_, .integer(0)), (_, .number(0)),
        ("trainable", .bool(true)), ("dtype", .string("float32")):
        continue
      case ("dtype", _) where value["config"]?["name"]?.string == "float32": continue
      default: throw invalid("\(option) \(value.text()) is not supported")
      }
    }
    guard flag("return_state", default: false) == false else {
      throw invalid("return_state is not supported")
    }
    guard flag("trainable", default: true) else {
      throw invalid("trainable false is not supported")
    }
  }

  private func invalid(_ reason: String) -> CheckpointError {
    .invalid(file, "/@model_config: layer \(layer) (\(className)): \(reason)")
  }
}
