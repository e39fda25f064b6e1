import Files
import Recurrent

/// Metrics in Keras' configurations: names, objects of classes, or tf-keras' wrappers of functions.
enum KerasMetrics {
  /// The wrapper of a function.
  private static let wrapper = "MeanMetricWrapper"

  /// The metrics of a list, or of lists for each output.
  static func read(_ json: JSONValue) -> [CompiledMetric] {
    switch json {
    case .string(let name):
      // Keras 3 takes classes by name as well.
      let function = KerasVariables.snakeCase(name)
      let known = CompiledMetric(name: name, function: function)
      return [known.isKnown ? known : CompiledMetric(name: name, function: name)]
    case .array(let elements): return elements.flatMap(read)
    case .object(let members):
      guard let className = json["class_name"]?.string?.split(separator: ">").last else {
        return members.sorted { $0.key < $1.key }.flatMap { read($0.value) }
      }
      let config = json["config"] ?? .null
      let fn = config["fn"] ?? .null
      // A function of its own, or a class.
      let function =
        fn.string ?? fn["config"]?.string ?? config.string
        ?? KerasVariables.snakeCase(String(className))
      var options: [String: JSONValue] = [:]
      if case .object(let members) = config { options = members }
      return [
        CompiledMetric(
          name: config["name"]?.string ?? function, function: function, options: options)
      ]
    default: return []
    }
  }

  /// The metrics of a model as its file has them; those that are not supported are left out.
  static func write(_ checkpoint: Checkpoint, _ writer: ModelConfigurationWriter) -> JSONValue {
    let accuracy = CompiledMetric(name: "accuracy", function: "accuracy")
    let metrics = checkpoint.metrics ?? (checkpoint.loss.hasAccuracy ? [accuracy] : [])
    let written = metrics.filter(\.isKnown).compactMap {
      write($0, of: checkpoint.loss, writer)
    }
    guard !written.isEmpty else { return nil }
    // A list for each output.
    return writer.version == .two && writer.style == .hdf5
      ? [.array(written)] : .array(written)
  }

  private static func write(
    _ metric: CompiledMetric, of loss: Loss, _ writer: ModelConfigurationWriter
  ) -> JSONValue? {
    let isWrapped = writer.version == .two && writer.style == .hdf5
    // tf-keras says which accuracy it is.
    let isAccuracy =
      metric.isAccuracy || metric.name == "accuracy" && metric.function == loss.accuracyFunction
    let function = metric.isAccuracy ? loss.accuracyFunction : metric.function
    var config: [String: JSONValue] = ["name": .string(metric.name), "dtype": "float32"]
    if !isAccuracy, let className = metric.className {
      return writer.object(
        "keras.metrics", className, config.merging(metric.settings) { one, _ in one })
    }
    if isAccuracy, !isWrapped || function == nil { return .string(metric.name) }
    // Keras 3 takes no function by its name.
    guard writer.version == .two else { return nil }
    guard isWrapped, let function else { return .string(metric.function) }
    config["fn"] = .string(function)
    return writer.object("keras.metrics", wrapper, config)
  }
}

extension Checkpoint {
  /// The names of the metrics that its file has and that are not supported.
  package var unsupportedMetrics: [String] {
    (metrics ?? []).filter { !$0.isKnown }.map(\.name)
  }
}
