import Checkpoints

/// How symbols that follow each other become one input of a model.
public struct Framing: Equatable, Sendable {
  /// Where the symbols of a window stand in the input.
  public enum Axis: Sendable {
    /// Each is a time step: `[length, 1]`.
    case timeSteps
    /// Each is a feature of the only step: `[1, length]`.
    case features
  }

  /// The symbols of a window.
  public let length: Int
  public let axis: Axis
  /// Whether fewer symbols are allowed; zeros then stand before them.
  public let padded: Bool

  public init(length: Int, axis: Axis = .timeSteps, padded: Bool = false) {
    self.length = length
    self.axis = axis
    self.padded = padded
  }

  public var timeSteps: Int { axis == .timeSteps ? length : 1 }
  public var features: Int { axis == .features ? length : 1 }

  /// The input values of a window, `[timeSteps, features]`: the last ``length`` of `symbols`.
  public func encode(_ symbols: some BidirectionalCollection<Int>, _ vocabulary: Vocabulary)
    -> [Float]
  {
    let values = symbols.suffix(length).map(vocabulary.encode)
    return [Float](repeating: 0, count: length - values.count) + values
  }
}
