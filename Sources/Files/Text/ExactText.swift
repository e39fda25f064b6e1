/// A text that equals another only where both have the same bytes: what a user's text is as a key.
///
/// Swift's `String` compares by Unicode's canonical equivalence: K and the Kelvin sign (U+212A), or é and e with
/// U+0301 behind it, are equal. Symbols, labels, columns and series of such names are different ones.
package struct ExactText: Hashable, Comparable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (one: ExactText, other: ExactText) -> Bool {
    one.text.utf8.elementsEqual(other.text.utf8)
  }

  /// In the order of their bytes, which is that of their Unicode scalars.
  package static func < (one: ExactText, other: ExactText) -> Bool {
    one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    let done: Void? = text.utf8.withContiguousStorageIfAvailable {
      hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
    if done == nil { for byte in text.utf8 { hasher.combine(byte) } }
    // As `String` does it: no text is the beginning of another one.
    hasher.combine(0xFF as UInt8)
  }
}

extension String {
  /// Whether another text has the same bytes.
  package func isExactly(_ other: String) -> Bool { ExactText(self) == ExactText(other) }
}

extension Collection<String> {
  /// Whether no two of the texts have the same bytes.
  package var areAllDifferent: Bool { Set(map(ExactText.init)).count == count }

  /// The place of the first text that has the same bytes as `text`.
  package func firstIndex(exactly text: String) -> Index? { firstIndex { $0.isExactly(text) } }

  /// Whether other texts are the same, byte by byte.
  package func areExactly(_ others: some Collection<String>) -> Bool {
    elementsEqual(others) { $0.isExactly($1) }
  }
}
