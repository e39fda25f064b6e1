#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A number with a fixed number of decimals, whatever the locale.
package func fixed(_ value: Double, _ decimals: Int) -> String {
  text(of: value, decimals, format: "%.*f")
}

/// A number with a power of ten and a fixed number of decimals: `1.2346e-05`.
package func scientific(_ value: Double, _ decimals: Int) -> String {
  text(of: value, decimals, format: "%.*e")
}

private func text(of value: Double, _ decimals: Int, format: String) -> String {
  guard value.isFinite else { return "\(value)" }
  var buffer = [CChar](repeating: 0, count: 400)
  let length = withVaList([Int32(decimals), value]) {
    vsnprintf(&buffer, buffer.count, format, $0)
  }
  return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A number with five digits or more.
package func short(_ value: Double) -> String {
  let size = abs(value)
  return fixed(value, size >= 1000 ? 1 : size >= 10 ? 3 : 5)
}

/// `1 epoch`, `2 epochs`: a noun whose plural ends in s.
package func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// A fraction as a percentage: `99.17 %`.
package func percentage(_ fraction: Double) -> String { fixed(100 * fraction, 2) + " %" }
