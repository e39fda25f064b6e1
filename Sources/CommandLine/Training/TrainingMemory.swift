import Files
import Kernels
import Recurrent

/// The memory of training in bytes, from the sizes that layers and optimizers document. The data come on top.
struct TrainingMemory {
  let weights: Int
  let gradients: Int
  /// What the optimizer keeps for the weights: two moments for Adam.
  let optimizer: Int
  /// What layers keep of a batch for the way back.
  let training: Int
  /// The same of a validation, which has its own; `nil` if there is none.
  let validation: Int?

  var total: Int { weights + gradients + optimizer + training + (validation ?? 0) }

  init(_ trainer: Trainer) {
    let scalar = MemoryLayout<Float>.size
    weights = trainer.model.configuration.parameterCount * scalar
    gradients = weights
    optimizer = trainer.optimizer.memory * scalar
    training = trainer.model.workingMemory * scalar
    validation = trainer.evaluator.map { $0.workingMemory * scalar }
  }
}

extension Trainer {
  /// The memory of training in a line.
  package var memoryDescription: String {
    let memory = TrainingMemory(self)
    return "\(model.configuration.parameterCount) weights; memory: "
      + "\(DryRun.size(memory.weights + memory.gradients)) weights and gradients, "
      + "\(DryRun.size(memory.optimizer)) optimizer, \(DryRun.size(memory.training)) activations of "
      + "\(model.batch) rows × \(model.timeSteps) steps; instructions: \(InstructionSet.selected)"
  }
}
