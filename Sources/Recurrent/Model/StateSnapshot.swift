/// The states of a model's stateful layers at some moment, kept without allocating.
package final class StateSnapshot {
  fileprivate var values: [[Float]]

  /// That of a model as it stands.
  package init(of model: Sequential<Float>) {
    values = model.states.map { Array($0) }
  }
}

extension Sequential where Scalar == Float {
  /// Keeps the states as they are.
  ///
  /// - Parameter snapshot: One of this model, or of another one of the same layers and batch.
  package func keepStates(in snapshot: StateSnapshot) {
    for (index, state) in states.enumerated() {
      guard let from = state.baseAddress else { continue }
      snapshot.values[index].withUnsafeMutableBufferPointer { kept in
        precondition(kept.count == state.count, "a snapshot of another model")
        kept.baseAddress?.update(from: from, count: state.count)
      }
    }
  }

  /// Gives each row of the batch the states of another one.
  ///
  /// - Parameters:
  ///   - parents: The row that each takes them from.
  ///   - snapshot: Keeps the states meanwhile; one of this model.
  package func takeStates(ofRows parents: [Int], by snapshot: StateSnapshot) {
    precondition(parents.count <= batch && parents.allSatisfy { (0..<batch).contains($0) })
    keepStates(in: snapshot)
    for (index, state) in states.enumerated() {
      let units = state.count / batch
      snapshot.values[index].withUnsafeBufferPointer { kept in
        guard let from = kept.baseAddress, let to = state.baseAddress else { return }
        for (row, parent) in parents.enumerated() {
          (to + row * units).update(from: from + parent * units, count: units)
        }
      }
    }
  }

  /// Goes back, or on, to states that were kept.
  package func restoreStates(from snapshot: StateSnapshot) {
    for (index, state) in states.enumerated() {
      snapshot.values[index].withUnsafeBufferPointer { kept in
        guard let from = kept.baseAddress else { return }
        precondition(kept.count == state.count, "a snapshot of another model")
        state.baseAddress?.update(from: from, count: state.count)
      }
    }
  }
}
