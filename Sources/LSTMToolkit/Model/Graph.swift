import Recurrent

/// A value that goes through a functional model: its ``Input``, or the output of a layer.
public protocol GraphValue: Sendable {
  /// Where it comes from.
  var node: GraphNode { get }
}

/// The output of a layer, which other layers can be called on.
public struct LayerOutput: GraphValue {
  /// The layer, and what it was called on.
  public let node: GraphNode

  init(_ node: GraphNode) { self.node = node }
}

/// The input of a model: the shape of one sample, `keras.Input`.
public struct Input: GraphValue {
  /// Where the graph begins.
  public let node: GraphNode
  let sample: SampleShape
  let isSymbols: Bool
  let batch: Int?
  let name: String

  private init(_ sample: SampleShape, isSymbols: Bool = false, batch: Int?, name: String) {
    node = GraphNode(.input(name), inputs: [])
    self.sample = sample
    self.isSymbols = isSymbols
    self.batch = batch
    self.name = name
  }

  /// Sequences: `[batch, timeSteps, features]`.
  ///
  /// - Parameters:
  ///   - timeSteps: The steps of a sequence; any number if `nil`.
  ///   - features: The values of a step.
  ///   - batch: The sequences of every batch if that is fixed, as stateful layers need it.
  ///   - name: The name in the file.
  public init(
    timeSteps: Int?, features: Int, batch: Int? = nil, name: String = Input.standardName
  ) {
    self.init(
      .sequence(timeSteps: timeSteps, features: features), batch: batch, name: name)
  }

  /// Vectors without a time axis: `[batch, features]`.
  public init(features: Int, batch: Int? = nil, name: String = Input.standardName) {
    self.init(.vector(features: features), batch: batch, name: name)
  }

  /// Sequences of symbols, each step the number of one, as ``Embedding`` takes them: `[batch, timeSteps]`.
  ///
  /// - Parameter symbolSteps: The steps of a sequence; any number if `nil`.
  /// - Parameter batch: The sequences of every batch if that is fixed, as stateful layers need it.
  /// - Parameter name: The name in the file.
  public init(symbolSteps: Int?, batch: Int? = nil, name: String = Input.standardName) {
    self.init(
      .sequence(timeSteps: symbolSteps, features: 1), isSymbols: true, batch: batch, name: name)
  }

  /// What Keras calls it.
  public static let standardName = "input_layer"
}

/// A place in a functional model: the input, or a layer and what it was called on.
public final class GraphNode: Sendable {
  enum Kind: Sendable {
    case input(String)
    case layer(LayerSettings)
    /// A layer above more layers than a model can have: what is below it is forgotten.
    case tooDeep
  }

  let kind: Kind
  let inputs: [GraphNode]
  /// The layers on the longest way to it.
  private let depth: Int

  init(_ kind: Kind, inputs: [GraphNode]) {
    depth = (inputs.map(\.depth).max() ?? -1) + 1
    let isTooDeep = depth > ModelConfiguration.mostLayers
    self.kind = isTooDeep ? .tooDeep : kind
    self.inputs = isTooDeep ? [] : inputs
  }
}

/// Puts the layers of a functional model in an order in which each is above those that it takes.
struct GraphOrder {
  private let input: GraphNode
  private var names: [ObjectIdentifier: String] = [:]
  private var layerNames: LayerNames
  private(set) var layers: [LayerConfiguration] = []

  /// - Throws: `ConfigurationError` if the output does not come from that input alone.
  init(from input: Input, to output: GraphNode) throws(ConfigurationError) {
    self.input = input.node
    var given: [String] = []
    var seen: Set<ObjectIdentifier> = []
    try Self.collectNames(output, &given, &seen)
    layerNames = LayerNames(given: given)
    names[ObjectIdentifier(input.node)] = input.name
    if case .input = output.kind {
      throw ConfigurationError("the output of the model is an input: no layer is between them")
    }
    _ = try add(output)
    guard seen.contains(ObjectIdentifier(input.node)) else {
      throw ConfigurationError("the output of the model does not come from its input \(input.name)")
    }
  }

  private static func collectNames(
    _ node: GraphNode, _ names: inout [String], _ seen: inout Set<ObjectIdentifier>
  ) throws(ConfigurationError) {
    guard seen.insert(ObjectIdentifier(node)).inserted else { return }
    guard seen.count <= ModelConfiguration.mostLayers + 1 else { throw tooManyLayers }
    if case .layer(let settings) = node.kind {
      if let name = settings.name { names.append(name) }
      guard !node.inputs.isEmpty else {
        throw ConfigurationError("a layer \(settings.className) is called on nothing")
      }
    }
    for input in node.inputs { try collectNames(input, &names, &seen) }
  }

  private static let tooManyLayers = ConfigurationError(
    "the model has more than \(ModelConfiguration.mostLayers) layers, which is the most there are")

  /// The name of a node, whose layers are added first.
  private mutating func add(_ node: GraphNode) throws(ConfigurationError) -> String {
    if let name = names[ObjectIdentifier(node)] { return name }
    switch node.kind {
    case .input(let name):
      throw ConfigurationError(
        "the output of the model comes from another input, \(name); a model has one input")
    case .tooDeep: throw Self.tooManyLayers
    case .layer(let settings):
      var inputs: [String] = []
      for input in node.inputs { inputs.append(try add(input)) }
      var layer = layerNames.configuration(settings)
      layer.inputs = inputs.map { ValueName($0) }
      layers.append(layer)
      names[ObjectIdentifier(node)] = layer.name
      return layer.name
    }
  }
}
