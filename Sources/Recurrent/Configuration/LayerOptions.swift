import Files
import Kernels

/// The options of one layer, read by their kinds.
struct LayerOptions {
  let layer: String
  let className: String
  /// The model that the layer is given in the place of a layer inside it.
  let model: ModelConfiguration?
  private var values: [String: JSONValue]

  /// - Throws: ``ConfigurationError`` if there is an option that the class does not have.
  init(
    _ configuration: LayerConfiguration, defaults: [String: JSONValue]
  ) throws(ConfigurationError) {
    layer = configuration.name
    className = configuration.className
    model = configuration.wrappedModel
    values = defaults.merging(configuration.options) { _, given in given }
    for option in configuration.options.keys.sorted() where defaults[option] == nil {
      throw error(option, "is not supported")
    }
  }

  subscript(option: String) -> JSONValue { values[option] ?? .null }

  /// The same with another value of an option.
  func with(_ option: String, _ value: JSONValue) -> LayerOptions {
    var options = self
    options.values[option] = value
    return options
  }

  func flag(_ option: String) throws(ConfigurationError) -> Bool {
    guard let flag = self[option].bool else { throw error(option, "is not true or false") }
    return flag
  }

  /// A size of an axis; alone in a list, as Keras writes what may have several, too.
  func size(_ option: String) throws(ConfigurationError) -> Int {
    let value = self[option].array.flatMap { $0.count == 1 ? $0[0] : nil } ?? self[option]
    guard let size = value.integer else { throw error(option, "is not a number") }
    guard (1...ModelConfiguration.largestAxis).contains(size) else {
      throw ConfigurationError(
        "\(option) of layer \(layer) is \(size); it must be from 1 to "
          + "\(ModelConfiguration.largestAxis)")
    }
    return size
  }

  func number(_ option: String) throws(ConfigurationError) -> Double {
    guard let number = self[option].double, number.isFinite else {
      throw error(option, "is not a number")
    }
    return number
  }

  /// A part, from 0 to below 1.
  func rate(_ option: String) throws(ConfigurationError) -> Double {
    let rate = try number(option)
    guard (0..<1).contains(rate) else { throw error(option, "is not from 0 to below 1") }
    return rate
  }

  /// An axis that may be the last one, alone or in a list; see ``SampleShape/checkLast(_:of:)``.
  func lastAxis(_ option: String) throws(ConfigurationError) -> Int {
    let axes = self[option].array ?? [self[option]]
    guard axes.count == 1, let axis = axes.first?.integer, axis >= -1 else {
      throw error(option, "is not supported")
    }
    return axis
  }

  /// Checks that the features are the last axis.
  func checkChannelsLast() throws(ConfigurationError) {
    guard self["data_format"] == "channels_last" || self["data_format"] == .null else {
      throw error("data_format", "is not supported")
    }
  }

  func activation(_ option: String = "activation") throws(ConfigurationError) -> Activation {
    if self[option] == .null { return .linear }
    guard let name = self[option].string, let activation = Activation(rawValue: name) else {
      throw error(option, "is not supported")
    }
    return activation
  }

  /// A layer inside this one, as the reader of a configuration leaves it: class name, name and options.
  func layer(_ option: String) throws(ConfigurationError) -> LayerConfiguration {
    guard let layer = LayerConfiguration(self[option]) else {
      throw error(option, "is not a layer")
    }
    guard layer["activity_regularizer"] == nil else {
      throw error(option, "with an activity_regularizer inside is not supported")
    }
    return layer
  }

  /// Where weights begin.
  func initializer(_ option: String) -> Initializer { Initializer(self[option]) }

  func error(_ option: String, _ what: String) -> ConfigurationError {
    ConfigurationError(
      "layer \(layer) (\(className)): \(option) \(self[option].shortText) \(what)")
  }
}

extension JSONValue {
  /// The value in a few words, for errors.
  package var shortText: String {
    switch self {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .string(let text): text
    case .array(let elements): "[" + elements.map(\.shortText).joined(separator: ", ") + "]"
    case .object(let members): members["class_name"]?.shortText ?? "{…}"
    }
  }
}
