import Checkpoints

/// How symbols that follow each other become one input of a model.
package struct Framing: Equatable, Sendable {
  /// Where the symbols of a window stand in the input.
  package enum Axis: Sendable {
    /// Each is a time step: `[length, 1]`.
    case timeSteps
    /// Each is a feature of the only step: `[1, length]`.
    case features
  }

  /// The symbols of a window.
  package let length: Int
  package let axis: Axis
  /// Whether fewer symbols are allowed; zeros then stand before them.
  package let padded: Bool

  package init(length: Int, axis: Axis = .timeSteps, padded: Bool = false) {
    self.length = length
    self.axis = axis
    self.padded = padded
  }

  package var timeSteps: Int { axis == .timeSteps ? length : 1 }
  package var features: Int { axis == .features ? length : 1 }

  /// The input values of a window, `[timeSteps, features]`: the last ``length`` of `symbols`.
  package func encode(_ symbols: some BidirectionalCollection<Int>, _ vocabulary: Vocabulary)
    -> [Float]
  {
    let values = symbols.suffix(length).map(vocabulary.encode)
    return [Float](repeating: 0, count: length - values.count) + values
  }
}
