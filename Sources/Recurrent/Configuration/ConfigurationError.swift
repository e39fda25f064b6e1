import Files

/// A model, or a training run, that cannot be built as described.
public struct ConfigurationError: RemediableError, Equatable, CustomStringConvertible {
  /// What does not fit, and what would.
  public let description: String
  /// What can be given to get on.
  package let remedies: [Remedy]

  /// An error with this description.
  public init(_ description: String) { self.init(description, remedies: []) }

  package init(_ description: String, remedies: [Remedy]) {
    self.description = description
    self.remedies = remedies
  }
}

extension ModelConfiguration {
  /// The largest size of one axis: units, features, rows or steps.
  public static let largestAxis = 1 << 20
  /// The most layers of a model.
  public static let mostLayers = 256
  /// The most weights of one parameter.
  public static let largestParameter = 1 << 31
  /// The most values of all states together.
  public static let largestState = 1 << 28

  /// Checks that the sizes can be built.
  ///
  /// - Throws: ``ConfigurationError`` naming the layer and the value.
  public func validate() throws(ConfigurationError) {
    func check(_ size: Int, _ what: String) throws(ConfigurationError) {
      guard size >= 1, size <= Self.largestAxis else {
        throw ConfigurationError("\(what) is \(size); it must be from 1 to \(Self.largestAxis)")
      }
    }
    for input in inputs {
      let place = inputs.count == 1 ? "" : " of input \(input.name)"
      try check(input.sample.features, "features" + place)
      for size in input.sample.axes { try check(size, "features" + place) }
      if let timeSteps = input.sample.timeSteps { try check(timeSteps, "timeSteps" + place) }
    }
    if let batch { try check(batch, "batch") }
    guard layers.count >= 1, layers.count <= Self.mostLayers else {
      throw ConfigurationError(
        "the model has \(layers.count) layers; it must have from 1 to \(Self.mostLayers)")
    }
    guard !isStateful || batch != nil else {
      throw ConfigurationError("a stateful layer needs a fixed batch")
    }
    try checkNames()
    let described = try described()
    let stateful = described.filter(\.description.isStateful)
    let stateValues = stateful.reduce(0) { sum, described in
      sum + described.description.stateUnits * described.description.stateNames.count
    }
    guard stateValues <= Self.largestState / (batch ?? 1) else {
      throw ConfigurationError(
        "the stateful layers have too large a state for a batch of \(batch ?? 1)")
    }
    for layer in described {
      if layer.output.isSequence, let steps = layer.output.timeSteps {
        try check(steps, "timeSteps of layer \(layer.name)")
      }
      guard layer.parameters.allSatisfy({ $0.count <= Self.largestParameter }) else {
        throw ConfigurationError("layer \(layer.name) has too many weights")
      }
    }
  }

  /// Checks that no two layers or inputs have the same name, in the models inside this one too.
  private func checkNames() throws(ConfigurationError) {
    var names: Set<String> = []
    for layer in layers {
      guard names.insert(layer.name).inserted else {
        throw ConfigurationError("two layers are named \(layer.name)")
      }
      try layer.model?.checkNames()
    }
    var inputNames: Set<String> = []
    for input in inputs where !inputNames.insert(input.name).inserted {
      throw ConfigurationError("two inputs are named \(input.name)")
    }
  }
}
