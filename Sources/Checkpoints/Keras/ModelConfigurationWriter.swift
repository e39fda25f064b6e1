import Files
import HDF5
import Recurrent

/// Writes `model_config` and `training_config`, or `config.json` of an archive, as Keras 3 or tf-keras itself
/// writes them for the same model (`keras.src.legacy.saving.saving_utils.model_metadata`,
/// `saving_lib._serialize_model_as_json`).
struct ModelConfigurationWriter {
  /// The two ways in which Keras writes an object.
  enum Style {
    /// With its class, as in HDF5 files.
    case hdf5
    /// With its module too, as in archives (`serialization_lib.serialize_keras_object`).
    case archive
  }

  let version: KerasVersion
  let style: Style

  func write(_ configuration: ModelConfiguration) -> JSONValue {
    configuration.isFunctional ? functional(configuration) : sequential(configuration)
  }

  private func sequential(_ configuration: ModelConfiguration) -> JSONValue {
    let shape = sizes(configuration, configuration.inputSizes)
    let first = configuration.layers.first?.name ?? "layer"
    let inputName =
      version == .three ? InputConfiguration.standardName : first + "_input"
    let texts = configuration.inputs.first?.texts
    var layers: [JSONValue] = [
      texts.map(textInput) ?? input(named: inputName, shape: shape)
    ]
    if let texts { layers.append(textLayer(texts)) }
    for (index, layer) in configuration.layers.enumerated() {
      // tf-keras repeats the input's shape in the first layer.
      let repeated: JSONValue? =
        version == .two && index == 0 && texts == nil ? .some(shape) : .none
      layers.append(self.layer(layer, inputShape: repeated))
    }
    var config: [String: JSONValue] = [
      "name": .string(configuration.name), "layers": .array(layers),
    ]
    if version == .three {
      config["trainable"] = true
      config["dtype"] = KerasType.value("float32", version)
      config["build_input_shape"] = texts?.inputShape ?? shape
    }
    return object("keras", "Sequential", config)
  }

  /// The object of a functional model, whose class is in no public module.
  private func functional(_ configuration: ModelConfiguration) -> JSONValue {
    let ends = FunctionalEnds.write(configuration, version: version)
    let config: [String: JSONValue] = [
      "name": .string(configuration.name), "trainable": true,
      "layers": .array(called(configuration)), "input_layers": ends.inputs,
      "output_layers": ends.outputs,
    ]
    let model = object("keras.src.models.functional", "Functional", config)
    guard style == .archive, case .object(var members) = model else { return model }
    if version == .two { members["module"] = "tf_keras.src.engine.functional" }
    members["registered_name"] = "Functional"
    return .object(members)
  }

  /// A layer, or a model that is one.
  private func layer(
    _ layer: LayerConfiguration, inputShape: JSONValue? = .none, shapes: [JSONValue] = []
  ) -> JSONValue {
    if var model = layer.model {
      model.name = layer.name
      return write(model)
    }
    var config = options(layer)
    if let inputShape { config["batch_input_shape"] = inputShape }
    if version == .two {
      config.merge(KerasLayerOptions.shapes(of: layer.className, shapes)) { _, new in new }
    }
    return object("keras.layers", layer.className, config)
  }

  /// The layers of a functional model, the inputs first, each with its name and the calls that connect it.
  private func called(_ configuration: ModelConfiguration) -> [JSONValue] {
    let shapes = configuration.valueSizes.mapValues { sizes(configuration, $0) }
    func named(_ layer: JSONValue, _ name: String, calls: [JSONValue]) -> JSONValue {
      guard case .object(var members) = layer else { return layer }
      members["name"] = .string(name)
      members["inbound_nodes"] = .array(calls)
      return .object(members)
    }
    var called = configuration.inputs.enumerated().map { number, input in
      named(
        input.texts.map(textInput)
          ?? self.input(
            named: input.name, shape: sizes(configuration, input.sizes),
            type: configuration.masks(input: number)
              ? "bool"
              : version == .two && configuration.makesOneHot(input: number)
                ? "int32"
                : "float32"),
        input.givenName, calls: [])
    }
    for texts in configuration.inputs.compactMap(\.texts) {
      called.append(named(textLayer(texts), texts.name, calls: [textCall(texts)]))
    }
    // Where Keras finds the masks by itself, it gives their operations names of its own.
    let isPlain = configuration.layers.allSatisfy { $0.model == nil && $0.calls.count <= 1 }
    var masks = FunctionalMasks()
    var below = configuration.inputs.map { ValueName($0.name) }
    let given = configuration.layers.filter { $0.className == GivenMaskDescription.className }
    for layer in configuration.layers where layer.className != GivenMaskDescription.className {
      let calls = layer.calls.isEmpty ? [LayerCall(below)] : layer.calls
      let ownMask =
        version == .three && style == .archive && isPlain
        ? masks.add(layer, inputs: calls[0].inputs, shapes: shapes) : nil
      called += masks.takeOperations()
      below = [ValueName(layer.name)]
      func value(_ name: ValueName) -> FunctionalCallWriter.Value {
        .init(name: name, shape: shapes[name] ?? nil)
      }
      func mask(of name: ValueName) -> LayerConfiguration? {
        given.first { $0.name == name.name }
      }
      // What is given a mask is said by the layer above.
      func values(_ call: LayerCall) -> [FunctionalCallWriter.Value] {
        call.inputs.map { value(mask(of: $0)?.inputs.first ?? $0) }
      }
      if let operation = OperationWriter(layer, version: version, style: style) {
        called.append(operation.write(values(calls[0])))
        continue
      }
      let writer = FunctionalCallWriter(layer, in: configuration, version: version)
      let nodes = calls.map { call in
        writer.node(
          values(call), mask: ownMask,
          given: call.inputs.map { mask(of: $0)?.inputs.last.map(value) })
      }
      let inputShapes = calls[0].inputs.map { shapes[$0] ?? nil }
      called.append(
        named(self.layer(layer, shapes: inputShapes), layer.name, calls: nodes))
    }
    return called
  }

