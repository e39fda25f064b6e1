import Files
import HDF5
import Recurrent

/// A model as an ONNX graph, to be served: shapes as Keras has them, `input` and `output` with the batch first,
/// and for each recurrent layer its state as inputs, `lstm/hidden` and `lstm/cell`, `[directions, batch, units]`,
/// and as outputs, `lstm/hidden_next` and `lstm/cell_next`.
struct ONNXModel {
  /// What protobuf allows a message.
  private static let most = Int(Int32.max)

  let checkpoint: Checkpoint
  var graph = ONNXGraph()
  let batch: ONNXGraph.Size
  /// The names of the values so far, and how many axes each has.
  private var values: [ValueSource: String] = [:]
  private var axes: [String: Int] = [:]
  private var masks = ONNXMasks()
  /// The arrays that are in the graph.
  private var arrays: Set<String> = []

  private init(_ checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
    batch = checkpoint.configuration.batch.map { .fixed($0) } ?? .named("batch")
  }

  /// Writes the model into an empty file.
  ///
  /// - Parameter texts: What stands beside the graph.
  /// - Throws: ``FileError``, or ``ConfigurationError`` naming the layer that ONNX does not compute.
  static func write(
    _ checkpoint: Checkpoint, texts: [String: String], to file: NewFile
  ) throws {
    let size = checkpoint.configuration.parameterCount * MemoryLayout<Float>.stride
    guard size < most else {
      throw ConfigurationError("the model has \(size) bytes of weights; ONNX holds 2 GB")
    }
    var model = ONNXModel(checkpoint)
    try model.addLayers()
    try file.append(model.graph.model(name: checkpoint.configuration.name, texts: texts))
  }

  private mutating func addLayers() throws {
    let configuration = checkpoint.configuration
    let isOne = configuration.inputs.count == 1
    for (number, input) in configuration.inputs.enumerated() {
      let name = isOne ? "input" : input.name
      // Each input may have other steps.
      let sizes = input.sizes.map { size in
        size.map { ONNXGraph.Size.fixed($0) } ?? .named(isOne ? "timeSteps" : name + "/timeSteps")
      }
      graph.input(name, input.isSymbols ? .int64 : .float, [batch] + sizes)
      values[.input(number)] = name
      axes[name] = sizes.count + 1
    }
    let calls = configuration.callShapes()
    var stepsName = isOne ? "timeSteps" : "outputSteps"
    for (number, call) in calls.enumerated() {
      let inputs = call.sources.compactMap { values[$0] }
      if let reason = masks.add(call, call: number, inputs: inputs, in: &graph) {
        throw refusal(call.layer, reason)
      }
      for (output, value) in try add(call, number).enumerated() {
        values[.call(number, output: output)] = value
        axes[value] = call.outputs[output].count + 1
      }
      if ONNXSteps.changes(call.layer.className) || ONNXMerge.changesSteps(call.layer)
        || ONNXConvolution.classes.contains(call.layer.className)
        || ONNXPlanes.contains(call.layer.className)
        || ONNXOperation.changesSteps(call.layer.className)
      {
        stepsName = "outputSteps"
      }
    }
    let outputs = configuration.outputSources
    for (source, name) in zip(outputs, outputNames(count: outputs.count)) {
      guard case .call(let number, let output) = source, let value = values[source] else {
        continue
      }
      graph.add("Identity", [value], outputs: [name])
      graph.output(
        name,
        [batch]
          + calls[number].outputs[output].map { $0.map { .fixed($0) } ?? .named(stepsName) })
    }
  }

  /// `output` of one output; of several by their layers, or by what Keras' dictionary calls them.
  private func outputNames(count: Int) -> [String] {
    let configuration = checkpoint.configuration
    if count == 1 { return ["output"] }
    if let keys = configuration.outputKeys, keys.count == count { return keys }
    return configuration.givenOutputs.map(\.text)
  }

