import Files
import Kernels
import Recurrent

extension Trainer {
  /// The memory of training, from the sizes that the layers document.
  package var memoryDescription: String {
    let scalar = MemoryLayout<Float>.size
    let weights = model.configuration.parameterCount
    let kilobytes = { (count: Int) in fixed(Double(count * scalar) / 1024, 1) + " KiB" }
    return "\(weights) weights; memory: \(kilobytes(2 * weights)) weights and gradients, "
      + "\(kilobytes(2 * weights)) optimizer, \(kilobytes(model.workingMemory)) activations of "
      + "\(model.batch) rows × \(model.timeSteps) steps; instructions: \(InstructionSet.selected)"
  }
}
