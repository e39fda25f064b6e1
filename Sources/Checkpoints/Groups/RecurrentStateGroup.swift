import Files
import HDF5
import Recurrent

/// `recurrent_state/<layer>/hidden` and `…/cell`, each `[batch, units]`, float32.
enum RecurrentStateGroup {
  static let name = "recurrent_state"

  static func write(
    _ state: RecurrentState, arrays: ArrayWriter, to group: Group
  ) throws {
    for layer in state.layers {
      let shape = [state.batch, layer.units]
      for (name, values) in zip(layer.valueNames, layer.values) {
        try arrays.write("\(layer.name)/\(name)", shape: shape, values, to: group)
      }
    }
  }

  static func read(
    _ group: Group, _ configuration: ModelConfiguration, arrays: ArrayReader
  ) throws -> RecurrentState? {
    guard var state = RecurrentState.zero(configuration) else { return nil }
    for index in state.layers.indices {
      let layer = try group.group(state.layers[index].name)
      let shape = [state.batch, state.layers[index].units]
      let need = "layer \(state.layers[index].name) with batch \(state.batch)"
      func read(_ name: String, into values: inout [Float]) throws {
        let dataset = try layer.dataset(name)
        try values.withUnsafeMutableBufferPointer { buffer in
          try arrays.loading.read(dataset, shape: shape, into: buffer, need: need)
        }
      }
      for (value, name) in state.layers[index].valueNames.enumerated() {
        try read(name, into: &state.layers[index].values[value])
      }
    }
    return state
  }
}
