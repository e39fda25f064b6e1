import Files

/// How a text becomes tokens, as `keras.layers.TextVectorization` does it on TensorFlow: by bytes, so that only ASCII
/// letters become small ones.
struct TextTokens: Equatable, Sendable {
  enum Split: String, Sendable {
    case whitespace, character
  }

  let lowers, stripsPunctuation: Bool
  /// `nil` if the whole text is one token.
  let split: Split?
  /// The numbers of tokens that are joined, in their order.
  let widths: [Int]

  private static let punctuation = Set("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'".utf8)
  private static let spaces = Set("\t\n\u{0B}\u{0C}\r ".utf8)

  func tokens(of text: String) -> [ExactText] {
    var bytes = Array(text.utf8)
    if lowers {
      for index in bytes.indices
      where (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[index]) {
        bytes[index] += 32
      }
    }
    if stripsPunctuation { bytes.removeAll(where: Self.punctuation.contains) }
    let parts: [String] =
      switch split {
      case nil: [String(decoding: bytes, as: UTF8.self)]
      case .whitespace:
        bytes.split(whereSeparator: Self.spaces.contains).map {
          String(decoding: $0, as: UTF8.self)
        }
      case .character:
        String(decoding: bytes, as: UTF8.self).unicodeScalars.map { String($0) }
      }
    guard widths != [1] else { return parts.map(ExactText.init) }
    return widths.flatMap { width in
      (0..<max(0, parts.count - width + 1)).map { first in
        ExactText(parts[first..<first + width].joined(separator: " "))
      }
    }
  }
}
