import Checkpoints
import HDF5

/// An array of a checkpoint under the name that tables show, such as `lstm/kernel`.
struct NamedArray {
  let name: String
  let shape: [Int]
  /// Copies the values, row by row.
  let values: () -> [Float]

  /// Every weight array.
  static func weights(of checkpoint: Checkpoint) -> [NamedArray] {
    checkpoint.parameters.parameters.map { parameter in
      NamedArray(name: "\(parameter.layer)/\(parameter.name)", shape: parameter.shape) {
        Array(checkpoint.parameters[parameter])
      }
    }
  }

  /// Hidden and cell state of every stateful layer: `[batch, units]` each.
  static func state(of checkpoint: Checkpoint) -> [NamedArray] {
    let state = checkpoint.recurrentState
    return (state?.layers ?? []).flatMap { layer in
      zip(layer.valueNames, layer.values).map { name, values in
        NamedArray(name: "\(layer.name)/\(name)", shape: [state?.batch ?? 0, layer.units]) {
          values
        }
      }
    }
  }

  /// What the optimizer keeps for every weight array, in the array's shape.
  static func moments(of checkpoint: Checkpoint) -> [NamedArray] {
    guard let optimizer = checkpoint.optimizer else { return [] }
    return checkpoint.parameters.parameters.filter(\.isTrainable).flatMap { parameter in
      optimizer.slotNames.map { slot in
        NamedArray(
          name: "\(parameter.layer)/\(parameter.name) \(slot)", shape: parameter.shape
        ) { Array(optimizer.slot(slot, of: parameter)) }
      }
    }
  }

  /// All of them.
  static func all(of checkpoint: Checkpoint) -> [NamedArray] {
    weights(of: checkpoint) + state(of: checkpoint) + moments(of: checkpoint)
  }
}
