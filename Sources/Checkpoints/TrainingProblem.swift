import Files

/// Why a model cannot be trained as its file says. It can be looked at and predict: Keras' `compile=False`.
package struct TrainingProblem: Equatable, Sendable, CustomStringConvertible {
  /// What is wrong with the loss; `nil` if nothing.
  package var loss: String?
  /// What is wrong with the optimizer or its schedule; `nil` if nothing.
  package var optimizer: String?

  package init?(loss: String? = nil, optimizer: String? = nil) {
    guard loss != nil || optimizer != nil else { return nil }
    (self.loss, self.optimizer) = (loss, optimizer)
  }

  /// What is wrong, and which options help.
  package var description: String {
    let options = [loss.map { _ in "--loss NAME" }, optimizer.map { _ in "--optimizer NAME" }]
    return [loss, optimizer].compactMap { $0 }.joined(separator: "; ")
      + " (give another: \(options.compactMap { $0 }.joined(separator: " ")))"
  }
}

extension Checkpoint {
  /// - Throws: ``FileError`` if the model cannot be trained as its file says.
  package func checkTrainable(file: String) throws {
    if let trainingProblem { throw FileError.invalid(file, "\(trainingProblem)") }
  }
}
