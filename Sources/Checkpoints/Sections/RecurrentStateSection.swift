import HDF5
import Recurrent

/// `recurrent_state`: where the stream stands, for each stateful layer `hidden`, and `cell` of an LSTM, each
/// `[batch, units]`, float32.
enum RecurrentStateSection: Section {
  static let name = "recurrent_state"
  static var property: WritableKeyPath<Checkpoint, RecurrentState?> { \.recurrentState }

  static func isNeeded(by configuration: ModelConfiguration) -> Bool { configuration.isStateful }

  static func stored(_ state: RecurrentState) -> StoredValue {
    .group(
      state.layers.map { layer in
        let shape = [state.batch, layer.units]
        return (
          layer.name,
          .group(zip(layer.valueNames, layer.values).map { ($0, .array($1, shape: shape)) })
        )
      })
  }

  static func read(
    from root: any SectionStore, of checkpoint: Checkpoint
  ) throws -> RecurrentState? {
    try read(from: try root.members(name), checkpoint.configuration)
  }

  /// - Returns: `nil` if the model keeps no state.
  static func read(
    from group: any SectionStore, _ configuration: ModelConfiguration
  ) throws -> RecurrentState? {
    guard var state = RecurrentState.zero(configuration) else { return nil }
    for (index, layer) in state.layers.enumerated() {
      let members = try group.members(layer.name)
      for (number, name) in layer.valueNames.enumerated() {
        state.layers[index].values[number] = try members.array(
          name, shape: [state.batch, layer.units],
          need: "layer \(layer.name) with batch \(state.batch)")
      }
    }
    return state
  }
}

/// The same as training goes on from it, where a prediction has moved the stream on since.
enum TrainingRecurrentStateSection: Section {
  static let name = "\(TrainingSection.name)/\(RecurrentStateSection.name)"
  static var property: WritableKeyPath<Checkpoint, RecurrentState?> { \.trainingRecurrentState }
  static let isOfTraining = true

  static func stored(_ state: RecurrentState) -> StoredValue { RecurrentStateSection.stored(state) }

  static func read(
    from root: any SectionStore, of checkpoint: Checkpoint
  ) throws -> RecurrentState? {
    try RecurrentStateSection.read(from: try root.members(name), checkpoint.configuration)
  }
}
