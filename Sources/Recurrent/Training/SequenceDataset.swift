/// Sequences with the class that follows each: what a model learns from.
package struct SequenceDataset: SampleSource, Equatable, Sendable {
  package let samples: Int
  package let timeSteps: Int
  package let features: Int
  /// The steps that have a target: all of them, or the last one only.
  package let targetSteps: Int
  /// `[samples, timeSteps, features]`, row-major.
  package let inputs: [Float]
  /// Class numbers, `[samples, targetSteps]`, row-major; empty if the targets are ``targetValues``.
  package let targets: [Int32]
  /// `[samples, targetSteps, targetUnits]`, row-major.
  package let targetValues: [Float]
  /// The values of a target.
  package let targetUnits: Int
  /// What ``inputs`` stand for if they are one-hot rows and zeros, `[samples, timeSteps]`.
  private let symbols: [Int32]?

  /// - Throws: ``ConfigurationError`` if the arrays do not have these shapes.
  package init(
    samples: Int, timeSteps: Int, features: Int, targetSteps: Int = 1, inputs: [Float],
    targets: [Int32]
  ) throws(ConfigurationError) {
    guard samples >= 1, inputs.count == samples * timeSteps * features,
      targets.count == samples * targetSteps, targets.allSatisfy({ $0 >= 0 })
    else {
      throw ConfigurationError(
        "\(inputs.count) inputs and \(targets.count) targets are not \(samples) samples of "
          + "\(timeSteps) steps of \(features) features with \(targetSteps) targets each")
    }
    self.samples = samples
    self.timeSteps = timeSteps
    self.features = features
    self.targetSteps = targetSteps
    self.inputs = inputs
    symbols = inputs.oneHotNumbers(columns: features)
    self.targets = targets
    targetValues = []
    targetUnits = 0
  }

  /// Sequences with any numbers as targets.
  ///
  /// - Throws: ``ConfigurationError`` if the arrays do not have these shapes.
  package init(
    samples: Int, timeSteps: Int, features: Int, targetSteps: Int, targetUnits: Int,
    inputs: [Float], targetValues: [Float]
  ) throws(ConfigurationError) {
    guard samples >= 1, targetUnits >= 1, inputs.count == samples * timeSteps * features,
      targetValues.count == samples * targetSteps * targetUnits
    else {
      throw ConfigurationError(
        "\(inputs.count) inputs and \(targetValues.count) targets are not \(samples) samples of "
          + "\(timeSteps) steps of \(features) features with \(targetSteps) × \(targetUnits) targets"
      )
    }
    self.samples = samples
    self.timeSteps = timeSteps
    self.features = features
    self.targetSteps = targetSteps
    self.inputs = inputs
    symbols = inputs.oneHotNumbers(columns: features)
    targets = []
    self.targetValues = targetValues
    self.targetUnits = targetUnits
  }
}

extension SequenceDataset {
  package var givesSymbols: Bool { symbols != nil }

  package func checkTargets(loss: Loss, units: Int) throws(ConfigurationError) {
    guard targetUnits > 0 else {
      if let target = targets.first(where: { $0 >= units }) {
        throw ConfigurationError("the data has a class \(target), the model gives \(units)")
      }
      return
    }
    guard targetUnits == (loss.takesClasses ? 1 : units) else {
      throw ConfigurationError(
        "the targets have \(targetUnits) values each; the model gives \(units)")
    }
    guard !loss.takesClasses || targetValues.allSatisfy({ $0 >= 0 && $0 < Float(units) }) else {
      throw ConfigurationError("a target is not a class of a model with \(units) units")
    }
  }

  package func checkInputs(_ symbols: SymbolRange) throws(SymbolOutOfRange) {
    try symbols.check(inputs, timeSteps: timeSteps)
  }

  package func load(_ batch: SampleBatch) {
    let rows = batch.rows
    if let symbols, let to = batch.symbols {
      for row in 0..<rows {
        let sample = batch.sample(row)
        for step in 0..<timeSteps { to[step * rows + row] = symbols[sample * timeSteps + step] }
      }
    } else {
      loadValues(batch)
    }
    loadTargets(batch)
  }

  private func loadValues(_ batch: SampleBatch) {
    let rows = batch.rows
    inputs.withUnsafeBufferPointer { inputs in
      for row in 0..<rows {
        let sample = batch.sample(row)
        for step in 0..<timeSteps {
          let from = (sample * timeSteps + step) * features
          let to = (step * rows + row) * features
          for feature in 0..<features { batch.input[to + feature] = inputs[from + feature] }
        }
      }
    }
  }

  private func loadTargets(_ batch: SampleBatch) {
    let rows = batch.rows
    for row in 0..<rows {
      let sample = batch.sample(row)
      for step in 0..<targetSteps {
        guard targetUnits > 0 else {
          batch.classes[step * rows + row] = targets[sample * targetSteps + step]
          continue
        }
        for unit in 0..<targetUnits {
          batch.values[(step * rows + row) * targetUnits + unit] =
            targetValues[(sample * targetSteps + step) * targetUnits + unit]
        }
      }
    }
  }

  /// The samples of a range, in their order.
  package func part(_ range: Range<Int>) throws(ConfigurationError) -> SequenceDataset {
    let size = timeSteps * features
    func slice<Value>(_ values: [Value], _ size: Int) -> [Value] {
      Array(values[range.lowerBound * size..<range.upperBound * size])
    }
    guard targetUnits > 0 else {
      return try SequenceDataset(
        samples: range.count, timeSteps: timeSteps, features: features, targetSteps: targetSteps,
        inputs: slice(inputs, size), targets: slice(targets, targetSteps))
    }
    return try SequenceDataset(
      samples: range.count, timeSteps: timeSteps, features: features, targetSteps: targetSteps,
      targetUnits: targetUnits, inputs: slice(inputs, size),
      targetValues: slice(targetValues, targetSteps * targetUnits))
  }
}
