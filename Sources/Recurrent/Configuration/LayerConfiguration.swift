/// One layer of a model in Keras' words: its class, its name, and the options that change numbers.
public struct LayerConfiguration: Equatable, Sendable {
  /// Keras' class name, such as `LSTM`.
  public var className: String
  public var name: String
  /// Keras' names of the options that do not have the class's default.
  public var options: [String: JSONValue] {
    didSet { options = Self.withoutDefaults(options, of: className) }
  }

  /// The layers whose outputs it takes, or the model's input by its name; the one before it in the model if
  /// empty.
  public var inputs: [String] = []

  public init(_ className: String, name: String, options: [String: JSONValue] = [:]) {
    self.className = className
    self.name = name
    self.options = Self.withoutDefaults(options, of: className)
  }

  /// A layer inside another, as an option holds it: class name, and name and options in one object.
  ///
  /// - Returns: `nil` if the value is no layer.
  public init?(_ json: JSONValue) {
    guard let className = json["class_name"]?.string, case .object(var options) = json["config"],
      let name = options.removeValue(forKey: "name")?.string
    else { return nil }
    self.init(className, name: name, options: options)
  }

  /// The recurrent layers that it consists of: itself, or the forward and the backward one of a
  /// `Bidirectional`; none if it is of another class.
  public var recurrentLayers: [LayerConfiguration] {
    switch className {
    case "LSTM", "GRU", "SimpleRNN": return [self]
    case "Bidirectional":
      guard let forward = LayerConfiguration(self["layer"]) else { return [] }
      var backward = LayerConfiguration(self["backward_layer"]) ?? forward
      backward.options["go_backwards"] = .bool(forward["go_backwards"] != true)
      return [forward, backward]
    default: return []
    }
  }

  /// So that layers that compute the same are equal.
  private static func withoutDefaults(
    _ options: [String: JSONValue], of className: String
  ) -> [String: JSONValue] {
    guard let defaults = Self.options(of: className) else { return options }
    return options.filter { option, value in
      guard let standard = defaults[option] else { return true }
      if let number = value.double { return number != standard.double }
      return value != standard
    }
  }

  /// What the engine knows about the layer.
  ///
  /// - Throws: ``ConfigurationError`` naming the layer and the option if it cannot compute it.
  func described() throws(ConfigurationError) -> any LayerDescription {
    guard let description = LayerCatalog.classes[className] else {
      throw ConfigurationError("layer \(name) is of class \(className), which is not supported")
    }
    guard self["trainable"].bool != nil else {
      throw ConfigurationError("layer \(name) (\(className)): trainable is not true or false")
    }
    return try description.init(
      LayerOptions(self, defaults: LayerCatalog.options[className] ?? [:]))
  }

  /// The options that a class has, with their defaults; `nil` if there is no such class.
  public static func options(of className: String) -> [String: JSONValue]? {
    LayerCatalog.options[className]
  }

  /// Whether the steps that do not count in its input do not count in its output either.
  public var passesMask: Bool { (try? described())?.passesMask ?? true }

  /// Checks the options.
  ///
  /// - Throws: ``ConfigurationError`` naming the one that cannot be computed.
  public func validate() throws(ConfigurationError) { _ = try described() }

  /// The value of an option, given or the class's default.
  public subscript(option: String) -> JSONValue {
    options[option] ?? LayerCatalog.options[className]?[option] ?? .null
  }
}

/// What the package knows about a class of layers: its options, its shapes, its weights, and how it computes.
/// Each class has a file of its own.
protocol LayerDescription: Sendable {
  /// Keras' class name.
  static var className: String { get }
  /// Every option of Keras' constructor that changes numbers, with its default; `trainable` goes without saying.
  static var options: [String: JSONValue] { get }

  /// - Throws: ``ConfigurationError`` naming the option that cannot be computed.
  init(_ options: LayerOptions) throws(ConfigurationError)

  /// The units of the output, its steps, and whether it has steps.
  ///
  /// - Throws: ``ConfigurationError`` if the layer cannot take such an input.
  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape

  /// The input that several layers make together.
  ///
  /// - Throws: ``ConfigurationError`` if the layer takes one only.
  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape

  /// The weights in Keras' order.
  func parameters(of input: SampleShape) -> [ParameterShape]

  /// Whether the input must have a time axis.
  var needsSequence: Bool { get }
  /// Whether the layer keeps a state from batch to batch.
  var isStateful: Bool { get }
  /// Whether the layers above may be told that steps do not count.
  var makesMask: Bool { get }
  /// Whether steps that do not count in its input do not count in its output either.
  var passesMask: Bool { get }
  /// Whether a step of its output needs other steps of the input, which no state keeps, so that a sequence cannot be
  /// fed step by step.
  var joinsSteps: Bool { get }
  /// Whether each step of its output depends on that step of the input alone, so that `TimeDistributed` changes nothing.
  var appliesPerStep: Bool { get }
  /// The activation that the layer ends with, where it can begin its way back before it, see
  /// ``BatchContext/isGradientBeforeActivation``.
  var lastActivation: Activation? { get }
  /// The names of the arrays that a stateful layer keeps, and how many values a row of each has.
  var stateNames: [String] { get }
  var stateUnits: Int { get }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar>
}

extension LayerDescription {
  var needsSequence: Bool { false }
  var isStateful: Bool { false }
  var makesMask: Bool { false }
  var passesMask: Bool { true }
  var joinsSteps: Bool { false }
  var appliesPerStep: Bool { false }
  var lastActivation: Activation? { nil }
  var stateNames: [String] { [] }
  var stateUnits: Int { 0 }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    guard let input = inputs.first, inputs.count == 1 else {
      throw ConfigurationError("\(Self.className) takes one input, not \(inputs.count)")
    }
    return input
  }

  func parameters(of input: SampleShape) -> [ParameterShape] { [] }
}

/// What a layer is made from: its weights, the shapes, and the model's memory.
struct LayerBuilder<Scalar: KernelScalar> {
  let name: String
  let parameters: ParameterStore<Scalar>
  /// One sample of each input, with the real number of steps, and of what they make together.
  let inputs: [SampleShape]
  var input: SampleShape
  /// One sample of its output.
  var output: SampleShape
  /// The most rows of a batch.
  let batch: Int
  let plan: MemoryPlan<Scalar>
  /// Whether steps may come that do not count.
  let isMasked: Bool
  /// The layer's number, by which it draws what it leaves out.
  var number: Int
  /// What the names of the weights begin with, for a layer inside another.
  var scope = ""

  /// A weight array of the layer.
  func matrix(_ name: String) -> ParameterStore<Scalar>.Matrix {
    parameters.matrix(layer: self.name, name: scope + name)
  }
}

/// The classes of layers by Keras' names.
enum LayerCatalog {
  static let classes: [String: any LayerDescription.Type] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.className, $0) })

  /// The options of each class, those included that every layer has.
  static let options = classes.mapValues { description in
    description.options.merging(["trainable": true]) { own, _ in own }
  }

  private static let all: [any LayerDescription.Type] = [
    LSTMDescription.self, GRUDescription.self, SimpleRNNDescription.self,
    BidirectionalDescription.self, TimeDistributedDescription.self, DenseDescription.self,
    Conv1DDescription.self,
    EmbeddingDescription.self, MaskingDescription.self, DropoutDescription.self,
    ActivationDescription.self, RepeatVectorDescription.self, FlattenDescription.self,
    ReshapeDescription.self, LayerNormalizationDescription.self,
    BatchNormalizationDescription.self, ConcatenateDescription.self,
  ]
}
