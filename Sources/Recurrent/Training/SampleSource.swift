/// Samples that a model learns from, wherever they are kept: in memory, or in a file that is read as they are
/// needed. Most have one input and one target for it.
package protocol SampleSource {
  var samples: Int { get }
  /// The steps of a sample's first input.
  var timeSteps: Int { get }
  /// The values of one step.
  var features: Int { get }
  /// The steps that have a target: all of them, or the last one only.
  var targetSteps: Int { get }
  /// The values of a target; 0 if targets are class numbers.
  var targetUnits: Int { get }

  /// Whether it has numbers of symbols for its first input, where ``SampleBatch/symbols`` has room for them.
  var givesSymbols: Bool { get }

  /// All inputs, and all targets, of a sample.
  var inputShapes: [SampleInputShape] { get }
  var targetShapes: [SampleTargetShape] { get }

  /// Checks that the targets of an output are ones that a model of so many units can be trained to give.
  ///
  /// - Throws: ``ConfigurationError`` that names the target.
  func checkTargets(output: Int, loss: Loss, units: Int) throws(ConfigurationError)

  /// Checks an input against the symbols that a model takes, as far as they are known before they are read.
  ///
  /// - Throws: ``SymbolOutOfRange``.
  func checkInput(_ number: Int, _ symbols: SymbolRange) throws(SymbolOutOfRange)

  /// Puts samples and their targets where a model reads them.
  ///
  /// - Throws: What went wrong while they were read; the places then hold anything.
  func load(_ batch: SampleBatch) throws
}

/// An input of a sample.
package struct SampleInputShape: Equatable, Sendable {
  package let timeSteps: Int
  /// The values of one step.
  package let features: Int
  /// Whether there are numbers of symbols in the place of values.
  package let givesSymbols: Bool

  package init(timeSteps: Int, features: Int, givesSymbols: Bool) {
    (self.timeSteps, self.features) = (timeSteps, features)
    self.givesSymbols = givesSymbols
  }
}

/// A target of a sample.
package struct SampleTargetShape: Equatable, Sendable {
  package let steps: Int
  /// The values of a step; 0 if targets are class numbers.
  package let units: Int

  package init(steps: Int, units: Int) { (self.steps, self.units) = (steps, units) }
}

extension SampleSource {
  package var givesSymbols: Bool { false }
  package var inputShapes: [SampleInputShape] {
    [SampleInputShape(timeSteps: timeSteps, features: features, givesSymbols: givesSymbols)]
  }
  package var targetShapes: [SampleTargetShape] {
    [SampleTargetShape(steps: targetSteps, units: targetUnits)]
  }
  package func checkInput(_ number: Int, _ symbols: SymbolRange) {}

  /// Checks the inputs that a model's embeddings read.
  ///
  /// - Throws: ``SymbolOutOfRange``.
  func checkInputs(of configuration: ModelConfiguration) throws(SymbolOutOfRange) {
    for (number, symbols) in configuration.symbolsOfInputs.enumerated() {
      if let symbols { try checkInput(number, symbols) }
    }
  }

  /// Checks that a model takes what the samples have, and answers at the steps that have a target.
  ///
  /// - Throws: ``ConfigurationError``.
  func checkShape(of model: Sequential<Float>) throws(ConfigurationError) {
    guard model.inputs.count == inputShapes.count else {
      throw ConfigurationError(
        "the data has \(inputShapes.count) inputs, the model \(model.inputs.count)")
    }
    for (input, shape) in zip(model.inputs, inputShapes) where input.features != shape.features {
      throw ConfigurationError(
        "the data has \(shape.features) features, the model takes \(input.features)")
    }
    guard model.outputs.count == targetShapes.count else {
      throw ConfigurationError(
        "the data has \(targetShapes.count) targets, the model \(model.outputs.count) outputs")
    }
    for (output, shape) in zip(model.outputs, targetShapes) where output.steps != shape.steps {
      throw ConfigurationError(
        "the data has targets for \(shape.steps) steps, the model gives \(output.steps)")
    }
  }
}

/// Where an input of samples goes.
package struct InputPlace {
  /// `[timeSteps, rows, features]`; not looked at if there are ``symbols``.
  package let values: UnsafeMutablePointer<Float>
  /// Where the numbers of symbols go, `[timeSteps, rows]`; `nil` if values are wanted.
  package let symbols: UnsafeMutablePointer<Int32>?

  package init(values: UnsafeMutablePointer<Float>, symbols: UnsafeMutablePointer<Int32>?) {
    (self.values, self.symbols) = (values, symbols)
  }
}

/// Where targets of samples go.
package struct TargetPlace {
  /// Class numbers, `[targetSteps, rows]`; of a source without class numbers not looked at.
  package let classes: UnsafeMutablePointer<Int32>
  /// `[targetSteps, rows, targetUnits]`; of a source of class numbers not looked at.
  package let values: UnsafeMutablePointer<Float>

  package init(classes: UnsafeMutablePointer<Int32>, values: UnsafeMutablePointer<Float>) {
    (self.classes, self.values) = (classes, values)
  }
}

/// Which samples a model is to be given, and where they go.
package struct SampleBatch {
  /// The order of the epoch; that of the source if `nil`.
  private let order: UnsafeBufferPointer<Int32>?
  private let first: Int
  package let rows: Int
  package let inputs: [InputPlace]
  package let targets: [TargetPlace]

  /// - Parameter first: Where in the order the batch begins.
  package init(
    order: UnsafeBufferPointer<Int32>?, first: Int, rows: Int, inputs: [InputPlace],
    targets: [TargetPlace]
  ) {
    self.order = order
    self.first = first
    self.rows = rows
    self.inputs = inputs
    self.targets = targets
  }

  /// Those of one input and one target.
  package init(
    order: UnsafeBufferPointer<Int32>?, first: Int, rows: Int,
    input: UnsafeMutablePointer<Float>, symbols: UnsafeMutablePointer<Int32>?,
    classes: UnsafeMutablePointer<Int32>, values: UnsafeMutablePointer<Float>
  ) {
    self.init(
      order: order, first: first, rows: rows,
      inputs: [InputPlace(values: input, symbols: symbols)],
      targets: [TargetPlace(classes: classes, values: values)])
  }

  // The first input, and the first target.
  package var input: UnsafeMutablePointer<Float> { inputs[0].values }
  package var symbols: UnsafeMutablePointer<Int32>? { inputs[0].symbols }
  package var classes: UnsafeMutablePointer<Int32> { targets[0].classes }
  package var values: UnsafeMutablePointer<Float> { targets[0].values }

  /// The number of the sample in a row.
  @inline(__always)
  package func sample(_ row: Int) -> Int { order.map { Int($0[first + row]) } ?? first + row }
}
