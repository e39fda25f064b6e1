#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes to stderr at once.
func writeToStandardError(_ text: String) {
  var rest = text[...].utf8
  while !rest.isEmpty {
    let count = Array(rest).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return }
    rest = rest.dropFirst(count)
  }
}
