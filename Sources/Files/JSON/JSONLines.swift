/// JSON objects, one a line.
package enum JSONLines {
  /// The members of an object, looked up by the bytes of their names.
  package struct Members {
    private let members: [String: JSONValue]
    private let file: String
    private let line: Int

    fileprivate init(_ members: [String: JSONValue], file: String, line: Int) {
      (self.members, self.file, self.line) = (members, file, line)
    }

    /// - Throws: ``FileError`` if there is no such member, or it is null.
    package func member(_ name: String) throws -> JSONValue {
      guard let member = members.first(where: { $0.key.isExactly(name) })?.value, member != .null
      else {
        let names = members.keys.sorted().joined(separator: ", ")
        throw FileError.invalid(
          file, "line \(line): has no member \(name); there are \(names)")
      }
      return member
    }
  }

  /// Hands over each object with its line, from 1; empty lines are left out.
  ///
  /// - Throws: ``FileError`` if a line is something else; or what `body` throws.
  package static func read(
    _ text: String, file: String, _ body: (_ line: Int, Members) throws -> Void
  ) throws {
    // A line ends with a line feed: any other end of a line, such as U+2028, is a character of a text.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, bytes) in lines.enumerated() {
      let line = String(Substring(bytes)).trimmingBlanks
      guard !line.isEmpty else { continue }
      guard case .object(let members) = JSONValue(text: line) else {
        throw FileError.invalid(file, "line \(index + 1): is not a JSON object")
      }
      try body(index + 1, Members(members, file: file, line: index + 1))
    }
  }
}
