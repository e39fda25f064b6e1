import Foundation

@testable import Files

extension Parser {
  /// What is written of a value is read as that value.
  static let json = Parser("json") { bytes, _ in
    guard let value = JSONValue(text: bytes.text) else { return }
    guard let again = JSONValue(text: value.text()) else {
      throw WrongValue(description: "its own text is not read")
    }
    guard areSame(value, again) else {
      throw WrongValue(description: "\(value.text()) is \(again.text())")
    }
  }

  /// Whether values are equal; 5e17 may be an integer or not.
  private static func areSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
    switch (one, other) {
    case (.integer(let integer), .number(let number)), (.number(let number), .integer(let integer)):
      Double(integer) == number
    case (.array(let elements), .array(let others)):
      elements.count == others.count && Swift.zip(elements, others).allSatisfy(areSame)
    case (.object(let members), .object(let others)):
      members.count == others.count
        && members.allSatisfy { name, value in
          others[name].map { areSame(value, $0) } ?? false
        }
    default: one == other
    }
  }

  static let jsonLines = Parser("json-lines") { bytes, path in
    try JSONLines.read(bytes.text, file: path) { _, members in _ = try members.member("a") }
  }

  static let npy = Parser("npy", suffix: ".npy", mostBytes: 512) { bytes, path in
    _ = NumPyFormat.header(bytes)
    let array = try Tensor(contentsOf: path)
    guard array.shape.reduce(1, *) == array.values.count else {
      throw WrongValue(description: "\(array.values.count) values of \(array.shape)")
    }
  }

  static let csv = Parser("csv", suffix: ".csv") { bytes, path in
    for line in bytes.lines {
      for field in CSVRows.fields(of: line, delimiter: ",") ?? [] { _ = TableNumber(field) }
    }
    var count: Int?
    try? CSVRows.read(bytes.text, file: path) { _, fields in
      if let count, count != fields.count {
        throw WrongValue(description: "rows of \(count) and \(fields.count) fields")
      }
      count = fields.count
    }
    let array = try CSVArray.read(path)
    guard array.shape.reduce(1, *) == array.values.count else {
      throw WrongValue(description: "\(array.values.count) values of \(array.shape)")
    }
  }

  /// Members that are stored; packed ones are unpacked in a process of their own.
  static let zip = Parser("zip", suffix: ".keras", mostBytes: 2048) { bytes, path in
    let archive = try ZipReader(try FileDescriptor.reading(path), reportedAs: path)
    for member in archive.members where member.method == 0 {
      let read = try archive.read(member.name, most: 1 << 16)
      guard read.count == member.size else {
        throw WrongValue(description: "\(read.count) bytes of \(member.size)")
      }
    }
  }

  static let seal = Parser("seal", suffix: ".h5") { bytes, path in
    _ = SealTrailer(bytes)
    _ = SealTrailer.sizes(seal: Array(bytes.suffix(32)))
    _ = try SealedFile.open(path)
  }

  static let records = Parser("records") { bytes, _ in
    for record in RecordFormat.records(in: bytes) {
      _ = ProtobufFields.number(1, of: record)
      _ = ProtobufFields.bytes(2, of: record)
    }
    var fields = ProtobufFields(bytes[...])
    while fields.next() != nil {}
  }
}
