/// The symbols that a layer takes: the whole numbers from 0 to below ``count``, for which an `Embedding` has a vector, and
/// which stand for one-hot rows elsewhere.
package struct SymbolRange: Equatable, Sendable {
  /// The layer's name.
  package let layer: String
  package let count: Int

  /// Whether a value is one of the symbols.
  @inline(__always)
  package func contains(_ value: some BinaryFloatingPoint) -> Bool {
    number(value) != nil
  }

  /// The symbol's number; `nil` if the value is not a symbol.
  @inline(__always)
  func number<Scalar: BinaryFloatingPoint>(_ value: Scalar) -> Int? {
    guard value >= 0, value < Scalar(count) else { return nil }
    let number = Int(value)
    return Scalar(number) == value ? number : nil
  }

  /// What is wrong with a value that is not a symbol.
  package func problem(with value: some BinaryFloatingPoint) -> String {
    let text = Int32(exactly: value).map(String.init) ?? "\(Float(value))"
    return "\(text) is not a symbol of layer \(layer), which takes whole numbers from 0 to "
      + "\(count - 1)"
  }

  /// Checks an array of samples.
  ///
  /// - Parameter values: `[samples, timeSteps]`, row-major.
  /// - Parameter input: Which of the model's inputs they are.
  /// - Throws: ``SymbolOutOfRange`` for the first value that is not a symbol.
  package func check(
    _ values: [Float], timeSteps: Int, input: Int = 0
  ) throws(SymbolOutOfRange) {
    guard let place = values.firstIndex(where: { !contains($0) }) else { return }
    throw SymbolOutOfRange(
      range: self, value: values[place], sample: place / timeSteps, timeStep: place % timeSteps,
      input: input)
  }
}

/// A value of the input that is not the number of a symbol.
public struct SymbolOutOfRange: Error, Equatable, CustomStringConvertible {
  package let range: SymbolRange
  /// Which of the model's inputs has it.
  package let input: Int
  /// The value.
  public let value: Float
  /// Its sample, counted from 0.
  public let sample: Int
  /// Its time step, counted from 0.
  public let timeStep: Int

  package init(
    range: SymbolRange, value: Float, sample: Int, timeStep: Int, input: Int = 0
  ) {
    self.range = range
    self.value = value
    self.sample = sample
    self.timeStep = timeStep
    self.input = input
  }

  public var description: String {
    "sample \(sample), time step \(timeStep) (counted from 0): " + range.problem(with: value)
  }

  public static func == (one: SymbolOutOfRange, other: SymbolOutOfRange) -> Bool {
    one.range == other.range && one.sample == other.sample && one.timeStep == other.timeStep
      && (one.value == other.value || one.value.isNaN && other.value.isNaN)
  }
}

extension ModelConfiguration {
  /// The symbols that the model's first input is made of; `nil` if no `Embedding` reads it.
  package var inputSymbols: SymbolRange? { symbolsOfInputs.first.flatMap { $0 } }

  /// The symbols that each input is made of; `nil` if no `Embedding` reads it as one symbol a step, or the model cannot be
  /// built.
  package var symbolsOfInputs: [SymbolRange?] {
    let graph = try? graph()
    return inputs.indices.map { graph?.symbols(ofInput: $0) }
  }
}

extension CallGraph {
  /// The symbols that an input is made of; `nil` if no `Embedding` reads it as one symbol a step.
  func symbols(ofInput input: Int) -> SymbolRange? {
    for call in calls where call.sources == [.input(input)] && call.input.axes == [1] {
      if let count = call.description.symbolCount {
        return SymbolRange(layer: call.name, count: count)
      }
    }
    return nil
  }
}