  /// Adds a call of a layer.
  ///
  /// - Returns: The names of its outputs.
  private mutating func add(_ call: LayerShapes, _ number: Int) throws -> [String] {
    let inputs = call.sources.compactMap { values[$0] }
    let mask = call.sources.first.flatMap { masks[$0] }
    let seen = zip(call.sources, call.seesMasks).map { $1 ? masks[$0] : nil }
    if let merge = ONNXMerge.all[call.layer.className] {
      let masks = ONNXMerge.Masks(inputs: seen, joined: masks[.call(number, output: 0)])
      return [merge.add(call.layer, inputs, axes: axes, masks: masks, in: &graph)]
    }
    if call.layer.className == GivenMaskDescription.className { return Array(inputs.prefix(1)) }
    if let attention = ONNXAttention.add(
      call, inputs, masks: seen, checkpoint.parameters, in: &graph)
    {
      return [attention]
    }
    if let value = ONNXOperation.add(call, inputs, axes: axes, in: &graph) { return [value] }
    if !call.layer.recurrentLayers.isEmpty {
      return try addRecurrent(
        call.layer, to: inputs, hasState: call.isFirst, mask: mask)
    }
    guard let input = inputs.first, inputs.count == 1, call.outputs.count == 1 else {
      throw refusal(call.layer, "has no counterpart")
    }
    let layer = call.layer
    if layer.className == "Masking", let own = masks[.call(number, output: 0)] {
      return [graph.hiding(input, own)]
    }
    if layer.className == "GlobalAveragePooling1D", let mask {
      let count = graph.add("ReduceSum", [graph.numbers(of: mask), graph.constant([1])])
      let keeps = layer["keepdims"] == true
      let sum = graph.add("ReduceSum", [graph.hiding(input, mask), graph.constant([1])])
      let mean = graph.add(
        "Div", [sum, graph.add("Max", [count, graph.constant([1], shape: [])])])
      return [keeps ? mean : graph.add("Squeeze", [mean, graph.constant([1])])]
    }
    if layer.className == "TimeDistributed" { return [try addTimeDistributed(call, to: input)] }
    return [
      try add(
        layer, features: (call.output.last ?? nil) ?? 1, axes: call.output.count + 1, to: input)
    ]
  }

  /// Adds a layer.
  ///
  /// - Parameters:
  ///   - features: The features of its output.
  ///   - axes: How many axes its output has.
  ///   - value: Its input, the batch first.
  /// - Returns: The name of its output.
  private mutating func add(
    _ layer: LayerConfiguration, features: Int, axes: Int, to value: String
  ) throws -> String {
    switch layer.className {
    case "Dense": return try addDense(layer, named: layer.name, to: value)
    case "Activation": return try addActivation(layer, to: value)
    case "ReLU", "LeakyReLU", "ELU", "Softmax":
      return ONNXActivation.add(layer, to: value, in: &graph)
    case "PReLU": return graph.add("PRelu", [value, try weights("alpha", of: layer.name)])
    case "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout",
      "GaussianNoise", "AlphaDropout":
      return value
    case "Rescaling":
      let product = graph.add("Mul", [value, number("scale", of: layer)])
      return graph.add("Add", [product, number("offset", of: layer)])
    case "Embedding":
      let symbols = graph.add(
        "Cast", [value], [("to", .integer(ONNXGraph.ElementType.int64.rawValue))])
      return graph.add("Gather", [try weights("embeddings", of: layer.name), symbols])
    case "Flatten": return graph.add("Reshape", [value, graph.constant([0, -1])])
    case "Reshape":
      let sizes = (layer["target_shape"].array ?? []).compactMap(\.integer)
      return graph.add("Reshape", [value, graph.constant([0] + sizes)])
    case "RepeatVector":
      let times = layer["n"].integer ?? 1
      let step = graph.add("Unsqueeze", [value, graph.constant([1])])
      return graph.add("Expand", [step, graph.constant([1, times, 1])])
    case "Conv1D", "SeparableConv1D", "DepthwiseConv1D":
      guard
        let result = ONNXConvolution.add(
          layer, weights: try weights(of: layer.name), to: value, in: &graph)
      else { throw refusal(layer, "has no kernel") }
      return try addActivation(layer, to: result)
    case _ where ONNXConvLSTM.classes.contains(layer.className):
      guard
        let result = ONNXConvLSTM.add(
          layer, weights: try weights(of: layer.name), to: value, in: &graph)
      else { throw refusal(layer, "an activation has no counterpart") }
      return result
    case _ where ONNXPlanes.contains(layer.className):
      guard
        let result = ONNXPlanes.add(
          layer, weights: try weights(of: layer.name), to: value, in: &graph)
      else { throw refusal(layer, "has no kernel") }
      return try addActivation(layer, to: result)
    case "BatchNormalization": return try addBatchNormalization(layer, to: value)
    default:
      if let result = ONNXSteps.add(layer, features: features, to: value, in: &graph) {
        return result
      }
      guard
        let result = ONNXNormalization.add(
          layer, weights: try weights(of: layer.name), features: features, axes: axes, to: value,
          in: &graph)
      else { throw refusal(layer, "has no counterpart") }
      return result
    }
  }

