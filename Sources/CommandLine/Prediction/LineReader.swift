import Tasks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The lines of stdin, as they come.
package struct LineReader {
  /// How long a signal that came at the wrong moment may go unnoticed, in milliseconds.
  private static let patience: Int32 = 100
  private static let chunk = 1 << 16
  /// The longest line.
  private static let mostBytes = 1 << 24

  private var buffer: [UInt8] = []
  /// Where the next line begins, and up to where there is no end of one.
  private var start = 0
  private var searched = 0
  private var isAtEnd = false
  /// The lines that were handed over.
  package private(set) var count = 0

  package init() {}

  /// Hands over the next line if it is there already.
  ///
  /// - Parameter body: Receives the line without its end.
  /// - Returns: Whether there was one.
  package mutating func next(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) rethrows -> Bool {
    var end = searched
    while end < buffer.count, buffer[end] != UInt8(ascii: "\n") { end += 1 }
    searched = end
    let isWhole = end < buffer.count
    guard isWhole || isAtEnd && start < buffer.count else { return false }
    let first = start
    start = isWhole ? end + 1 : end
    searched = start
    count += 1
    let isDOS = end > first && buffer[end - 1] == UInt8(ascii: "\r")
    try buffer.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[first..<(isDOS ? end - 1 : end)]))
    }
    return true
  }

  /// Waits until more has come, or a signal.
  ///
  /// - Returns: Whether it may go on: the input has not ended.
  /// - Throws: ``InputError`` if stdin cannot be read, or `LineError` if the line is too long.
  package mutating func wait() throws -> Bool {
    guard !isAtEnd else { return false }
    buffer.removeFirst(start)
    (start, searched) = (0, searched - start)
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    while true {
      guard Interruption.signalNumber == nil, !Interruption.hasSaveRequest else { return true }
      let ready = poll(&input, 1, Self.patience)
      guard ready < 0 ? errno != EINTR : ready > 0 else { continue }
      break
    }
    guard buffer.count < Self.mostBytes else {
      throw LineError(line: count + 1, "is longer than \(Self.mostBytes) bytes")
    }
    let known = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.chunk))
    let found = buffer.withUnsafeMutableBytes { bytes in
      read(STDIN_FILENO, bytes.baseAddress?.advanced(by: known), Self.chunk)
    }
    buffer.removeLast(Self.chunk - max(0, found))
    guard found >= 0 || errno == EINTR || errno == EAGAIN else {
      throw InputError("cannot read: \(String(cString: strerror(errno)))")
    }
    if found == 0 { isAtEnd = true }
    return true
  }
}

/// What comes on stdin cannot be read.
package struct InputError: Error, CustomStringConvertible {
  package let description: String

  init(_ reason: String) { description = "stdin: \(reason)" }
}
