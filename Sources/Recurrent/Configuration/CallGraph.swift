import Kernels

/// Where a value in a ``CallGraph`` comes from.
package enum ValueSource: Hashable, Sendable {
  /// An input of the model, by its number.
  case input(Int)
  /// An output of a call, both by their numbers.
  case call(Int, output: Int)
}

/// A call of a layer, with its shapes.
struct DescribedCall {
  /// The layer's name, behind those of the models that it is in: `encoder/lstm`.
  let name: String
  let layer: LayerConfiguration
  let description: any LayerDescription
  let sources: [ValueSource]
  /// Whether it is the layer's first call.
  let isFirst: Bool
  /// Whether steps of its input may not count.
  let isInputMasked: Bool
  /// One sample of each input, and of what they make together.
  fileprivate(set) var inputs: [SampleShape]
  fileprivate(set) var input: SampleShape
  /// One sample of each output.
  fileprivate(set) var outputs: [SampleShape]
  let parameters: [ParameterShape]

  var output: SampleShape { outputs[0] }

  /// Whether steps of an output may not count.
  func isMasked(output: Int) -> Bool {
    output < description.sequenceOutputs
      && (description.makesMask || isInputMasked && description.passesMask)
  }
}

/// The calls of all layers of a model in an order in which each comes after those that it takes. Models inside it are
/// resolved into their layers.
struct CallGraph {
  private(set) var calls: [DescribedCall] = []
  private(set) var outputs: [ValueSource] = []
  /// The values that layers of the model take, but for those of models inside it.
  private(set) var values: [ValueName: ValueSource] = [:]
  /// One sample of each input of the model.
  private var inputs: [SampleShape]
  /// How often each layer has been called so far, by its name.
  private var counts: [String: Int] = [:]

  /// - Parameter timeSteps: The steps of each input, or of one alone those of all; what the model has fixed if `nil`.
  /// - Throws: ``ConfigurationError`` naming the layer and what is wrong with it.
  init(_ model: ModelConfiguration, timeSteps: [Int?]) throws(ConfigurationError) {
    inputs = model.inputs.enumerated().map { number, input in
      var sample = input.sample
      let steps = number < timeSteps.count ? timeSteps[number] : timeSteps.last ?? nil
      if sample.isSequence, let steps { sample.timeSteps = steps }
      return sample
    }
    outputs = try add(
      model, of: inputs.indices.map { .input($0) }, scope: "", isTrainable: true)
    try checkUses(model)
  }

  /// The graph for any number of steps, by those for two numbers of them.
  ///
  /// - Returns: `nil` if weights depend on the steps.
  private func open(where other: CallGraph, inputs: [SampleShape]) -> CallGraph? {
    var graph = self
    graph.inputs = inputs
    for number in calls.indices {
      let (one, two) = (calls[number], other.calls[number])
      guard one.parameters.map(\.shape) == two.parameters.map(\.shape) else { return nil }
      graph.calls[number].inputs = zip(one.inputs, two.inputs).map { $0.open(where: $1) }
      graph.calls[number].input = one.input.open(where: two.input)
      graph.calls[number].outputs = zip(one.outputs, two.outputs).map { $0.open(where: $1) }
    }
    return graph
  }

  /// The graph of a model that makes features of steps, of which any number may come.
  ///
  /// - Returns: `nil` if the model's steps are known, or it needs a fixed number of them.
  static func ofOpenSteps(_ model: ModelConfiguration) -> CallGraph? {
    guard model.inputs.contains(where: { $0.sample.isSequence && $0.sample.timeSteps == nil })
    else {
      return nil
    }
    let graphs = [101, 103].map { steps in
      let timeSteps = model.inputs.map { $0.sample.timeSteps ?? steps }
      return try? CallGraph(model, timeSteps: timeSteps)
    }
    guard let one = graphs[0], let other = graphs[1] else { return nil }
    return one.open(where: other, inputs: model.inputs.map(\.sample))
  }

