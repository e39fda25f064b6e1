import Files

extension Remedy {
  /// The model of a file that has weights alone.
  package static let model = Remedy(rawValue: "model")
  /// Another loss.
  package static let loss = Remedy(rawValue: "loss")
  /// Another optimizer.
  package static let optimizer = Remedy(rawValue: "optimizer")
}

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

  /// What is wrong.
  package var description: String {
    [loss, optimizer].compactMap { $0 }.joined(separator: "; ")
  }

  /// What another one of helps.
  package var remedies: [Remedy] {
    [loss.map { _ in .loss }, optimizer.map { _ in .optimizer }].compactMap { $0 }
  }
}

extension Checkpoint {
  /// - Throws: ``FileError`` if the model cannot be trained as its file says.
  package func checkTrainable(file: String) throws {
    guard let trainingProblem else { return }
    throw FileError.invalid(
      file, "\(trainingProblem); give another", remedies: trainingProblem.remedies)
  }
}

extension FileError {
  /// A file of weights was to be read by itself.
  static func withoutModel(_ file: String) -> FileError {
    .invalid(
      file, "holds weights without their model; give the model too", remedies: [.model])
  }
}
