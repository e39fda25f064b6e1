import Files
import Recurrent

/// The losses of a model's outputs in Keras' configurations, `loss` and `loss_weights`: one for all, a list, or a
/// dictionary by the names of the outputs.
struct KerasOutputLosses {
  private let layers: [String]
  private let keys: [String]?

  /// - Parameter model: Whose outputs they are; one output if `nil`.
  init(_ model: ModelConfiguration?) {
    layers = model?.givenOutputs.map(\.name) ?? [""]
    keys = model?.outputKeys
  }

  /// - Returns: The loss of each output; `nil` if one is not supported, or there is none for an output.
  func read(_ loss: JSONValue, weights: JSONValue) -> [OutputLoss]? {
    guard let losses = values(loss, isOne: { KerasLoss.read($0) != nil }) else { return nil }
    let factors = weights == nil ? layers.map { _ in 1 } : values(weights) { $0.double != nil }
    guard let factors, factors.count == losses.count else { return nil }
    var all: [OutputLoss] = []
    for (loss, factor) in zip(losses, factors) {
      guard let loss = KerasLoss.read(loss), let weight = factor.double, weight.isFinite else {
        return nil
      }
      all.append(OutputLoss(loss, weight: weight))
    }
    return all
  }

  /// A value for each output.
  private func values(_ json: JSONValue, isOne: (JSONValue) -> Bool) -> [JSONValue]? {
    if let list = json.array { return list.count == layers.count ? list : nil }
    if case .object = json, json["class_name"] == nil {
      let names = zip(keys ?? layers, layers)
      let found = names.compactMap { key, layer in json[key] ?? json[layer] }
      if found.count == layers.count { return found }
    }
    return isOne(json) ? layers.map { _ in json } : nil
  }

  /// The two as Keras writes them.
  static func write(
    _ checkpoint: Checkpoint, _ writer: ModelConfigurationWriter
  ) -> (loss: JSONValue, weights: JSONValue) {
    let losses = checkpoint.losses
    guard losses.count > 1 || losses.contains(where: { $0.weight != 1 }) else {
      return (writer.lossValue(checkpoint.loss), nil)
    }
    func all(_ values: [JSONValue]) -> JSONValue {
      guard let keys = checkpoint.configuration.outputKeys, keys.count == values.count else {
        return .array(values)
      }
      return .object(Dictionary(zip(keys, values)) { one, _ in one })
    }
    return (
      all(losses.map { writer.lossValue($0.loss) }), all(losses.map { .number($0.weight) })
    )
  }
}
