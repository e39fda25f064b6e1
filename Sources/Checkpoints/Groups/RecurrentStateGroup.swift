import HDF5
import Recurrent

/// `recurrent_state/<layer>/hidden` and `…/cell`, each `[batch, units]`, float32.
enum RecurrentStateGroup {
  static let name = "recurrent_state"

  static func write(_ state: RecurrentState, to group: Group) throws {
    for layer in state.layers {
      let shape = [state.batch, layer.units]
      try group.write("\(layer.name)/hidden", shape: shape, layer.hidden)
      try group.write("\(layer.name)/cell", shape: shape, layer.cell)
    }
  }

  static func read(
    _ group: Group, _ configuration: ModelConfiguration, file: String
  ) throws -> RecurrentState? {
    guard var state = RecurrentState.zero(configuration) else { return nil }
    for index in state.layers.indices {
      let layer = try group.group(state.layers[index].name)
      let shape = [state.batch, state.layers[index].units]
      let need = "layer \(state.layers[index].name) with batch \(state.batch)"
      func read(_ name: String, into values: inout [Float]) throws {
        let dataset = try layer.dataset(name)
        try values.withUnsafeMutableBufferPointer { buffer in
          try KerasWeights.read(dataset, shape: shape, into: buffer, need: need, file: file)
        }
      }
      try read("hidden", into: &state.layers[index].hidden)
      try read("cell", into: &state.layers[index].cell)
    }
    return state
  }
}
