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
  private(set) var values: [ValueSource: String] = [:]
  private var axes: [String: Int] = [:]
  private var masks = ONNXMasks()
  /// The arrays that are in the graph.
  private var arrays: Set<String> = []
  /// Whether its samples are the steps of another model's, which have no states that are kept.
  private var isInside = false

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
    try add(calls)
    let changesSteps = calls.contains { call in
      let className = call.layer.className
      return ONNXSteps.changes(className) || ONNXMerge.changesSteps(call.layer)
        || ONNXConvolution.classes.contains(className) || ONNXPlanes.contains(className)
        || ONNXOperation.changesSteps(className)
    }
    let stepsName = isOne && !changesSteps ? "timeSteps" : "outputSteps"
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

  private mutating func add(_ calls: [LayerShapes]) throws {
    for (number, call) in calls.enumerated() {
      let inputs = call.sources.compactMap { values[$0] }
      if let reason = masks.add(call, call: number, inputs: inputs, in: &graph) {
        throw refusal(call.layer, reason)
      }
      for (output, value) in try add(call, number).enumerated() {
        values[.call(number, output: output)] = value
        axes[value] = call.outputs[output].count + 1
      }
    }
  }

  /// Adds a model of one input and one output, whose samples are values of this one.
  ///
  /// - Parameter value: Its input, the samples first.
  /// - Returns: The name of its output.
  mutating func add(inside checkpoint: Checkpoint, to value: String) throws -> String? {
    var inner = ONNXModel(checkpoint)
    inner.isInside = true
    inner.arrays = arrays
    inner.values[.input(0)] = value
    inner.axes[value] = (checkpoint.configuration.inputs.first?.sizes.count ?? 1) + 1
    swap(&inner.graph, &graph)
    defer { swap(&inner.graph, &graph) }
    try inner.add(checkpoint.configuration.callShapes())
    arrays = inner.arrays
    return checkpoint.configuration.outputSources.first.flatMap { inner.values[$0] }
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
    if let parts = ONNXOperation.split(call, inputs, in: &graph) { return parts }
    if !call.layer.recurrentLayers.isEmpty {
      return try addRecurrent(
        call.layer, to: inputs, hasState: call.isFirst && !isInside, mask: mask)
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
        layer, features: (call.output.last ?? nil) ?? 1,
        axes: (call.input.count + 1, call.output.count + 1), to: input)
    ]
  }

  /// Adds a layer.
  ///
  /// - Parameters:
  ///   - features: The features of its output.
  ///   - axes: How many axes its input and its output have, the batch among them.
  ///   - value: Its input, the batch first.
  /// - Returns: The name of its output.
  mutating func add(
    _ layer: LayerConfiguration, features: Int, axes: (input: Int, output: Int), to value: String
  ) throws -> String {
    if layer["data_format"] == "channels_first", axes.input > 2 {
      var last = layer
      last.options["data_format"] = nil
      let axis = ONNXConvLSTM.classes.contains(layer.className) ? 2 : 1
      let moved = transposed(value, order: Array(0..<axis) + (axis + 1..<axes.input) + [axis])
      let result = try add(last, features: features, axes: axes, to: moved)
      guard axes.output > 2 else { return result }
      let channels = axis + axes.output - axes.input
      return transposed(
        result,
        order: Array(0..<channels) + [axes.output - 1] + (channels..<axes.output - 1))
    }
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
    case "BatchNormalization":
      return try addBatchNormalization(layer, axes: axes.input, to: value)
    default:
      if let result = ONNXSteps.add(layer, features: features, to: value, in: &graph) {
        return result
      }
      guard
        let result = ONNXNormalization.add(
          layer, weights: try weights(of: layer.name), features: features, axes: axes.output,
          to: value, in: &graph)
      else { throw refusal(layer, "has no counterpart") }
      return result
    }
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
    if let inside = LayerConfiguration(layer["activation"]) {
      return ONNXActivation.add(inside, to: value, in: &graph)
    }
    let name = layer["activation"].string ?? "linear"
    guard let result = ONNXActivation.add(name, to: value, in: &graph) else {
      throw refusal(layer, "activation \(name) has no counterpart")
    }
    return result
  }

  /// The averages that training has left make it a product and a sum.
  private mutating func addBatchNormalization(
    _ layer: LayerConfiguration, axes: Int, to value: String
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
    let axis = layer["axis"].integer ?? -1
    let behind = axis < 0 ? -axis - 1 : axes - 1 - axis
    let shape = [scale.count] + [Int](repeating: 1, count: max(0, behind))
    let product = graph.add("Mul", [value, graph.constant(scale, shape: shape)])
    return graph.add("Add", [product, graph.constant(offset, shape: shape)])
  }

  private mutating func transposed(_ value: String, order: [Int]) -> String {
    graph.add("Transpose", [value], [("perm", .integers(order))])
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
