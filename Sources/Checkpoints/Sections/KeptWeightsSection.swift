import Recurrent

/// `kept_weights`: where a run restores the weights of its best epoch when it ends, those of that epoch (`best` is 1) or,
/// once they are the model's, those that training goes on from (0): `weights/<layer>/<parameter>`, float32.
enum KeptWeightsSection: Section {
  static let name = "kept_weights"
  static var property: WritableKeyPath<Checkpoint, KeptWeights?> { \.keptWeights }
  static let isOfTraining = true
  private static let (best, weights) = ("best", "weights")

  static func stored(_ kept: KeptWeights) -> StoredValue {
    var layers: [(name: String, arrays: [(String, StoredValue)])] = []
    for array in kept.arrays {
      if layers.last?.name != array.layer { layers.append((array.layer, [])) }
      layers[layers.count - 1].arrays.append(
        (array.name, .array(array.values, shape: array.shape)))
    }
    return .group([
      (best, .flag(kept.areBest)), (weights, .group(layers.map { ($0.name, .group($0.arrays)) })),
    ])
  }

  static func read(from root: any SectionStore, of checkpoint: Checkpoint) throws -> KeptWeights? {
    let group = try root.members(name)
    let layers = try group.members(weights)
    let arrays = try checkpoint.parameters.parameters.map { parameter in
      let name = KeptWeights.name(of: parameter)
      return KeptWeights.Array(
        layer: parameter.layer, name: name, shape: parameter.shape,
        values: try layers.members(parameter.layer).array(
          name, shape: parameter.shape, need: "layer \(parameter.layer)"))
    }
    return KeptWeights(arrays, areBest: try group.flag(best))
  }
}
