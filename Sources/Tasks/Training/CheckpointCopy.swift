import Checkpoints
import Recurrent

/// A copy of what a run has at a moment, which stays as it is while the run goes on.
///
/// Memory: weights and slots of the optimizer once more, and address space for gradients that nobody writes.
final class CheckpointCopy {
  private let parameters: ParameterStore<Float>
  private let optimizer: Optimizer<Float>?

  /// Makes room for copies of a run.
  ///
  /// - Throws: `OutOfMemory`.
  init(of checkpoint: Checkpoint) throws {
    let parameters = try ParameterStore<Float>(checkpoint.configuration)
    self.parameters = parameters
    optimizer = try checkpoint.optimizer.map {
      try Optimizer($0.configuration, parameters: parameters)
    }
  }

  /// The run as it is now, in place of what was copied before.
  func take(_ checkpoint: Checkpoint) -> Checkpoint {
    var copy = checkpoint
    parameters.mirror(checkpoint.parameters)
    copy.parameters = parameters
    if let optimizer, let other = checkpoint.optimizer { optimizer.mirror(other) }
    copy.optimizer = optimizer
    return copy
  }
}
