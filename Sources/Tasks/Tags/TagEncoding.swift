import Checkpoints
import Files
import Kernels

/// How steps become the input of a model: numbers of symbols, or scaled numbers, padded in front.
struct TagEncoding {
  private let numbers: [ExactText: Int32]
  private let scaling: Scaling?
  private let features: Int
  private let isOfSymbols: Bool

  /// - Parameters:
  ///   - vocabulary: That of a model of symbols; `nil` if steps are numbers.
  init(vocabulary: Vocabulary?, scaling: Scaling?, features: Int) {
    isOfSymbols = vocabulary != nil
    numbers = Dictionary(
      (vocabulary?.symbols ?? []).enumerated().dropFirst(SequenceEncoding.unknown + 1).map {
        (ExactText($1), Int32($0))
      }, uniquingKeysWith: { first, _ in first })
    self.scaling = scaling
    self.features = features
  }

  /// Steps as the model reads them: `[timeSteps, features]`.
  ///
  /// - Parameters:
  ///   - range: Those to take.
  ///   - timeSteps: At least as many.
  func encoded(_ steps: TagTable.Steps, _ range: Range<Int>, timeSteps: Int) -> [Float] {
    var values = [Float](
      repeating: isOfSymbols ? 0 : Float(SequenceEncoding.maskValue),
      count: (timeSteps - range.count) * features)
    switch steps {
    case .symbols(let symbols):
      for symbol in symbols[range] {
        values.append(Float(numbers[ExactText(symbol)] ?? Int32(SequenceEncoding.unknown)))
      }
    case .numbers(let numbers, _):
      for index in range.lowerBound * features..<range.upperBound * features {
        let number = numbers[index]
        values.append(scaling?.scaled(number, column: index % features) ?? Float(number))
      }
    }
    return values
  }

  /// The most frequent symbols of sequences, in the order of their bytes, behind those of padding and of what is not
  /// known.
  static func vocabulary(_ sequences: [TagTable.Sequence], most: Int?) -> Vocabulary {
    var counts: [ExactText: Int] = [:]
    for case .symbols(let symbols) in sequences.map(\.steps) {
      for symbol in symbols { counts[ExactText(symbol), default: 0] += 1 }
    }
    for name in [SequenceEncoding.padding, SymbolCounter.unknown] { counts[ExactText(name)] = nil }
    var known = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    if let most { known = Array(known.prefix(most)) }
    return Vocabulary(
      symbols: [SequenceEncoding.padding, SymbolCounter.unknown] + known.sorted().map(\.text),
      encoding: .number, unknown: SequenceEncoding.unknown)
  }
}
