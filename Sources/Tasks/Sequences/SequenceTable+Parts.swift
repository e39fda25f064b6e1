import Checkpoints
import Recurrent

extension SequenceTable {
  /// The symbols of all texts, behind those of padding and of what is not known.
  func vocabulary(level: TextTask.Level, most: Int?) -> Vocabulary {
    var counter = SymbolCounter(level: level)
    for case .text(let text) in sequences {
      SequenceEncoding.forEachSymbol(of: text, level: level) { counter.add($0, in: $1) }
    }
    let found = counter.vocabulary(most: most, encoding: .number)
    let symbols = found.symbols.filter { $0 != SymbolCounter.unknown }
    return Vocabulary(
      symbols: [SequenceEncoding.padding, SymbolCounter.unknown] + symbols, encoding: .number,
      unknown: SequenceEncoding.unknown)
  }
}

extension ModelConfiguration {
  /// Puts a layer below the others that hides the padding in front of short sequences.
  ///
  /// - Parameters:
  ///   - symbols: The symbols of texts, which the layer embeds; `nil` if sequences are numbers.
  ///   - embedding: The units of an embedding.
  mutating func hidePadding(symbols: Int?, embedding: Int) {
    guard let symbols else {
      layers.insert(
        LayerConfiguration(
          "Masking", name: "masking",
          options: ["mask_value": .integer(SequenceEncoding.maskValue)]), at: 0)
      return
    }
    inputIsSymbols = true
    layers.insert(
      LayerConfiguration(
        "Embedding", name: "embedding",
        options: [
          "input_dim": .integer(symbols), "output_dim": .integer(embedding), "mask_zero": true,
        ]), at: 0)
  }
}