  /// One sample of a value.
  func shape(of source: ValueSource) -> SampleShape {
    switch source {
    case .input(let number): inputs[number]
    case .call(let number, let output): calls[number].outputs[output]
    }
  }

  /// The activation that an output of the model ends with, see ``LayerDescription/lastActivation``.
  func lastActivation(ofOutput number: Int) -> Activation? {
    guard case .call(let call, 0) = outputs[number], calls[call].layer.activityRegularizer == nil
    else { return nil }
    return calls[call].description.lastActivation
  }

  /// Adds the calls of a model's layers.
  ///
  /// - Returns: What the model gives.
  private mutating func add(
    _ model: ModelConfiguration, of sources: [ValueSource], scope: String, isTrainable: Bool
  ) throws(ConfigurationError) -> [ValueSource] {
    guard sources.count == model.inputs.count else {
      throw ConfigurationError(
        "model \(scope) takes \(model.inputs.count) inputs, not \(sources.count)")
    }
    var values: [ValueName: ValueSource] = [:]
    if model.isFunctional {
      for (input, source) in zip(model.inputs, sources) { values[ValueName(input.name)] = source }
    }
    for layer in model.layers where values[ValueName(layer.name)] != nil {
      throw ConfigurationError("layer \(scope)\(layer.name) has the name of the model's input")
    }
    var last = sources
    var waiting: [(layer: LayerConfiguration, number: Int)] = []
    for layer in model.layers {
      for number in 0..<max(1, layer.calls.count) { waiting.append((layer, number)) }
    }
    while !waiting.isEmpty {
      var later: [(layer: LayerConfiguration, number: Int)] = []
      for (layer, number) in waiting {
        var taken = last
        if number < layer.calls.count {
          let found = layer.calls[number].inputs.map { values[$0] }
          taken = found.compactMap { $0 }
          guard taken.count == found.count else {
            later.append((layer, number))
            continue
          }
        }
        last = try call(layer, on: taken, scope: scope, isTrainable: isTrainable)
        guard model.isFunctional || last.count == 1 else {
          throw ConfigurationError(
            "layer \(scope)\(layer.name) (\(layer.className)) gives \(last.count) outputs; in a "
              + "sequential model it has one")
        }
        for (output, source) in last.enumerated() {
          values[ValueName(layer.name, call: number, output: output)] = source
        }
      }
      guard later.count < waiting.count else {
        let (layer, number) = later[0]
        let missing = layer.calls[number].inputs.first { values[$0] == nil }
        throw ConfigurationError(
          "layer \(scope)\(layer.name) takes \(missing?.text ?? ""), which is not below it")
      }
      waiting = later
    }
    if scope.isEmpty { self.values = values }
    guard !model.outputs.isEmpty else { return [last.first].compactMap { $0 } }
    var given: [ValueSource] = []
    for output in model.outputs {
      guard let source = values[output] else {
        throw ConfigurationError("the model gives \(output.text), which no layer of it gives")
      }
      given.append(source)
    }
    return given
  }

