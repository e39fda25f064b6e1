import Files
import HDF5
import Recurrent

/// Turns Keras' `model_config` into a model that the engine can compute, or says what in it is not.
struct ModelConfigurationReader {
  let file: String
  /// What errors call the text.
  let place: String
  /// Whose words they are: a name may mean another formula.
  let version: KerasVersion

  func read(_ json: JSONValue) throws -> ModelConfiguration {
    guard let className = json["class_name"]?.string else {
      throw invalid("has no class_name")
    }
    // Keras 1 and tf-keras call functional models by their base class.
    let isFunctional = ["Functional", "Model"].contains(className)
    guard isFunctional || className == "Sequential" else {
      throw invalid(
        "the model is of class \(className); Sequential and Functional can be read")
    }
    // Older releases have the layers alone.
    guard let config = json["config"], let layers = config["layers"]?.array ?? config.array else {
      throw invalid("has no layers")
    }
    // With the input, and the operations that make masks.
    guard layers.count <= 8 * ModelConfiguration.mostLayers else {
      throw invalid(
        "the model has \(layers.count) layers; it must have at most \(ModelConfiguration.mostLayers)"
      )
    }
    var inputShape: [JSONValue]?
    var read: [LayerConfiguration] = []
    var inputName: String?
    var masks = MaskOperations()
    for layer in layers {
      guard let className = layer["class_name"]?.string, let config = layer["config"],
        let name = config["name"]?.string
      else { throw invalid("a layer has no class_name, config or name") }
      guard !name.isEmpty, name != ".", name != KerasWeights.topLevel, !name.contains("/") else {
        throw invalid("a layer cannot be named '\(name)'")
      }
      inputShape = inputShape ?? (config["batch_shape"] ?? config["batch_input_shape"])?.array
      if isFunctional, masks.take(layer, className: className, name: name) { continue }
      guard className != "InputLayer" else {
        guard inputName == nil else { throw invalid("the model has more than one input") }
        inputName = name
        continue
      }
      var described = try self.layer(className, name, config)
      if isFunctional {
        let calls = try FunctionalCalls(
          layer["inbound_nodes"] ?? nil, of: name, masks: &masks, invalid)
        // Operations, such as that of `a + b`, have the names of layers.
        guard calls.isList || !described.takesList else {
          throw invalid(
            "\(name) is the operation \(className), which is not supported; the layer \(className) is"
          )
        }
        described.inputs = calls.inputs
      }
      read.append(described)
    }
    try masks.check(read, invalid)
    if isFunctional { try checkEnds(config, input: inputName, output: read.last?.name) }
    inputShape = inputShape ?? config["build_input_shape"]?.array
    guard let inputShape, (2...3).contains(inputShape.count) else {
      throw invalid("the input has no shape [batch, timeSteps, features]")
    }
    let isSymbols = inputShape.count == 2 && read.first?.className == "Embedding"
    let input: SampleShape
    if isSymbols {
      input = .sequence(timeSteps: inputShape[1].integer, features: 1)
    } else if let features = inputShape.last?.integer {
      input =
        inputShape.count == 2
        ? .vector(features: features)
        : .sequence(timeSteps: inputShape[1].integer, features: features)
    } else {
      throw invalid("the input has no number of features")
    }
    return ModelConfiguration(
      name: config["name"]?.string ?? "sequential", batch: inputShape[0].integer, input: input,
      inputIsSymbols: isSymbols, layers: read, functionalInput: isFunctional ? inputName : nil)
  }

  /// Checks that a functional model goes from its one input to its last layer.
  private func checkEnds(_ config: JSONValue, input: String?, output: String?) throws {
    func names(_ option: String) -> [String] {
      let ends = config[option]?.array ?? []
      // One end may stand alone, or in a list.
      return ends.first?.string.map { [$0] } ?? ends.compactMap { $0.array?.first?.string }
    }
    guard let input, names("input_layers") == [input] else {
      throw invalid("the model must have one input; it has \(names("input_layers").count)")
    }
    guard let output, names("output_layers") == [output] else {
      throw invalid(
        "the model must give the output of its last layer \(output ?? ""); it gives "
          + "\(names("output_layers").joined(separator: ", "))")
    }
  }

  private func layer(
    _ className: String, _ name: String, _ config: JSONValue
  ) throws -> LayerConfiguration {
    guard let known = LayerConfiguration.options(of: className) else {
      throw invalid("layer \(name) is of class \(className), which is not supported")
    }
    guard case .object(let given) = config else {
      throw invalid("layer \(name) (\(className)): has no options")
    }
    let members = KerasLayerOptions.renamed(KerasOne.options(className, given), of: className)
    var options: [String: JSONValue] = [:]
    for (option, value) in members.sorted(by: { $0.key < $1.key }) {
      if known[option] != nil {
        if let innerClass = value["class_name"]?.string, let config = value["config"],
          let name = config["name"]?.string
        {
          // A layer inside this one.
          var inner = try layer(innerClass, name, config)
          // tf-keras' Bidirectional sees to that itself.
          if version == .two, className == "Bidirectional" {
            inner.options["zero_output_for_mask"] = inner["return_sequences"]
          }
          options[option] = [
            "class_name": .string(innerClass),
            "config": .object(inner.options.merging(["name": .string(name)]) { given, _ in given }),
          ]
          continue
        }
        options[option] = normalized(option, value)
      } else if !isOff(option, value) {
        throw invalid("layer \(name) (\(className)): \(option) \(value.text()) is not supported")
      }
    }
    // tf-keras counts a step if all inputs do, Keras 3 if any does.
    if version == .two, known["needs_all_masks"] != nil { options["needs_all_masks"] = true }
    let read = LayerConfiguration(className, name: name, options: options)
    do {
      try read.validate()
    } catch {
      throw invalid("\(error)")
    }
    return read
  }

  /// Options that do not change a number that is computed from weights that are there.
  private static let harmless: Set<String> = [
    "name", "batch_shape", "batch_input_shape", "build_config", "registered_name", "module",
    "kernel_initializer", "recurrent_initializer", "bias_initializer", "implementation", "unroll",
    "seed", "input_dim", "input_length", "max_batch_size", "batch_input_shape", "renorm_momentum",
    "robust_masking",
  ]

  /// Whether an option that the engine does not know is off, or changes nothing.
  private func isOff(_ option: String, _ value: JSONValue) -> Bool {
    if Self.harmless.contains(option) { return true }
    return switch (option, value) {
    case ("dtype", .string(let name)): name == "float32"
    case ("dtype", _): value["config"]?["name"]?.string == "float32"
    case (_, .null), (_, .bool(false)), (_, .integer(0)), (_, .number(0)): true
    default: false
    }
  }

  /// The value in the words that ``LayerConfiguration`` uses: an object by its class name where it has no
  /// settings of its own.
  private func normalized(_ option: String, _ value: JSONValue) -> JSONValue {
    if value == "hard_sigmoid", version == .two { return "hard_sigmoid_keras2" }
    guard case .object = value, let className = value["class_name"] else { return value }
    var settings: [String: JSONValue] = [:]
    if case .object(let config) = value["config"] {
      settings = config.filter { $0.value != nil && $0.key != "seed" }
    }
    if className == "Orthogonal", settings["gain"]?.double == 1 { settings["gain"] = nil }
    return settings.isEmpty
      ? className : ["class_name": className, "config": .object(settings)]
  }

  private func invalid(_ reason: String) -> FileError {
    .invalid(file, "\(place): \(reason)")
  }
}
