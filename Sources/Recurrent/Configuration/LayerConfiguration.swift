import Files

/// One layer of a model in Keras' words: its class, its name, and the options that change numbers.
package struct LayerConfiguration: Equatable, Sendable {
  /// Keras' class name, such as `LSTM`.
  package var className: String { didSet { resolved = ResolvedDescription() } }
  package var name: String { didSet { resolved = ResolvedDescription() } }
  /// Keras' names of the options that do not have the class's default.
  package var options: [String: JSONValue] {
    didSet {
      options = Self.withoutDefaults(options, of: className)
      resolved = ResolvedDescription()
    }
  }

  /// Its calls in a functional model; one on what is before it in the model if empty.
  package var calls: [LayerCall] = []

  /// The model that it is, where it is one itself: a `Sequential` or `Functional` inside another.
  package var model: ModelConfiguration?

  /// The model that it applies to every step, where `TimeDistributed` is given one.
  package var wrappedModel: ModelConfiguration? { didSet { resolved = ResolvedDescription() } }

  /// What its first call takes.
  package var inputs: [ValueName] {
    get { calls.first?.inputs ?? [] }
    set { calls = newValue.isEmpty ? [] : [LayerCall(newValue)] }
  }

  /// What class, name and options say.
  private var resolved = ResolvedDescription()

  package init(_ className: String, name: String, options: [String: JSONValue] = [:]) {
    self.className = className
    self.name = name
    self.options = Self.withoutDefaults(options, of: className)
  }

  /// A model as a layer of another one.
  package init(_ model: ModelConfiguration, isTrainable: Bool = true) {
    className = model.isFunctional ? "Functional" : "Sequential"
    name = model.name
    options = isTrainable ? [:] : ["trainable": false]
    self.model = model
  }

  /// A layer inside another, as an option holds it: class name, and name and options in one object.
  ///
  /// - Returns: `nil` if the value is not a layer.
  package init?(_ json: JSONValue) {
    guard let className = json["class_name"]?.string, case .object(var options) = json["config"],
      let name = options.removeValue(forKey: "name")?.string
    else { return nil }
    self.init(className, name: name, options: options)
  }

  /// The recurrent layers that it consists of: itself, or the forward and the backward one of a
  /// `Bidirectional`; none if it has no others inside, or cannot be computed.
  package var recurrentLayers: [LayerConfiguration] {
    if let model { return model.layers.flatMap(\.recurrentLayers) }
    return (try? described())?.recurrentLayers(of: self) ?? []
  }

  /// The forward and the backward layer of a `Bidirectional`, under the names that their weights have; none otherwise.
  package var directions: [LayerConfiguration] {
    ((try? described()) as? BidirectionalDescription)?.directions ?? []
  }

  package static func == (one: LayerConfiguration, other: LayerConfiguration) -> Bool {
    one.className == other.className && one.name == other.name && one.options == other.options
      && one.calls == other.calls && one.model == other.model
      && one.wrappedModel == other.wrappedModel
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
    try resolved.description { () throws(ConfigurationError) in
      guard let descriptionType = LayerCatalog.classes[className] else {
        throw ConfigurationError("layer \(name) is of class \(className), which is not supported")
      }
      guard self["trainable"].bool != nil else {
        throw ConfigurationError("layer \(name) (\(className)): trainable is not true or false")
      }
      guard self["activity_regularizer"] == nil || activityRegularizer != nil else {
        throw ConfigurationError(
          "layer \(name) (\(className)): activity_regularizer "
            + "\(self["activity_regularizer"].shortText) is not supported")
      }
      let options = try LayerOptions(self, defaults: LayerCatalog.options[className] ?? [:])
      if options["data_format"] == "channels_first" {
        return try descriptionType.channelsFirst(options)
      }
      return try options["activation"]["class_name"] == nil
        ? descriptionType.init(options) : descriptionType.activationInside(options)
    }
  }

  /// The options that a class has, with their defaults; `nil` if there is no such class.
  package static func options(of className: String) -> [String: JSONValue]? {
    LayerCatalog.options[className]
  }

  /// Whether Keras has a class.
  package static func isOfKeras(_ className: String) -> Bool {
    LayerCatalog.classes[className]?.isOfKeras ?? true
  }

  /// Whether the steps that do not count in its input do not count in its output either.
  package var passesMask: Bool { (try? described())?.passesMask ?? true }

  /// Whether its output has a mask only if all of its inputs have one.
  package var needsEveryMask: Bool { (try? described())?.needsEveryMask ?? false }

  /// Whether its output has the mask of its first input, whatever masks the others have.
  package var passesFirstMask: Bool { (try? described())?.passesFirstMask ?? false }

  /// Whether Keras 3 calls it with the mask of its input.
  package var isCalledWithMask: Bool { (try? described())?.isCalledWithMask ?? false }

  /// Whether it begins with a state, which a call may give.
  package var takesStates: Bool {
    (try? described())?.stateNames.isEmpty == false
  }

  /// Whether Keras calls it on a list of inputs.
  package var takesList: Bool { (try? described())?.takesList ?? false }

  /// Whether each step of its output depends on that step of the input alone.
  package var appliesPerStep: Bool { (try? described())?.appliesPerStep ?? false }

  /// Checks the options.
  ///
  /// - Throws: ``ConfigurationError`` naming the one that cannot be computed.
  package func validate() throws(ConfigurationError) {
    if let model { try model.validate() } else { _ = try described() }
  }

  /// The value of an option, given or the class's default.
  package subscript(option: String) -> JSONValue {
    options[option] ?? LayerCatalog.options[className]?[option] ?? .null
  }
}
