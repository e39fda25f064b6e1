import Files
import HDF5
import Kernels
import Recurrent

/// The layout of Keras' newer weight files, `model.weights.h5` in an archive or `NAME.weights.h5`: a group for
/// each object that has variables, in it `vars/0`, `vars/1`, … in the object's order (`saving_lib.py`'s
/// `H5IOStore`).
enum KerasVariables {
  private static let layers = "layers"
  private static let optimizer = "optimizer/vars"
  /// What the releases before Keras 2.13 call it.
  private static let olderLayers = "_layer_checkpoint_dependencies"

  /// Whether a file has this layout.
  static func isLayout(of root: Group) throws -> Bool {
    try root.contains(layers) || root.contains(olderLayers)
  }

  static func write(_ checkpoint: Checkpoint, arrays: ArrayWriter, to root: Group) throws {
    let names = checkpoint.kerasVersion == .three
    func makeObject(_ path: String, name: String) throws -> Group {
      let group = try root.createGroup(path + "/vars")
      if names, try !group.attributes.contains("name") { try group.attributes.set("name", name) }
      return group
    }
    _ = try makeObject("", name: checkpoint.configuration.name)
    for (layer, key) in keys(of: checkpoint.configuration.layers) {
      _ = try makeObject("\(layers)/\(key)", name: layer.name)
      for object in objects(of: layer, in: checkpoint.parameters, checkpoint.kerasVersion) {
        let group = try makeObject("\(layers)/\(key)\(object.path)", name: object.name)
        for (index, parameter) in object.parameters.enumerated() {
          try arrays.write(parameter, of: checkpoint.parameters, as: String(index), to: group)
        }
      }
    }
    try KerasTexts.writeWeights(of: checkpoint.configuration, to: root)
    if let optimizer = checkpoint.optimizer {
      try write(optimizer, checkpoint, arrays: arrays, to: root)
    }
  }

  /// Fills the weights from a file.
  ///
  /// - Throws: `HDF5Error` or ``FileError`` naming the array.
  static func read(
    _ root: Group, into parameters: ParameterStore<Float>, arrays: ArrayReader, file: String
  ) throws {
    let all = try root.group(try root.contains(layers) ? layers : olderLayers)
    // Only Keras 3 names the objects.
    let version: KerasVersion =
      try root.contains("vars") && root.group("vars").attributes.contains("name") ? .three : .two
    for (layer, key) in keys(of: parameters.configuration.layers) {
      for object in objects(of: layer, in: parameters, version)
      where !object.parameters.isEmpty {
        let found = try variables(try all.group("\(key)\(object.path)/vars"))
        guard found.count == object.parameters.count else {
          throw FileError.invalid(
            file,
            "\(all.path)/\(key)\(object.path): has \(found.count) weights; layer \(layer.name) "
              + "(\(layer.className)) needs \(object.parameters.count)")
        }
        for (dataset, parameter) in zip(found, object.parameters) {
          try arrays.read(
            dataset, shape: parameter.shape, into: parameters[parameter],
            need: "layer \(layer.name) (\(layer.className))")
        }
      }
    }
  }

  /// The optimizer's variables in their order; `nil` if the file has none.
  static func optimizerVariables(_ root: Group) throws -> [Dataset]? {
    try root.contains(optimizer) ? variables(try root.group(optimizer)) : nil
  }

  private static func write(
    _ optimizer: Optimizer<Float>, _ checkpoint: Checkpoint, arrays: ArrayWriter, to root: Group
  ) throws {
    let group = try root.createGroup(Self.optimizer)
    let className = optimizer.configuration.className
    var count = 0
    func next() -> String {
      defer { count += 1 }
      return String(count)
    }
    try group.write(next(), Int64(optimizer.iterations))
    if checkpoint.kerasVersion == .three {
      try group.attributes.set("name", KerasTraining.name(of: className, .three))
      if !optimizer.configuration.hasSchedule {
        try group.write(next(), optimizer.configuration.learningRate)
      }
    }
    for (slot, parameter) in KerasOptimizer.places(
      optimizer.configuration, checkpoint.parameters, checkpoint.kerasVersion)
    {
      try KerasOptimizer.write(
        slot, of: parameter, optimizer, name: next(), arrays: arrays, to: group)
    }
    if checkpoint.kerasVersion == .three, let product = optimizer.momentumProduct {
      try group.write(next(), product)
    }
  }

  private static func variables(_ group: Group) throws -> [Dataset] {
    var datasets: [Dataset] = []
    while try group.contains(String(datasets.count)) {
      datasets.append(try group.dataset(String(datasets.count)))
    }
    return datasets
  }

