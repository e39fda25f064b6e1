import Files
import Recurrent

/// A loss in Keras' configurations: the name of a function, or an object of a class with its settings.
enum KerasLoss {
  /// The reductions that give the mean over a batch.
  private static let means: [JSONValue] = [
    nil, "sum_over_batch_size", "auto", "mean", "mean_with_sample_weight",
  ]
  /// What is said of every loss, and is no setting.
  private static let common: Set<String> = ["name", "reduction", "dtype", "fn", "axis"]

  /// The loss of a configuration; `nil` if it is not supported.
  static func read(_ json: JSONValue) -> Loss? {
    if let name = json.string { return Loss(name, options: [:]) }
    guard let className = json["class_name"]?.string else { return nil }
    let config = json["config"] ?? .null
    if let function = config.string { return Loss(function, options: [:]) }
    guard means.contains(config["reduction"] ?? nil), (config["axis"] ?? -1) == -1 else {
      return nil
    }
    var options: [String: JSONValue] = [:]
    if case .object(let members) = config {
      options = members.filter { !common.contains($0.key) && $0.value != nil }
    }
    // A class says what it is; a name beside it is whatever its owner called it.
    let ownName = className.split(separator: ">").last.map(String.init) ?? className
    if let loss = Loss(ownName, options: options) { return loss }
    let function = config["fn"] ?? .null
    let name = function.string ?? function["config"]?.string ?? config["name"]?.string
    return name.flatMap { Loss($0, options: options) }
  }

  /// What an unknown loss is called: a function or class of its owner has a name somewhere.
  static func name(of json: JSONValue) -> String {
    json["config"]?.string ?? json["config"]?["name"]?.string ?? json.shortText
  }
}

extension ModelConfigurationWriter {
  /// Keras' name of the loss' function; an object where it has settings; null of one that Keras does not have.
  func lossValue(_ loss: Loss) -> JSONValue {
    // The section of quantiles says it.
    guard loss.quantiles == nil else { return nil }
    guard !loss.options.isEmpty else { return .string(loss.name) }
    let config: [String: JSONValue] = ["name": .string(loss.name)]
    return object(
      "keras.losses", loss.className, config.merging(loss.options) { one, _ in one })
  }
}
