/// The loss of an output of a model, and what it is multiplied by in the sum of all: Keras' `loss` and `loss_weights`.
package struct OutputLoss: Equatable, Sendable {
  package var loss: Loss
  package var weight: Double

  package init(_ loss: Loss, weight: Double = 1) {
    (self.loss, self.weight) = (loss, weight)
  }
}

extension [OutputLoss] {
  /// The same loss for all outputs of a model.
  package init(_ loss: Loss, of configuration: ModelConfiguration) {
    self = configuration.givenOutputs.map { _ in OutputLoss(loss) }
  }
}
