/// Sequences with the class that follows each, or with any numbers: what a model learns from. A model of several inputs
/// and outputs has an array for each.
package struct SequenceDataset: SampleSource, Equatable, Sendable {
  package let samples: Int
  package let inputArrays: [InputArray]
  package let targetArrays: [TargetArray]

  /// - Throws: ``ConfigurationError`` if the arrays do not have these shapes.
  package init(
    samples: Int, timeSteps: Int, features: Int, targetSteps: Int = 1, inputs: [Float],
    targets: [Int32]
  ) throws(ConfigurationError) {
    guard targets.allSatisfy({ $0 >= 0 }) else {
      throw ConfigurationError("a target is a negative class")
    }
    try self.init(
      samples: samples,
      inputs: [InputArray(timeSteps: timeSteps, features: features, values: inputs)],
      targets: [TargetArray(steps: targetSteps, classes: targets)])
  }

  /// Sequences with any numbers as targets.
  ///
  /// - Throws: ``ConfigurationError`` if the arrays do not have these shapes.
  package init(
    samples: Int, timeSteps: Int, features: Int, targetSteps: Int, targetUnits: Int,
    inputs: [Float], targetValues: [Float]
  ) throws(ConfigurationError) {
    guard targetUnits >= 1 else { throw ConfigurationError("the targets have no values") }
    try self.init(
      samples: samples,
      inputs: [InputArray(timeSteps: timeSteps, features: features, values: inputs)],
      targets: [TargetArray(steps: targetSteps, units: targetUnits, values: targetValues)])
  }

  /// - Throws: ``ConfigurationError`` if the arrays are not of so many samples.
  package init(
    samples: Int, inputs: [InputArray], targets: [TargetArray]
  ) throws(ConfigurationError) {
    guard samples >= 1, !inputs.isEmpty, !targets.isEmpty else {
      throw ConfigurationError("there are no samples")
    }
    for input in inputs
    where input.values.count != samples * input.timeSteps * input.features {
      throw ConfigurationError(
        "\(input.values.count) inputs are not \(samples) samples of \(input.timeSteps) steps of "
          + "\(input.features) features")
    }
    for target in targets
    where max(target.classes.count, target.values.count) != samples * target.size {
      throw ConfigurationError(
        "\(max(target.classes.count, target.values.count)) targets are not \(samples) samples of "
          + "\(target.steps) × \(max(1, target.units)) targets")
    }
    self.samples = samples
    inputArrays = inputs
    targetArrays = targets
  }

  // The first input, and the first target.
  package var timeSteps: Int { inputArrays[0].timeSteps }
  package var features: Int { inputArrays[0].features }
  package var inputs: [Float] { inputArrays[0].values }
  package var targetSteps: Int { targetArrays[0].steps }
  package var targetUnits: Int { targetArrays[0].units }
  package var targets: [Int32] { targetArrays[0].classes }
  package var targetValues: [Float] { targetArrays[0].values }
}

extension SequenceDataset {
  package var givesSymbols: Bool { inputShapes[0].givesSymbols }
  package var inputShapes: [SampleInputShape] { inputArrays.map(\.shape) }
  package var targetShapes: [SampleTargetShape] { targetArrays.map(\.shape) }

  package func checkTargets(output: Int, loss: Loss, units: Int) throws(ConfigurationError) {
    try targetArrays[output].check(loss: loss, units: units)
  }

  package func checkInput(_ number: Int, _ symbols: SymbolRange) throws(SymbolOutOfRange) {
    let input = inputArrays[number]
    try symbols.check(input.values, timeSteps: input.timeSteps, input: number)
  }

  package func load(_ batch: SampleBatch) {
    for (input, place) in zip(inputArrays, batch.inputs) { input.load(batch, to: place) }
    for (target, place) in zip(targetArrays, batch.targets) { target.load(batch, to: place) }
  }

  /// The samples of a range, in their order.
  package func part(_ range: Range<Int>) throws(ConfigurationError) -> SequenceDataset {
    try SequenceDataset(
      samples: range.count, inputs: inputArrays.map { $0.part(range) },
      targets: targetArrays.map { $0.part(range) })
  }
}