  /// Adds a call of a layer, or those of a model that is one.
  ///
  /// - Returns: What it gives.
  private mutating func call(
    _ layer: LayerConfiguration, on sources: [ValueSource], scope: String, isTrainable: Bool
  ) throws(ConfigurationError) -> [ValueSource] {
    let name = scope + layer.name
    let isTrainable = isTrainable && layer["trainable"] != false
    if let model = layer.model {
      return try add(model, of: sources, scope: name + "/", isTrainable: isTrainable)
    }
    let description = try layer.described()
    let number = counts[name, default: 0]
    counts[name] = number + 1
    guard number == 0 || !description.isStateful else {
      throw ConfigurationError("layer \(name) is stateful and can be called once only")
    }
    let shapes = sources.map { shape(of: $0) }
    let input = try description.joined(shapes)
    guard input.isSequence || !description.needsSequence else {
      throw ConfigurationError(
        "layer \(name) needs a sequence; the layer below it must return sequences")
    }
    let isMasked = sources.contains { source in
      guard case .call(let number, let output) = source else { return false }
      return calls[number].isMasked(output: output)
    }
    guard !isMasked || description.takesMask else {
      throw ConfigurationError(
        "layer \(name) (\(layer.className)) cannot take steps that are masked")
    }
    guard shapes.allSatisfy({ $0.axes.count == 1 }) || description.stepAxes != .none,
      !isMasked || input.axes.count == 1
    else {
      throw ConfigurationError(
        "layer \(name) (\(layer.className)) cannot take steps of the axes \(input.axes)")
    }
    let output = try description.outputOfAxes(input)
    let outputs = [output] + description.furtherOutputs(of: input)
    for output in outputs {
      guard (1...ModelConfiguration.largestAxis).contains(output.features) else {
        throw ConfigurationError(
          "units of layer \(name) is \(output.features); it must be from 1 to "
            + "\(ModelConfiguration.largestAxis)")
      }
    }
    let parameters = description.parameters(
      of: shapes, joined: description.weightedShape(of: input))
    if let first = calls.first(where: { $0.name == name }),
      first.parameters.map(\.shape) != parameters.map(\.shape)
    {
      throw ConfigurationError("layer \(name) is called on inputs of different shapes")
    }
    calls.append(
      DescribedCall(
        name: name, layer: layer, description: description, sources: sources,
        isFirst: number == 0, isInputMasked: isMasked, inputs: shapes, input: input,
        outputs: outputs, parameters: isTrainable ? parameters : parameters.map(\.frozen)))
    guard calls.count <= ModelConfiguration.mostCalls else {
      throw ConfigurationError(
        "the model calls layers more than \(ModelConfiguration.mostCalls) times")
    }
    return outputs.indices.map { .call(calls.count - 1, output: $0) }
  }

  /// Checks that nothing of the model's own is computed in vain, and that each output comes of a layer.
  private func checkUses(_ model: ModelConfiguration) throws(ConfigurationError) {
    let taken = Set(calls.flatMap(\.sources) + outputs)
    for (number, call) in calls.enumerated() where !call.name.contains("/") {
      guard call.outputs.indices.contains(where: { taken.contains(.call(number, output: $0)) })
      else { throw ConfigurationError("no layer takes the output of layer \(call.name)") }
    }
    for (number, input) in model.inputs.enumerated() where !taken.contains(.input(number)) {
      throw ConfigurationError("no layer takes the input \(input.name)")
    }
    for case .input(let number) in outputs {
      throw ConfigurationError("the model gives its input \(model.inputs[number].name) as it is")
    }
  }
}

extension ModelConfiguration {
  /// The most calls of layers, those of models inside it among them.
  static let mostCalls = 1024

  /// The calls of the layers.
  ///
  /// - Parameter timeSteps: The steps of each input, or of one alone those of all; what the model has fixed if `nil`.
  /// - Throws: ``ConfigurationError`` naming the layer and what is wrong with it.
  func graph(timeSteps: [Int?] = [nil]) throws(ConfigurationError) -> CallGraph {
    do {
      return try CallGraph(self, timeSteps: timeSteps)
    } catch {
      guard timeSteps == [nil], let graph = CallGraph.ofOpenSteps(self) else { throw error }
      return graph
    }
  }

  /// The layers with weights in Keras' order, with the weights of each.
  ///
  /// - Throws: ``ConfigurationError`` naming the layer and what is wrong with it.
  func layerParameters() throws(ConfigurationError) -> [(layer: String, shapes: [ParameterShape])] {
    let first = try graph().calls.filter(\.isFirst).map { ($0.name, $0.parameters) }
    let shapes = Dictionary(first) { one, _ in one }
    return layerNames(scope: "").compactMap { name in shapes[name].map { (name, $0) } }
  }

  /// The layers, those of models inside it too, by the names that calls have.
  private func layerNames(scope: String) -> [String] {
    layers.flatMap { layer in
      layer.model?.layerNames(scope: scope + layer.name + "/") ?? [scope + layer.name]
    }
  }
}