  private func sizes(_ configuration: ModelConfiguration, _ sizes: [Int?]) -> JSONValue {
    .array(([configuration.batch] + sizes).map { $0.map(JSONValue.integer) ?? nil })
  }

  /// The text of an archive's model: the model and how it is trained.
  func writeArchive(_ checkpoint: Checkpoint) -> JSONValue {
    guard case .object(var model) = write(checkpoint.configuration) else { return nil }
    if let optimizer = checkpoint.optimizer?.configuration {
      guard case .object(var training) = writeTraining(optimizer, checkpoint) else {
        return nil
      }
      training["optimizer"] = training.removeValue(forKey: "optimizer_config")
      model["compile_config"] = .object(training)
    }
    return .object(model)
  }

  /// An object of a class, in the style.
  func object(
    _ module: String, _ className: String, _ config: [String: JSONValue]
  ) -> JSONValue {
    var object: [String: JSONValue] = [
      "class_name": .string(className), "config": .object(config),
    ]
    switch style {
    case .archive:
      object["module"] = .string(module)
      object["registered_name"] = .some(nil)
      CustomLayers.setModule(of: &object, className)
    case .hdf5:
      if let name = CustomLayers.registeredName(className) { object["class_name"] = .string(name) }
    }
    return .object(object)
  }

  private func input(
    named name: String, shape: JSONValue, type: String = "float32"
  ) -> JSONValue {
    let config: [String: JSONValue] = [
      "dtype": .string(type), "sparse": false, "ragged": false, "optional": false,
      "name": .string(name),
      version == .three ? "batch_shape" : "batch_input_shape": shape,
    ]
    return object("keras.layers", "InputLayer", config)
  }

  /// The input of texts of a layer.
  private func textInput(_ texts: TextInput) -> JSONValue {
    input(named: texts.inputName, shape: texts.inputShape, type: "string")
  }

  /// The layer that makes numbers of texts, as it was read.
  private func textLayer(_ texts: TextInput) -> JSONValue {
    let name: [String: JSONValue] = ["name": .string(texts.name)]
    return object("keras.layers", texts.className, texts.options.merging(name) { own, _ in own })
  }

  private func textCall(_ texts: TextInput) -> JSONValue {
    let source = ValueName(texts.inputName)
    guard version == .three else {
      return [[.string(source.name), 0, 0, [:]]]
    }
    let tensor = FunctionalMasks.tensor(source, texts.inputShape, type: "string")
    return ["args": [tensor], "kwargs": [:]]
  }

  /// All options of a layer that Keras writes: ours, and those that are off.
  private func options(_ layer: LayerConfiguration) -> [String: JSONValue] {
    var options: [String: JSONValue] = [
      "name": .string(layer.name)
    ]
    options.merge(KerasLayerOptions.off(layer.className, version)) { _, new in new }
    let known = LayerConfiguration.options(of: layer.className) ?? [:]
    for (option, value) in known.merging(layer.options, uniquingKeysWith: { _, given in given }) {
      // Where Keras writes that there is none, it is among what is off.
      if option == "activity_regularizer", value == nil { continue }
      // tf-keras writes it only where it is on.
      if version == .two, option == "zero_output_for_mask", value == false { continue }
      if option == "dtype" {
        options[option] = KerasType.value(value.string ?? "float32", version)
        continue
      }
      // Which follows from the version.
      if ["needs_all_masks", "ignores_mask", "corrects_planes"].contains(option)
        || FunctionalCall.callOptions.contains(option)
      {
        continue
      }
      guard let name = KerasLayerOptions.name(option, of: layer.className, version) else {
        continue
      }
      options[name] = written(option, value)
    }
    if let model = layer.wrappedModel {
      // Keras 3 reads an object in an option by its module, in HDF5 files too.
      options["layer"] = ModelConfigurationWriter(
        version: version, style: version == .three ? .archive : style
      ).write(model)
    }
    return options
  }

  /// An option's value as Keras writes it.
  private func written(_ option: String, _ value: JSONValue) -> JSONValue {
    if value == "hard_sigmoid_keras2" { return "hard_sigmoid" }
    if option == "cells", let cells = value.array {
      return .array(cells.map { written("cell", $0) })
    }
    if let className = value["class_name"]?.string, case .object(var config) = value["config"],
      let name = config.removeValue(forKey: "name")?.string
    {
      let inner = LayerConfiguration(className, name: name, options: config)
      var object: [String: JSONValue] = [
        "module": "keras.layers", "class_name": .string(className),
        "config": .object(self.options(inner)), "registered_name": nil,
      ]
      CustomLayers.setModule(of: &object, className)
      return .object(object)
    }
    guard let kind = ["initializer", "regularizer", "constraint"].first(where: option.hasSuffix),
      let className = value.string ?? value["class_name"]?.string
    else { return value }
    var settings: [String: JSONValue] = [:]
    if case .object(let config) = value["config"] { settings = config }
    if settings.isEmpty, kind == "initializer" { return initializer(className) }
    return [
      "module": .string("keras.\(kind)s"), "class_name": .string(className),
      "config": .object(settings), "registered_name": nil,
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
}

extension ModelConfiguration {
  /// The model as `to_json` of Keras 3 writes it.
  package var kerasText: String {
    ModelConfigurationWriter(version: .three, style: .archive).write(self).text()
  }
}
