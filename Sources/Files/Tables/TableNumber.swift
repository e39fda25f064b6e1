/// What a field of a table is, where a number is due.
package enum TableNumber: Equatable {
  /// A number that float32 holds.
  case value(Double)
  /// A number that float32 does not hold.
  case beyond
  case none

  package init(_ field: some StringProtocol) {
    let text = String(field).trimmingBlanks
    guard let value = Double(text), !value.isNaN else {
      self = .none
      return
    }
    if Float(value).isFinite {
      self = .value(value)
    } else {
      // `inf` is not a number; 1e999 is one.
      self =
        text.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        ? .beyond : .none
    }
  }

  /// What is wrong with a field that is not such a number.
  package func reason(_ field: some StringProtocol) -> String {
    self == .beyond
      ? "'\(field)' is beyond what float32 holds (3.4e38)" : "'\(field)' is not a number"
  }
}

extension String {
  /// Without blanks at both ends.
  package var trimmingBlanks: String {
    let end = lastIndex { !$0.isWhitespace }
    return end.map { String(self[...$0].drop(while: \.isWhitespace)) } ?? ""
  }

  /// Whether a checkpoint can hold it: no text of HDF5 has a NUL inside.
  package var isStorable: Bool { !utf8.contains(0) }
}
