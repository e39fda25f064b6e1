import Kernels

/// Learns from samples one by one as they come, an update each, by the gradient of that sample alone.
///
/// The state that a stateful model begins with is the caller's to set, see ``model``.
package final class OnlineTrainer {
  /// The model that learns: a batch of one row.
  package let model: Sequential<Float>
  package let optimizer: Optimizer<Float>
  private let loss: Loss
  private var values: [Float]

  /// - Parameters:
  ///   - configuration: The model, if it is to learn in another way than that of the parameters, say step by step.
  ///   - dropoutSeed: Decides what dropout leaves out.
  /// - Throws: ``ConfigurationError``, or `OutOfMemory`.
  package init(
    parameters: ParameterStore<Float>, as configuration: ModelConfiguration? = nil,
    optimizer: Optimizer<Float>, loss: Loss, timeSteps: Int, dropoutSeed: UInt64
  ) throws {
    model = try Sequential(
      parameters: parameters, as: configuration, batch: 1, timeSteps: timeSteps)
    model.dropoutSeed = dropoutSeed
    self.optimizer = optimizer
    self.loss = loss
    values = [Float](repeating: 0, count: model.outputSteps * model.outputUnits)
  }

  /// Makes one update by values.
  ///
  /// - Parameters:
  ///   - input: The value of a step's feature.
  ///   - target: The value of a unit of the output's only step.
  /// - Throws: ``TrainingDiverged`` if the loss is no longer a number; ``SymbolOutOfRange``, and then nothing is learnt.
  package func learn(
    input: (_ step: Int, _ feature: Int) -> Float, target: (_ unit: Int) -> Float
  ) throws {
    load(input)
    for unit in 0..<model.outputUnits { values[unit] = target(unit) }
    try values.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return }
      try learn(.values(values))
    }
  }

  /// Makes one update by the class of the output's only step.
  ///
  /// - Throws: As the other one.
  package func learn(
    input: (_ step: Int, _ feature: Int) -> Float, classNumber: Int
  ) throws {
    load(input)
    try withUnsafePointer(to: Int32(classNumber)) { try learn(.classes($0)) }
  }

  /// Makes one update by the class that follows a symbol, the only step.
  ///
  /// - Parameter symbol: Its number, see ``Sequential/symbols``.
  /// - Throws: As the others.
  package func learn(symbol: Int32, classNumber: Int) throws {
    precondition(model.timeSteps == 1, "a symbol is a single step")
    model.readsSymbols = true
    model.symbols[0] = symbol
    try withUnsafePointer(to: Int32(classNumber)) { try learn(.classes($0)) }
  }

  private func load(_ input: (_ step: Int, _ feature: Int) -> Float) {
    model.readsSymbols = false
    let features = model.configuration.features
    for step in 0..<model.timeSteps {
      for feature in 0..<features { model.input[step * features + feature] = input(step, feature) }
    }
  }

  private func learn(_ targets: Targets<Float>) throws {
    model.forward(rows: 1, training: true, update: optimizer.iterations)
    try model.checkSymbols()
    let lossSum = model.backward(targets, loss: loss, rows: 1, optimizer: optimizer).lossSum
    guard lossSum.isFinite else { throw TrainingDiverged() }
  }
}
