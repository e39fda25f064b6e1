#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Stdout and stderr without buffers of their own: what cannot be written is known at once.
package enum StandardStreams {
  /// Writes a text to stdout.
  ///
  /// - Throws: ``OutputError``, say because the disk is full.
  package static func output(_ text: String) throws(OutputError) { try output(Array(text.utf8)) }

  /// Writes bytes to stdout.
  ///
  /// - Throws: ``OutputError``.
  package static func output(_ bytes: [UInt8]) throws(OutputError) {
    guard write(bytes, to: STDOUT_FILENO) else {
      // A reader that has seen enough, such as `head`, is not an error.
      if errno == EPIPE {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
      }
      throw OutputError(description: "stdout: cannot write: \(String(cString: strerror(errno)))")
    }
  }

  /// Writes a text to stderr; if that fails, there is nowhere to say so.
  package static func error(_ text: String) { _ = write(Array(text.utf8), to: STDERR_FILENO) }

  private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let rest = buffer.baseAddress?.advanced(by: written)
        #if canImport(Glibc)
          let count = Glibc.write(file, rest, buffer.count - written)
        #else
          let count = Darwin.write(file, rest, buffer.count - written)
        #endif
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
      }
      return true
    }
  }
}

/// What was to be shown could not be written.
package struct OutputError: Error, CustomStringConvertible {
  package let description: String
}