  /// Adds a layer for every step: what does not see steps as they come, others with the steps of all samples as rows.
  private mutating func addTimeDistributed(
    _ call: LayerShapes, to value: String
  ) throws -> String {
    let layer = call.layer
    guard let inside = LayerConfiguration(layer["layer"]) else {
      throw refusal(layer, "has no counterpart")
    }
    let inner = LayerConfiguration(inside.className, name: layer.name, options: inside.options)
    let features = (call.output.last ?? nil) ?? 1
    if inner.appliesPerStep, call.input.count == 2 {
      return try add(inner, features: features, axes: call.output.count + 1, to: value)
    }
    let sizes = (call.input.compactMap { $0 }, call.output.compactMap { $0 })
    guard sizes.0.count == call.input.count, sizes.1.count == call.output.count else {
      throw refusal(layer, "needs a fixed number of time steps")
    }
    let rows = graph.add("Reshape", [value, graph.constant([-1] + sizes.0.dropFirst())])
    let result =
      inner.recurrentLayers.isEmpty
      ? try add(inner, features: features, axes: call.output.count, to: rows)
      : try addRecurrent(inner, to: [rows], hasState: false, mask: nil)[0]
    return graph.add("Reshape", [result, graph.constant([-1] + sizes.1)])
  }

  private mutating func addDense(
    _ layer: LayerConfiguration, named name: String, to value: String
  ) throws -> String {
    var result = graph.add("MatMul", [value, try weights("kernel", of: name)])
    if layer["use_bias"] == true {
      result = graph.add("Add", [result, try weights("bias", of: name)])
    }
    return try addActivation(layer, to: result)
  }

  private mutating func addActivation(
    _ layer: LayerConfiguration, to value: String
  ) throws -> String {
    let name = layer["activation"].string ?? "linear"
    guard let result = ONNXActivation.add(name, to: value, in: &graph) else {
      throw refusal(layer, "activation \(name) has no counterpart")
    }
    return result
  }

  /// The averages that training has left make it a product and a sum.
  private mutating func addBatchNormalization(
    _ layer: LayerConfiguration, to value: String
  ) throws -> String {
    let mean = try values("moving_mean", of: layer.name)
    let variance = try values("moving_variance", of: layer.name)
    let epsilon = Float(layer["epsilon"].double ?? 0)
    var scale = variance.map { 1 / ($0 + epsilon).squareRoot() }
    if layer["scale"] == true {
      scale = zip(scale, try values("gamma", of: layer.name)).map { $0 * $1 }
    }
    var offset = zip(mean, scale).map { -$0 * $1 }
    if layer["center"] == true {
      offset = zip(offset, try values("beta", of: layer.name)).map { $0 + $1 }
    }
    let product = graph.add("Mul", [value, graph.constant(scale, shape: [scale.count])])
    return graph.add("Add", [product, graph.constant(offset, shape: [offset.count])])
  }

  // MARK: Weights

  private func values(_ name: String, of layer: String) throws -> [Float] {
    guard let parameter = checkpoint.parameters.parameter(layer: layer, name: name) else {
      throw ConfigurationError("layer \(layer) has no \(name)")
    }
    return Array(checkpoint.parameters[parameter])
  }

  private mutating func weights(_ name: String, of layer: String) throws -> String {
    let shape = checkpoint.parameters.parameter(layer: layer, name: name)?.shape ?? []
    let whole = "\(layer)/\(name)"
    // Several calls share it.
    guard arrays.insert(whole).inserted else { return whole }
    return graph.constant(try values(name, of: layer), shape: shape, name: whole)
  }

  /// The names and shapes of a layer's weights, by their names in the layer.
  private mutating func weights(
    of layer: String
  ) throws -> [String: (name: String, shape: [Int])] {
    var weights: [String: (name: String, shape: [Int])] = [:]
    for parameter in checkpoint.parameters.parameters where parameter.layer == layer {
      guard !parameter.definition.isWholeNumber else { continue }
      weights[parameter.name] = (try self.weights(parameter.name, of: layer), parameter.shape)
    }
    return weights
  }

  /// An option that is a number.
  private mutating func number(_ option: String, of layer: LayerConfiguration) -> String {
    graph.constant([Float(layer[option].double ?? 0)], shape: [])
  }

  func refusal(_ layer: LayerConfiguration, _ reason: String) -> ConfigurationError {
    ConfigurationError(
      "layer \(layer.name) (\(layer.className)) cannot be written as ONNX: \(reason)")
  }
}
