import Recurrent

/// The symbols of a model's input and output, in the order of their numbers.
package struct Vocabulary: Equatable, Sendable {
  /// How a symbol's number becomes an input.
  package enum Encoding: Equatable, Sendable {
    /// Divided by a number.
    case scaled(divisor: Double)
    /// One feature for each symbol, of which that of the number is 1.
    case oneHot
    /// As it is, for an `Embedding`.
    case number
  }

  /// Two symbols that become one: the symbol whose name is theirs joined.
  package struct Merge: Equatable, Sendable {
    package let left, right: Int

    package init(left: Int, right: Int) { (self.left, self.right) = (left, right) }
  }

  package var symbols: [String]
  package var encoding: Encoding
  /// The number of the symbol that stands for all that are none of the others.
  package var unknown: Int?
  /// How subwords are made of bytes, see ``ByteNames``, in the order in which they were learnt; empty for other symbols.
  package var merges: [Merge] = []

  package init(symbols: [String], encoding: Encoding, unknown: Int? = nil) {
    self.symbols = symbols
    self.encoding = encoding
    self.unknown = unknown
  }

  /// Symbols whose numbers are divided by `divisor`.
  package init(symbols: [String], divisor: Double) {
    self.init(symbols: symbols, encoding: .scaled(divisor: divisor))
  }

  /// The number of a symbol.
  package func index(of symbol: String) -> Int? { symbols.firstIndex(exactly: symbol) }

  /// A symbol's number as the only feature of an input: divided in double precision, then rounded, as NumPy
  /// does it for Keras.
  package func encode(_ index: Int) -> Float {
    guard case .scaled(let divisor) = encoding else { return Float(index) }
    return Float(Double(index) / divisor)
  }

  /// Whether a symbol's number is not the input as it is.
  package var isScaled: Bool { if case .scaled = encoding { true } else { false } }

  /// Puts a symbol where a model reads its input.
  ///
  /// - Parameter place: The row of a batch of one step.
  package func put(_ symbol: Int, in place: Int, of model: Sequential<Float>) {
    model.readsSymbols = !isScaled
    if isScaled {
      model.input[place] = encode(symbol)
    } else {
      model.symbols[place] = Int32(symbol)
    }
  }

  /// The features of a step.
  package var features: Int { encoding == .oneHot ? symbols.count : 1 }
}
