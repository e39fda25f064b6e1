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
      try arrays.write("\(layer.name)/hidden", shape: shape, layer.hidden, to: group)
      try arrays.write("\(layer.name)/cell", shape: shape, layer.cell, to: group)
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
          try arrays.read(dataset, shape: shape, into: buffer, need: need)
        }
      }
      try read("hidden", into: &state.layers[index].hidden)
      try read("cell", into: &state.layers[index].cell)
    }
    return state
  }
}
