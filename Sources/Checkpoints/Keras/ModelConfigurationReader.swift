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

  /// - Throws: ``FileError`` that names all that is not supported.
  func read(_ json: JSONValue) throws -> ModelConfiguration {
    let problems = Problems()
    let model = try model(json, problems)
    guard problems.texts.isEmpty else {
      throw invalid(problems.texts.joined(separator: "; "))
    }
    return model
  }

  /// What is not supported, so far.
  private final class Problems {
    private(set) var texts: [String] = []

    func add(_ text: String) {
      if !texts.contains(text) { texts.append(text) }
    }
  }

  /// Reads a model, or one that is a layer of another.
  private func model(_ json: JSONValue, _ problems: Problems) throws -> ModelConfiguration {
    guard let className = json["class_name"]?.string else {
      throw invalid("has no class_name")
    }
    let isFunctional = Self.functionalClasses.contains(className)
    guard isFunctional || className == Self.sequential else {
      throw invalid(
        "the model is of class \(className); Sequential and Functional can be read")
    }
    // Older releases have the layers alone.
    guard let config = json["config"], let layers = config["layers"]?.array ?? config.array else {
      throw invalid("has no layers")
    }
    // With the inputs, and the operations that make masks.
    guard layers.count <= 8 * ModelConfiguration.mostLayers else {
      throw invalid(
        "the model has \(layers.count) layers; it must have at most \(ModelConfiguration.mostLayers)"
      )
    }
    var inputs: [(name: String, shape: [JSONValue])] = []
    var texts = TextInputReader(isFunctional: isFunctional)
    var firstShape: [JSONValue]?
    var read: [LayerConfiguration] = []
    var masks = MaskOperations()
    var names = Set(layers.compactMap { ($0["config"]?["name"] ?? $0["name"])?.string })
    for layer in layers {
      guard let className = layer["class_name"]?.string, let config = layer["config"],
        let name = (config["name"] ?? layer["name"])?.string
      else { throw invalid("a layer has no class_name, config or name") }
      guard !name.isEmpty, name != ".", name != KerasWeights.topLevel, !name.contains("/") else {
        throw invalid("a layer cannot be named '\(name)'")
      }
      let shape = (config["batch_shape"] ?? config["batch_input_shape"])?.array
      firstShape = firstShape ?? shape
      if isFunctional, masks.take(layer, className: className, name: name) { continue }
      guard className != "InputLayer" else {
        inputs.append((name, shape ?? []))
        texts.note(input: name, config, shape: shape)
        continue
      }
      do {
        if TextInput.classes.contains(className) {
          try texts.take(layer, className: className, name: name, isFirst: read.isEmpty, invalid)
          continue
        }
        read += try self.layer(
          layer, name, config, isCalled: isFunctional, &masks, names: &names, problems)
      } catch let error as FileError {
        problems.add(String(error.reason.dropFirst(place.count + 2)))
      }
    }
    // What is not there makes no sense of the rest.
    guard problems.texts.isEmpty else {
      return ModelConfiguration(name: "", batch: nil, inputs: [], layers: [], outputs: [])
    }
    try masks.check(read, invalid)
    var model: ModelConfiguration
    if isFunctional {
      model = ModelConfiguration(
        name: config["name"]?.string ?? "functional", batch: nil, inputs: [], layers: read,
        outputs: [])
      FunctionalEnds(config, version: version).set(in: &model, layers: layers)
      let shapes = Dictionary(inputs.map { ($0.name, $0.shape) }) { one, _ in one }
      for index in model.inputs.indices {
        guard let shape = shapes[model.inputs[index].name] else {
          throw invalid("the model has no input \(model.inputs[index].name)")
        }
        try setShape(
          try texts.set(input: index, in: &model, invalid) ?? shape, ofInput: index, in: &model)
      }
    } else {
      model = ModelConfiguration(
        name: config["name"]?.string ?? "sequential", batch: nil, input: .vector(features: 1),
        layers: read)
      try setShape(
        try texts.set(input: 0, in: &model, invalid)
          ?? firstShape ?? config["build_input_shape"]?.array ?? [], ofInput: 0, in: &model)
    }
    return model
  }

  /// The most axes of an input, the batch among them.
  private static let mostAxes = 7
  private static let sequential = "Sequential"
  /// Keras 1 and tf-keras call functional models by their base class.
  private static let functionalClasses: Set<String> = ["Functional", "Model"]

  private static func isModel(_ json: JSONValue) -> Bool {
    let className = json["class_name"]?.string ?? ""
    return className == sequential || functionalClasses.contains(className)
  }

  /// Reads a layer, with its calls in a functional model, behind the masks that these are given.
  ///
  /// - Parameter names: Those that the model's layers have, to which the masks' are added.
  private func layer(
    _ json: JSONValue, _ name: String, _ config: JSONValue, isCalled: Bool,
    _ masks: inout MaskOperations, names: inout Set<String>, _ problems: Problems
  ) throws -> [LayerConfiguration] {
    let className = json["class_name"]?.string ?? ""
    let operations = OperationReader(version: version, invalid: invalid)
    if isCalled, operations.isOperation(json, config) {
      return [try operations.read(json, name, config)]
    }
    var layer: LayerConfiguration
    if Self.isModel(json) {
      let inner = try model(json, problems)
      guard inner.inputs.allSatisfy({ $0.texts == nil }) else {
        throw invalid("the model \(name) inside another takes texts, which is not supported")
      }
      layer = LayerConfiguration(inner, isTrainable: config["trainable"]?.bool ?? true)
      layer.name = name
    } else {
      let known = problems.texts.count
      layer = try self.layer(className, name, config, problems)
      do {
        // Of a model inside it, what is wrong has been said.
        if problems.texts.count == known { try layer.validate() }
      } catch {
        throw invalid("\(error)")
      }
    }
    guard isCalled else { return [layer] }
    var given: [LayerConfiguration] = []
    for node in json["inbound_nodes"]?.array ?? [] {
      let call = try FunctionalCall(node, of: layer, masks: masks, invalid)
      masks.note(call, of: name)
      // Keras 3 looks for the mask of each of several tensors, under names that recurrent layers do not have.
      if version == .three, call.inputs.count > 1, call.masks.isEmpty,
        layer["ignores_mask"] != nil
      {
        layer.options["ignores_mask"] = true
      }
      layer.options.merge(call.options) { _, new in new }
      var inputs = call.inputs
      for (input, mask) in call.givenMasks.sorted(by: { $0.key < $1.key }) {
        guard inputs.indices.contains(input) else {
          throw invalid("layer \(name) is called with more masks than values")
        }
        var maskName = "\(name)_mask"
        while !names.insert(maskName).inserted { maskName += "_" }
        var masked = LayerConfiguration(GivenMaskDescription.className, name: maskName)
        masked.inputs = [inputs[input], mask]
        given.append(masked)
        inputs[input] = ValueName(masked.name)
      }
      layer.calls.append(LayerCall(inputs))
    }
    guard !layer.calls.isEmpty else { throw invalid("layer \(name) is called 0 times") }
    return given + [layer]
  }

  /// Says what an input of a model looks like.
  ///
  /// - Parameter shape: With the batch.
  private func setShape(
    _ shape: [JSONValue], ofInput index: Int, in model: inout ModelConfiguration
  ) throws {
    let name = model.inputs.count == 1 ? "the input" : "the input \(model.inputs[index].name)"
    guard (2...Self.mostAxes).contains(shape.count) else {
      throw invalid("\(name) has no shape [batch, timeSteps, features]")
    }
    let sizes = shape.map(\.integer)
    if let batch = sizes[0] { model.batch = batch }
    if shape.count == 2, model.embeds(input: index) || model.masks(input: index) {
      model.inputs[index].sample = .sequence(timeSteps: sizes[1], features: 1)
      model.inputs[index].isSymbols = true
    } else if let sample = SampleShape(sizes: Array(sizes.dropFirst())) {
      model.inputs[index].sample = sample
    } else {
      throw invalid("\(name) has no number of features")
    }
  }

  private func layer(
    _ className: String, _ name: String, _ config: JSONValue, _ problems: Problems
  ) throws -> LayerConfiguration {
    let (className, config) = KerasLayerOptions.current(className, config, version)
    guard let known = LayerConfiguration.options(of: className) else {
      throw invalid("layer \(name) is of class \(className), which is not supported")
    }
    guard case .object(let given) = config else {
      throw invalid("layer \(name) (\(className)): has no options")
    }
    let members = KerasLayerOptions.renamed(KerasOne.options(className, given), of: className)
    var options: [String: JSONValue] = [:]
    var wrappedModel: ModelConfiguration?
    for (option, value) in members.sorted(by: { $0.key < $1.key }) {
      if className == "TimeDistributed", option == "layer", Self.isModel(value) {
        wrappedModel = try model(value, problems)
        // What is wrong with it has been said.
        guard problems.texts.isEmpty else { return LayerConfiguration(className, name: name) }
        continue
      }
      if option == "dtype" {
        guard let type = KerasType.name(value) else {
          throw invalid("layer \(name) (\(className)): dtype \(value.text()) is not supported")
        }
        options[option] = .string(type)
      } else if known[option] != nil {
        options[option] =
          try inside(className, value, problems) ?? normalized(option, value)
      } else if !isOff(option, value) {
        throw invalid("layer \(name) (\(className)): \(option) \(value.text()) is not supported")
      }
    }
    // tf-keras counts a step if all inputs do, Keras 3 if any does.
    if version == .two, known["needs_all_masks"] != nil { options["needs_all_masks"] = true }
    if version == .two, known["corrects_planes"] != nil { options["corrects_planes"] = true }
    var read = LayerConfiguration(className, name: name, options: options)
    read.wrappedModel = wrappedModel
    return read
  }

  /// A layer or cell inside another, or a list of them, in our words; `nil` if an option is something else.
  private func inside(
    _ className: String, _ value: JSONValue, _ problems: Problems
  ) throws -> JSONValue? {
    if let elements = value.array {
      let inner = try elements.compactMap { try inside(className, $0, problems) }
      return inner.isEmpty || inner.count < elements.count ? nil : .array(inner)
    }
    guard let innerClass = value["class_name"]?.string, let config = value["config"],
      let name = config["name"]?.string
    else { return nil }
    var inner = try layer(innerClass, name, config, problems)
    guard version == .three || className != "TimeDistributed" || inner["mask_zero"] != true else {
      throw invalid("layer \(name) (\(className)): mask_zero inside it is not supported")
    }
    // tf-keras' Bidirectional sees to that itself.
    if version == .two, className == "Bidirectional" {
      inner.options["zero_output_for_mask"] = inner["return_sequences"]
    }
    return [
      "class_name": .string(inner.className),
      "config": .object(inner.options.merging(["name": .string(name)]) { given, _ in given }),
    ]
  }

  /// Options that do not change a number that is computed from weights that are there.
  private static let harmless: Set<String> = [
    "name", "batch_shape", "batch_input_shape", "build_config", "registered_name", "module",
    "kernel_initializer", "recurrent_initializer", "bias_initializer", "implementation", "unroll",
    "seed", "input_dim", "input_length", "max_batch_size", "batch_input_shape", "renorm_momentum",
    "robust_masking", "query_shape", "value_shape", "key_shape",
  ]

  /// Whether an option that the engine does not know is off, or changes nothing.
  private func isOff(_ option: String, _ value: JSONValue) -> Bool {
    if Self.harmless.contains(option) { return true }
    return switch (option, value) {
    case (_, .null), (_, .bool(false)), (_, .integer(0)), (_, .number(0)): true
    default: false
    }
  }

  /// The value in the words that ``LayerConfiguration`` uses: an object by its class name where it has no
  /// settings of its own.
  private func normalized(_ option: String, _ value: JSONValue) -> JSONValue {
    if value == "hard_sigmoid", version == .two { return "hard_sigmoid_keras2" }
    guard case .object = value, let className = value["class_name"] else { return value }
    // TensorFlow's own, as in `activation=tf.nn.softmax`.
    if className == "function", let function = value["config"]?.string {
      return .string(function.replacing("_v2", with: ""))
    }
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
