import Files
import HDF5
import Recurrent

/// A module of PyTorch that computes what a layer does, or several layers above each other: its tensors' names,
/// and how they follow from Keras' arrays.
///
/// | layer | module | tensors |
/// |---|---|---|
/// | `LSTM`, `GRU`, `SimpleRNN` | `nn.LSTM`, `nn.GRU`, `nn.RNN` | `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`; `…_l1` for the next layer, `…_reverse` for the backward one |
/// | `Dense` | `nn.Linear` | `weight`, `bias` |
/// | `Embedding` | `nn.Embedding` | `weight` |
/// | `LayerNormalization` | `nn.LayerNorm` | `weight`, `bias` |
/// | `BatchNormalization` | `nn.BatchNorm1d` | `weight`, `bias`, `running_mean`, `running_var` |
struct PyTorchModule {
  /// Modules of one kind can take each other's names.
  enum Kind { case recurrent, matrix, normalization }

  /// One tensor.
  struct Tensor {
    /// Behind the module's name and a point.
    let name: String
    let shape: [Int]
    let parameter: ParameterStore<Float>.Parameter
    let form: Form
    /// PyTorch's order of a GRU's gates, r z n, where Keras has z r h.
    var gates: [Int]?
  }

  /// How a tensor follows from an array.
  enum Form: Equatable {
    case plain
    case transposed
    /// One of two rows.
    case row(Int)
    /// A part that PyTorch adds to the one before: nothing.
    case addend
  }

  let kind: Kind
  var name: String
  var tensors: [Tensor]
  /// What a recurrent module needs to take one more layer.
  private var recurrent: [LayerConfiguration] = []

  /// The modules of a model.
  ///
  /// - Parameter stacked: Whether recurrent layers of one kind and size, directly above each other, are one
  ///   module, as those who write `num_layers=2` have it.
  /// - Throws: ``ConfigurationError`` if PyTorch's module computes something else.
  static func modules(
    of parameters: ParameterStore<Float>, stacked: Bool
  ) throws(ConfigurationError) -> [PyTorchModule] {
    var modules: [PyTorchModule] = []
    for layer in parameters.configuration.layers {
      let own = parameters.parameters.filter { $0.layer == layer.name }
      let joinsLast = stacked && layer.inputs.isEmpty && modules.last?.takes(layer) ?? false
      guard !own.isEmpty else {
        // Two layers with another one between them are separate modules.
        if !modules.isEmpty { modules[modules.count - 1].recurrent = [] }
        continue
      }
      if joinsLast {
        let level = modules[modules.count - 1].recurrent.count
        modules[modules.count - 1].tensors += try recurrentTensors(layer, own, level: level)
        modules[modules.count - 1].recurrent.append(layer)
      } else {
        modules.append(try PyTorchModule(layer, own))
      }
    }
    return modules
  }

  private init(
    _ layer: LayerConfiguration, _ parameters: [ParameterStore<Float>.Parameter]
  ) throws(ConfigurationError) {
    name = layer.name
    let inner = layer.className == "TimeDistributed" ? LayerConfiguration(layer["layer"]) : nil
    let className = inner?.className ?? layer.className
    func tensors(_ names: [String: String]) -> [Tensor] {
      parameters.map { parameter in
        Tensor(
          name: names[parameter.name] ?? parameter.name, shape: parameter.shape,
          parameter: parameter, form: .plain)
      }
    }
    switch className {
    case "LSTM", "GRU", "SimpleRNN", "Bidirectional":
      kind = .recurrent
      self.tensors = try Self.recurrentTensors(layer, parameters, level: 0)
      recurrent = [layer]
    case "Embedding":
      kind = .matrix
      self.tensors = tensors(["embeddings": "weight"])
    case "LayerNormalization", "BatchNormalization":
      kind = .normalization
      self.tensors = tensors([
        "gamma": "weight", "beta": "bias", "moving_mean": "running_mean",
        "moving_variance": "running_var",
      ])
    case "Dense":
      kind = .matrix
      self.tensors = parameters.map { parameter in
        let isKernel = parameter.shape.count == 2
        return Tensor(
          name: isKernel ? "weight" : "bias", shape: parameter.shape.reversed(),
          parameter: parameter, form: isKernel ? .transposed : .plain)
      }
    default:
      throw ConfigurationError(
        "layer \(layer.name) (\(layer.className)): PyTorch has no module for it")
    }
  }