  /// The layers with the names of their groups: the class in small letters, and a number from the second on.
  private static func keys(
    of layers: [LayerConfiguration]
  ) -> [(layer: LayerConfiguration, key: String)] {
    var counts: [String: Int] = [:]
    return layers.map { layer in
      let name = snakeCase(layer.className)
      let count = counts[name, default: 0]
      counts[name] = count + 1
      return (layer, count == 0 ? name : "\(name)_\(count)")
    }
  }

  /// An object that has variables of its own.
  private struct Object {
    /// Its path below the layer's group.
    let path: String
    let name: String
    let parameters: [ParameterStore<Float>.Parameter]

    /// The same with its path below another object.
    func inside(_ outer: String) -> Object {
      Object(path: outer + path, name: name, parameters: parameters)
    }
  }

  /// A weight with its path below a layer: through models that are inside it, to its name.
  private typealias Placed = (path: String, parameter: ParameterStore<Float>.Parameter)

  /// The objects of a layer that hold its weights.
  private static func objects(
    of layer: LayerConfiguration, in store: ParameterStore<Float>, _ version: KerasVersion
  ) -> [Object] {
    objects(
      of: layer, below(layer, store.parameters.map { ($0.layer + "/" + $0.name, $0) }), version)
  }

  /// The weights of a layer, with their paths below it.
  private static func below(_ layer: LayerConfiguration, _ weights: [Placed]) -> [Placed] {
    let prefix = layer.name + "/"
    return weights.filter { $0.path.hasPrefix(prefix) }
      .map { (String($0.path.dropFirst(prefix.count)), $0.parameter) }
  }

  /// The objects of the layers of a model.
  private static func objects(
    of model: ModelConfiguration, _ weights: [Placed], _ version: KerasVersion
  ) -> [Object] {
    keys(of: model.layers).flatMap { layer, key in
      objects(of: layer, below(layer, weights), version).map { $0.inside("/\(layers)/\(key)") }
    }
  }

  /// - Parameter weights: Those of the layer.
  private static func objects(
    of layer: LayerConfiguration, _ weights: [Placed], _ version: KerasVersion
  ) -> [Object] {
    let own = Object(path: "", name: layer.name, parameters: [])
    if let model = layer.model { return [own] + objects(of: model, weights, version) }
    let parameters = weights.map(\.parameter)
    switch layer.className {
    case "RNN":
      guard let cell = LayerConfiguration(layer["cell"]) else { return [own] }
      let cells = (cell.options["cells"]?.array ?? []).compactMap { LayerConfiguration($0) }
      guard !cells.isEmpty else {
        return [Object(path: "/cell", name: cell.name, parameters: parameters)]
      }
      return [Object(path: "/cell", name: cell.name, parameters: [])]
        + keys(of: cells).map { cell, key in
          Object(
            path: "/cell/cells/" + key, name: cell.name,
            parameters: below(cell, weights).map(\.parameter))
        }
    case "Bidirectional":
      return zip(["/forward_layer", "/backward_layer"], layer.directions).flatMap { path, layer in
        objects(of: layer, below(layer, weights), version).map { $0.inside(path) }
      }
    case "TimeDistributed":
      let inner =
        if let model = layer.wrappedModel {
          [Object(path: "", name: model.name, parameters: [])]
            + objects(of: model, weights, version)
        } else {
          LayerConfiguration(layer["layer"]).map { objects(of: $0, weights, version) } ?? []
        }
      return inner.map { $0.inside("/layer") }
    case "MultiHeadAttention":
      let names = ["query", "key", "value", "attention_output"]
      return zip(names, ["query", "key", "value", "output"]).map { name, object in
        Object(
          path: (version == .three ? "/" : "/_") + object + "_dense", name: name,
          parameters: parameters.filter { $0.name.hasPrefix(name + "/") })
      }
    case _ where !layer.recurrentLayers.isEmpty, "ConvLSTM1D", "ConvLSTM2D":
      return [
        Object(path: "/cell", name: snakeCase(layer.className) + "_cell", parameters: parameters)
      ]
    default: return [Object(path: "", name: layer.name, parameters: parameters)]
    }
  }

  /// A class name as Keras writes it in paths: `LSTM` is `lstm`, `SimpleRNN` `simple_rnn`,
  /// `Conv1D` `conv1d` (`naming.to_snake_case`).
  static func snakeCase(_ className: String) -> String {
    let letters = Array(className)
    var name = ""
    for (index, letter) in letters.enumerated() {
      let beginsWord =
        index > 0 && letter.isUppercase
        && (letters[index - 1].isLowercase
          || index + 1 < letters.count && letters[index + 1].isLowercase)
      name += (beginsWord ? "_" : "") + letter.lowercased()
    }
    return name
  }
}
