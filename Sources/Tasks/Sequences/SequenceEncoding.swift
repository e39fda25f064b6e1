import Checkpoints
import Recurrent

/// How sequences become the input of a model: numbers of symbols, or scaled numbers, padded in front to the steps of a
/// sample, of longer ones the last steps, as `keras.utils.pad_sequences` does it.
struct SequenceEncoding {
  /// What padding is where sequences are numbers: nothing that a scaled value will be.
  static let maskValue = -1_000_000_000
  /// The first symbols of a vocabulary: what padding is, which `mask_zero` hides, and any symbol that is not known.
  static let padding = "<padding>"
  static let unknown = 1

  /// What the features of sequences of numbers are called.
  static func columns(of sequence: String, features: Int) -> [String] {
    features == 1 ? [sequence] : (0..<features).map { "\(sequence)[\($0)]" }
  }

  let timeSteps: Int
  let features: Int
  private let symbols: SymbolNumbers?
  private let scaling: Scaling?

  /// - Parameters:
  ///   - vocabulary: That of a model of texts.
  ///   - scaling: Of a model of numbers: one column for each feature, and perhaps more.
  init(
    timeSteps: Int, features: Int, level: TextTask.Level?, vocabulary: Vocabulary?,
    scaling: Scaling?
  ) {
    self.timeSteps = timeSteps
    self.features = features
    self.scaling = scaling
    symbols = level.flatMap { level in vocabulary.map { SymbolNumbers($0, level: level) } }
  }

  /// The steps of a sequence, all of them, not encoded.
  static func length(_ content: SequenceTable.Content, level: TextTask.Level?) -> Int {
    switch content {
    case .numbers(let numbers, let features): return numbers.count / features
    case .text(let text):
      var count = 0
      forEachSymbol(of: text, level: level ?? .character) { _, _ in count += 1 }
      return count
    }
  }

  /// Hands over the place of each symbol of a text.
  static func forEachSymbol(
    of text: String, level: TextTask.Level,
    _ body: (Range<Int>, UnsafeBufferPointer<UInt8>) -> Void
  ) {
    let scanner = SymbolScanner(level: level)
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      var at = 0
      while at < bytes.count, case .at(let end) = scanner.end(of: at, in: bytes, isLast: true) {
        body(at..<end, bytes)
        at = end
      }
    }
  }

  /// A sample: `[timeSteps, features]`.
  func encoded(_ content: SequenceTable.Content) -> [Float] {
    var values: [Float] = []
    switch content {
    case .numbers(let numbers, _):
      values = numbers.enumerated().map { index, number in
        scaling?.scaled(number, column: index % features) ?? Float(number)
      }
    case .text(let text):
      guard let symbols else { break }
      Self.forEachSymbol(of: text, level: symbols.level) { range, bytes in
        values.append(Float(symbols.number(range, in: bytes)))
      }
    }
    values = values.suffix(timeSteps * features)
    let padding = Float(symbols == nil ? Self.maskValue : 0)
    return [Float](repeating: padding, count: timeSteps * features - values.count) + values
  }
}

extension ConfigurationError {
  /// What is said of subwords where each step of a sequence is one symbol of its text.
  static let noSubwords = ConfigurationError(
    "subwords are for texts to write; the symbols of sequences are characters, bytes or words")
}
