/// Samples that a model learns from, wherever they are kept: in memory, or in a file that is read as they are
/// needed.
package protocol SampleSource {
  var samples: Int { get }
  /// The steps of a sample's input.
  var timeSteps: Int { get }
  /// The values of one step.
  var features: Int { get }
  /// The steps that have a target: all of them, or the last one only.
  var targetSteps: Int { get }
  /// The values of a target; 0 if targets are class numbers.
  var targetUnits: Int { get }

  /// Whether it has numbers of symbols for inputs, where ``SampleBatch/symbols`` has room for them.
  var givesSymbols: Bool { get }

  /// Checks that the targets are ones that a model of so many outputs can be trained to give.
  ///
  /// - Throws: ``ConfigurationError`` that names the target.
  func checkTargets(loss: Loss, units: Int) throws(ConfigurationError)

  /// Checks the inputs against the symbols that a model takes, as far as they are known before they are read.
  ///
  /// - Throws: ``SymbolOutOfRange``.
  func checkInputs(_ symbols: SymbolRange) throws(SymbolOutOfRange)

  /// Puts samples and their targets where a model reads them.
  ///
  /// - Throws: What went wrong while they were read; the places then hold anything.
  func load(_ batch: SampleBatch) throws
}

extension SampleSource {
  package var givesSymbols: Bool { false }
  package func checkInputs(_ symbols: SymbolRange) {}

  /// Checks that a model takes what the samples have, and answers at the steps that have a target.
  ///
  /// - Throws: ``ConfigurationError``.
  func checkShape(of model: Sequential<Float>) throws(ConfigurationError) {
    guard model.configuration.features == features else {
      throw ConfigurationError(
        "the data has \(features) features, the model takes \(model.configuration.features)")
    }
    guard model.outputSteps == targetSteps else {
      throw ConfigurationError(
        "the data has targets for \(targetSteps) steps, the model gives \(model.outputSteps)")
    }
  }
}

/// Which samples a model is to be given, and where they go.
package struct SampleBatch {
  /// The order of the epoch; that of the source if `nil`.
  private let order: UnsafeBufferPointer<Int32>?
  private let first: Int
  package let rows: Int
  /// `[timeSteps, rows, features]`; not looked at if there are ``symbols``.
  package let input: UnsafeMutablePointer<Float>
  /// Where the numbers of symbols go, `[timeSteps, rows]`, see ``Sequential/symbols``; `nil` if values are wanted.
  package let symbols: UnsafeMutablePointer<Int32>?
  /// Class numbers, `[targetSteps, rows]`; of a source without class numbers not looked at.
  package let classes: UnsafeMutablePointer<Int32>
  /// `[targetSteps, rows, targetUnits]`; of a source of class numbers not looked at.
  package let values: UnsafeMutablePointer<Float>

  /// - Parameter first: Where in the order the batch begins.
  package init(
    order: UnsafeBufferPointer<Int32>?, first: Int, rows: Int,
    input: UnsafeMutablePointer<Float>, symbols: UnsafeMutablePointer<Int32>?,
    classes: UnsafeMutablePointer<Int32>, values: UnsafeMutablePointer<Float>
  ) {
    self.order = order
    self.first = first
    self.rows = rows
    self.input = input
    self.symbols = symbols
    self.classes = classes
    self.values = values
  }

  /// The number of the sample in a row.
  @inline(__always)
  package func sample(_ row: Int) -> Int { order.map { Int($0[first + row]) } ?? first + row }
}
