import Files

/// An input of texts, and the layer that makes numbers of them before the model computes: `keras.layers.TextVectorization`,
/// `StringLookup` or `Hashing`. The model's input is what that layer gives, under the layer's name.
package struct TextInput: Equatable, Sendable {
  /// Keras' name of the input, and its sizes with the batch.
  package let inputName: String
  package let inputShape: JSONValue
  /// The layer: its class, its name, and its options, the vocabulary among them.
  package let className, name: String
  package let options: [String: JSONValue]

  private let tokens: TextTokens
  private let lookup: TokenLookup
  /// The tokens of every text; as many as the longest has if `nil`.
  private let length: Int?

  package static let classes: Set<String> = ["TextVectorization", "StringLookup", "Hashing"]

  /// - Throws: ``ConfigurationError`` naming the layer and the option.
  package init(
    _ className: String, name: String, _ options: [String: JSONValue], inputName: String,
    inputShape: JSONValue
  ) throws(ConfigurationError) {
    (self.className, self.name, self.options) = (className, name, options)
    (self.inputName, self.inputShape) = (inputName, inputShape)
    do throws(TextOptionError) {
      for option in ["sparse", "ragged", "invert"] where options[option] == true {
        throw TextOptionError(option)
      }
      let isVectorization = className == "TextVectorization"
      if let encoding = options["encoding"]?.string, encoding.lowercased() != "utf-8" {
        throw TextOptionError("encoding \(encoding)")
      }
      // One text of a sample.
      guard (inputShape.array ?? []).dropFirst().allSatisfy({ $0 == 1 }) else {
        throw TextOptionError("an input of several texts")
      }
      tokens = try isVectorization ? Self.tokens(options) : Self.whole
      lookup =
        try className == "Hashing"
        ? TokenLookup(hashing: options)
        : TokenLookup(options, mask: isVectorization ? "" : options["mask_token"]?.string)
      let length = options["output_sequence_length"]?.integer
      guard length ?? 1 >= 1 else { throw TextOptionError("output_sequence_length") }
      self.length = length ?? (tokens.split == nil && tokens.widths == [1] ? 1 : nil)
    } catch {
      throw ConfigurationError("layer \(name) (\(className)): \(error.text)")
    }
  }

  private static let whole = TextTokens(
    lowers: false, stripsPunctuation: false, split: nil, widths: [1])

  private static func tokens(_ options: [String: JSONValue]) throws(TextOptionError) -> TextTokens {
    let standardize = options["standardize"] ?? .null
    guard
      standardize == .null
        || ["lower_and_strip_punctuation", "lower", "strip_punctuation"].contains(standardize)
    else { throw TextOptionError("standardize \(standardize.shortText)") }
    let split = options["split"] ?? .null
    guard split == .null || TextTokens.Split(rawValue: split.string ?? "") != nil else {
      throw TextOptionError("split \(split.shortText)")
    }
    let ngrams = options["ngrams"] ?? .null
    let widths = ngrams.array?.map(\.integer) ?? (1...max(1, ngrams.integer ?? 1)).map { $0 }
    guard widths.allSatisfy({ $0 ?? 0 >= 1 }), ngrams.integer ?? 1 >= 1 else {
      throw TextOptionError("ngrams \(ngrams.shortText)")
    }
    return TextTokens(
      lowers: standardize.string?.hasPrefix("lower") ?? false,
      stripsPunctuation: standardize.string?.hasSuffix("strip_punctuation") ?? false,
      split: TextTokens.Split(rawValue: split.string ?? ""), widths: widths.compactMap { $0 })
  }

  /// The sizes of what the layer gives, without the batch.
  package var sizes: [Int?] { lookup.output == .numbers ? [length] : [lookup.depth] }

  /// What the layer gives for texts, `[texts, …]`.
  ///
  /// - Throws: ``ConfigurationError`` that names a text with an unknown token, if there must be none.
  package func numbers(of texts: [String]) throws(ConfigurationError) -> Tensor {
    let numbers = texts.map { lookup.numbers(of: tokens.tokens(of: $0)) }
    if let wrong = numbers.firstIndex(where: { $0.contains(-1) }) {
      throw ConfigurationError("text \(wrong): has a token that layer \(name) does not know")
    }
    guard lookup.output == .numbers else {
      return Tensor(
        checked: [texts.count, lookup.depth], numbers.flatMap { lookup.values(of: $0) })
    }
    let length = length ?? max(1, numbers.map(\.count).max() ?? 1)
    let values = numbers.flatMap { numbers in
      numbers.prefix(length).map { Float($0) }
        + [Float](repeating: 0, count: max(0, length - numbers.count))
    }
    return Tensor(checked: [texts.count, length], values)
  }
}
