#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A number with so many significant digits, without zeros at its end, whatever the locale.
func significant(_ value: Double, _ digits: Int) -> String {
  var buffer = [CChar](repeating: 0, count: 64)
  let length = withVaList([Int32(digits), value]) {
    vsnprintf(&buffer, buffer.count, "%.*g", $0)
  }
  return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
