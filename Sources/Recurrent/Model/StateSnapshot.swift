import Kernels

/// The states of a model's stateful layers at some moment, kept without allocating.
public final class StateSnapshot<Scalar: KernelScalar> {
  fileprivate var values: [[Scalar]]

  /// That of a model as it stands.
  public init(of model: Sequential<Scalar>) {
    values = model.states.map { Array($0) }
  }
}

extension Sequential {
  /// Keeps the states as they are.
  ///
  /// - Parameter snapshot: One of this model, or of another one of the same layers and batch.
  @specialized(where Scalar == Float)
  public func keepStates(in snapshot: StateSnapshot<Scalar>) {
    for (index, state) in states.enumerated() {
      for place in state.indices { snapshot.values[index][place] = state[place] }
    }
  }

  /// Gives each row of the batch the states of another one.
  ///
  /// - Parameters:
  ///   - parents: The row that each takes them from.
  ///   - snapshot: Keeps the states meanwhile; one of this model.
  @specialized(where Scalar == Float)
  public func takeStates(ofRows parents: [Int], by snapshot: StateSnapshot<Scalar>) {
    keepStates(in: snapshot)
    for (index, state) in states.enumerated() {
      let units = state.count / batch
      for (row, parent) in parents.enumerated() {
        for unit in 0..<units {
          state[row * units + unit] = snapshot.values[index][parent * units + unit]
        }
      }
    }
  }

  /// Goes back, or on, to states that were kept.
  @specialized(where Scalar == Float)
  public func restoreStates(from snapshot: StateSnapshot<Scalar>) {
    for (index, state) in states.enumerated() {
      for place in state.indices { state[place] = snapshot.values[index][place] }
    }
  }
}