  /// Whether a layer can be the next one of this recurrent module.
  private func takes(_ layer: LayerConfiguration) -> Bool {
    guard let last = recurrent.last, last.className == layer.className,
      let a = last.recurrentLayers.first, let b = layer.recurrentLayers.first
    else { return false }
    return a.className == b.className && a["units"] == b["units"] && a["use_bias"] == b["use_bias"]
      && a["activation"] == b["activation"] && a["return_sequences"] == true
  }

  private static func recurrentTensors(
    _ layer: LayerConfiguration, _ parameters: [ParameterStore<Float>.Parameter], level: Int
  ) throws(ConfigurationError) -> [Tensor] {
    if layer.className == "Bidirectional", layer["merge_mode"] != "concat" {
      throw ConfigurationError(
        "layer \(layer.name): PyTorch merges both directions by concat only")
    }
    let directions = layer.recurrentLayers
    let count = parameters.count / max(1, directions.count)
    var tensors: [Tensor] = []
    for (index, direction) in directions.enumerated() {
      try check(direction, of: layer)
      let gates = direction.className == "GRU" ? [1, 0, 2] : nil
      // PyTorch's backward direction is always the second one.
      let suffix = "_l\(level)" + (index == 1 ? "_reverse" : "")
      for parameter in parameters[index * count..<(index + 1) * count] {
        switch parameter.name.split(separator: "/").last {
        case "kernel", "recurrent_kernel":
          let name = parameter.name.hasSuffix("recurrent_kernel") ? "weight_hh" : "weight_ih"
          tensors.append(
            Tensor(
              name: name + suffix, shape: parameter.shape.reversed(), parameter: parameter,
              form: .transposed, gates: gates))
        default:
          let width = parameter.shape[parameter.shape.count - 1]
          let forms: [Form] = parameter.shape.count == 2 ? [.row(0), .row(1)] : [.plain, .addend]
          for (name, form) in zip(["bias_ih", "bias_hh"], forms) {
            tensors.append(
              Tensor(
                name: name + suffix, shape: [width], parameter: parameter, form: form,
                gates: gates))
          }
        }
      }
    }
    return tensors
  }

  /// Checks that PyTorch's module computes what a recurrent layer does.
  private static func check(
    _ direction: LayerConfiguration, of layer: LayerConfiguration
  ) throws(ConfigurationError) {
    func refuse(_ option: String, _ what: String) throws(ConfigurationError) {
      throw ConfigurationError(
        "layer \(layer.name) (\(direction.className)): \(option) is not as PyTorch's: \(what)")
    }
    guard ["LSTM", "GRU", "SimpleRNN"].contains(direction.className) else {
      throw ConfigurationError(
        "layer \(layer.name) (\(direction.className)): PyTorch has no module for it")
    }
    let isPlain = direction.className == "SimpleRNN"
    let activation = direction["activation"].string ?? "linear"
    if activation != "tanh", !(isPlain && activation == "relu") {
      try refuse("activation", isPlain ? "tanh or relu" : "tanh")
    }
    if !isPlain, direction["recurrent_activation"] != "sigmoid" {
      try refuse("recurrent_activation", "sigmoid")
    }
    if direction.className == "GRU", direction["reset_after"] != true {
      try refuse("reset_after", "true")
    }
    let goesForward = layer.recurrentLayers.first?["go_backwards"] != true
    if !goesForward { try refuse("go_backwards", "false") }
  }
}

extension PyTorchModule.Tensor {
  /// The tensor's values, from an array's.
  func values(of array: UnsafeMutableBufferPointer<Float>) -> [Float] {
    if form == .addend { return [Float](repeating: 0, count: shape[0]) }
    return (0..<shape.reduce(1, *)).map { array[place($0)] }
  }

  /// Puts the tensor's values into an array.
  func put(_ values: [Float], into array: UnsafeMutableBufferPointer<Float>) {
    for (index, value) in values.enumerated() {
      if form == .addend { array[place(index)] += value } else { array[place(index)] = value }
    }
  }

  /// Where in the array a value of the tensor stands.
  private func place(_ index: Int) -> Int {
    switch form {
    case .transposed:
      let inner = shape[1]
      return (index % inner) * shape[0] + gate(index / inner, of: shape[0])
    case .row(let row): return row * shape[0] + gate(index, of: shape[0])
    case .plain, .addend: return shape.count == 1 ? gate(index, of: shape[0]) : index
    }
  }

  private func gate(_ index: Int, of width: Int) -> Int {
    guard let gates else { return index }
    let units = width / gates.count
    return gates[index / units] * units + index % units
  }
}
