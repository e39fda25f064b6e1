import Files
import HDF5
import Recurrent

/// `model_weights`: a group for each layer, whose attribute `weight_names` gives the paths of its
/// arrays below it, in Keras' order (`save_weights_to_hdf5_group`).
enum KerasWeights {
  /// The group of weights that belong to no layer.
  static let topLevel = "top_level_model_weights"

  /// The name of a weight below its layer's group.
  static func path(
    _ parameter: ParameterStore<Float>.Parameter, in checkpoint: Checkpoint
  ) -> String {
    let path = parameter.layer + "/" + parameter.path
    return switch checkpoint.kerasVersion {
    case .three: checkpoint.configuration.name + "/" + path
    case .two: path + ":0"
    }
  }

  static func write(
    _ checkpoint: Checkpoint, arrays: ArrayWriter, to root: Group
  ) throws {
    let weights = try root.createGroup("model_weights")
    let layers = checkpoint.configuration.layers.map(\.name)
    try weights.attributes.set("layer_names", layers, utf8: false)
    try weights.attributes.set("backend", "tensorflow", utf8: false)
    try weights.attributes.set("keras_version", checkpoint.kerasVersion.release, utf8: false)
    for layer in layers {
      let group = try weights.createGroup(layer)
      let parameters = Self.weights(of: layer, in: checkpoint.parameters)
      let names = parameters.map { path($0, in: checkpoint) }
      try setNames("weight_names", names, of: group)
      for (parameter, name) in zip(parameters, names) {
        try arrays.write(parameter, of: checkpoint.parameters, as: name, to: group)
      }
    }
    try weights.createGroup(topLevel).attributes.set(
      "weight_names", [] as [String])
  }

  /// Whether a group has this layout.
  static func isLayout(of group: Group) throws -> Bool {
    try group.attributes.contains("layer_names") || group.attributes.contains("layer_names0")
  }

  /// Fills the weights from a file: by the order of layers and of weights, as Keras does.
  ///
  /// - Parameter weights: `model_weights` of a model file, or all of an older file of weights alone.
  /// - Throws: `HDF5Error` or ``FileError`` naming the array.
  static func read(
    _ weights: Group, into parameters: ParameterStore<Float>, arrays: ArrayReader, file: String
  ) throws {
    let layers = parameters.configuration.layers.filter { layer in
      !Self.weights(of: layer.name, in: parameters).isEmpty
    }
    var groups: [Group] = []
    for name in try splitNames("layer_names", of: weights) {
      let group = try weights.group(name)
      if try !splitNames("weight_names", of: group).isEmpty { groups.append(group) }
    }
    guard groups.count == layers.count else {
      throw FileError.invalid(
        file,
        "\(weights.path): has weights of \(groups.count) layers; "
          + "the model has \(layers.count) layers")
    }
    for (layer, group) in zip(layers, groups) {
      let expected = Self.weights(of: layer.name, in: parameters)
      let names = try splitNames("weight_names", of: group)
      let need = "layer \(layer.name) (\(Self.size(of: layer)))"
      if let gates = KerasOne.gates(of: layer, arrays: names.count, expected: expected.count) {
        try KerasOne.read(
          try names.map { try group.dataset($0) }, gates: gates, into: expected, of: parameters,
          arrays: arrays, need: need)
        continue
      }
      let datasets = try names.map { try group.dataset($0) }
      if let gates = try CuDNNWeights.gates(of: layer, datasets) {
        try CuDNNWeights.read(
          datasets, gates: gates, into: expected, of: parameters, arrays: arrays, need: need)
        continue
      }
      guard names.count == expected.count else {
        throw FileError.invalid(
          file,
          "\(group.path): has \(names.count) weights; layer \(layer.name) (\(layer.className)) "
            + "needs \(expected.count)")
      }
      for (parameter, dataset) in zip(expected, datasets) {
        try arrays.read(
          dataset, shape: parameter.shape, into: parameters[parameter],
          need: need)
      }
    }
  }

  /// The weights of a layer, or of all layers of a model that is one: first those that training changes, as Keras has
  /// them.
  private static func weights(
    of layer: String, in parameters: ParameterStore<Float>
  ) -> [ParameterStore<Float>.Parameter] {
    let own = parameters.parameters.filter { parameter in
      parameter.layer == layer || parameter.layer.hasPrefix(layer + "/")
    }
    return own.filter(\.isTrainable) + own.filter { !$0.isTrainable }
  }

  /// What the shapes of a layer's weights follow from, for errors.
  private static func size(of layer: LayerConfiguration) -> String {
    layer["units"].integer.map { "units \($0)" } ?? layer.className
  }

  /// The most strings of an attribute: HDF5 keeps 64 KB of them beside a group, 16 bytes each.
  private static let mostNames = 4000

  /// Sets an attribute of strings, split over `name0`, `name1`, … if they are many.
  static func setNames(_ name: String, _ names: [String], of group: Group) throws {
    guard names.count > mostNames else {
      return try group.attributes.set(name, names, utf8: false)
    }
    for (chunk, first) in stride(from: 0, to: names.count, by: mostNames).enumerated() {
      let part = Array(names[first..<min(first + mostNames, names.count)])
      try group.attributes.set("\(name)\(chunk)", part, utf8: false)
    }
  }

  /// The strings of an attribute, which Keras splits over `name0`, `name1`, … when they are many.
  static func splitNames(_ name: String, of group: Group) throws -> [String] {
    let attributes = group.attributes
    if try attributes.contains(name) { return try attributes.strings(name) }
    guard try attributes.contains(name + "0") else { return try attributes.strings(name) }
    var names: [String] = []
    var chunk = 0
    while try attributes.contains("\(name)\(chunk)") {
      names += try attributes.strings("\(name)\(chunk)")
      chunk += 1
    }
    return names
  }
}
