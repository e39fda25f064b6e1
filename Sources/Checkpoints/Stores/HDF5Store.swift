import Files
import HDF5
import Recurrent

/// Sections as groups of an HDF5 file, beside those of Keras, which does not look at them.
///
/// Single values are attributes: flags and integers int64, unsigned ones uint64, numbers float64, lists among options
/// JSON texts. Lists are datasets, rows have two axes, and lists of any length are a group of datasets `0`, `1`, ….
struct HDF5Store {
  /// The attribute of the file that says that sections are there, and in which version.
  private static let formatAttribute = "lstm_toolkit_format"
  private static let format: Int64 = 1
  /// The attribute of the file that says by which arithmetic of docs/arithmetic.md it was written.
  private static let arithmeticAttribute = "lstm_toolkit_arithmetic"
  private static let arithmetic: Int64 = 1
  /// What stands for a NUL, which no text of HDF5 can hold.
  private static let nul = "<NUL>"
  /// The attribute that is there only if a symbol is spelt as the NUL is: the number of the one that is a NUL, or −1.
  private static let nulAttribute = "nul"
  /// The most values of a list, and of one that has some for each sample or epoch.
  private static let most = 1 << 24
  private static let mostOfRun = 1 << 28
  /// The most rows of a batch, or series.
  private static let mostRows = ModelConfiguration.largestAxis

  private let group: Group
  private let arrays: ArrayReader
  private let file: String

  private init(_ group: Group, arrays: ArrayReader, file: String) {
    (self.group, self.file) = (group, file)
    self.arrays = arrays
  }

  // MARK: Files

  /// Writes the sections of a checkpoint, and marks the file as one that has them.
  ///
  /// - Throws: `HDF5Error`, or ``FileError`` if a state has values that are infinite or not numbers.
  static func write(
    _ sections: [any Section.Type], of checkpoint: Checkpoint, arrays: ArrayWriter, to root: Group
  ) throws {
    try root.attributes.set(formatAttribute, format)
    try root.attributes.set(HDF5Source.sealedAttribute, Int64(1))
    try root.attributes.set(arithmeticAttribute, arithmetic)
    for section in sections {
      guard let value = section.stored(in: checkpoint) else { continue }
      try write(value, section.name, arrays: arrays, to: root)
    }
  }

  /// The sections of a file.
  ///
  /// - Parameter root: The group that holds everything.
  /// - Returns: `nil` if the file has none: it is Keras' own.
  /// - Throws: `HDF5Error`, or ``FileError`` if they are of another version.
  static func open(_ root: Group, arrays: ArrayReader, file: String) throws -> HDF5Store? {
    guard try root.attributes.contains(formatAttribute) else { return nil }
    let found = try root.attributes.number(formatAttribute, as: Int64.self)
    guard found == format else {
      throw FileError.invalid(
        file, "/@\(formatAttribute): is \(found); this program reads \(format)")
    }
    // What was just written is read too: comparing is up to the sections.
    return HDF5Store(root, arrays: arrays.loading, file: file)
  }

  // MARK: Writing

  private static func write(
    _ value: StoredValue, _ name: String, arrays: ArrayWriter, to group: Group
  ) throws {
    let attributes = group.attributes
    switch value {
    case .members(let members):
      let inner = try group.createGroup(name)
      for member in members { try write(member.value, member.name, arrays: arrays, to: inner) }
    case .flag(let flag): try attributes.set(name, Int64(flag ? 1 : 0))
    case .integer(let integer): try attributes.set(name, Int64(integer))
    case .unsigned(let integer): try attributes.set(name, integer)
    case .number(let number): try attributes.set(name, number)
    case .text(let text): try attributes.set(name, text)
    case .json(let value): try write(value, name, to: attributes)
    case .texts(let texts): try group.write(name, texts)
    case .symbols(let symbols):
      try group.write(name, symbols.map { $0 == "\0" ? nul : $0 })
      if symbols.contains(nul) {
        try attributes.set(nulAttribute, Int64(symbols.firstIndex(of: "\0") ?? -1))
      }
    case .indices(let indices): try group.write(name, shape: [indices.count], indices)
    case .floats(let values): try group.write(name, shape: [values.count], values)
    case .numbers(let values, let rows):
      let shape = rows.map { [$0, values.count / max(1, $0)] } ?? [values.count]
      try group.write(name, shape: shape, values)
    case .integerRows(let rows):
      let values = rows.flatMap { $0.map(Int64.init) }
      try group.write(name, shape: [rows.count, rows.first?.count ?? 0], values)
    case .numberRows(let rows):
      try group.write(name, shape: [rows.count, rows.first?.count ?? 0], rows.flatMap { $0 })
    case .floatLists(let lists):
      for (index, values) in lists.enumerated() {
        try group.write("\(name)/\(index)", shape: [values.count], values)
      }
    case .textLists(let lists):
      for (index, texts) in lists.enumerated() where !texts.isEmpty {
        try group.write("\(name)/\(index)", texts)
      }
    case .array(let values, let shape): try arrays.write(name, shape: shape, values, to: group)
    }
  }

  private static func write(
    _ value: JSONValue, _ name: String, to attributes: Attributes
  ) throws(HDF5Error) {
    switch value {
    case .string(let text): try attributes.set(name, text)
    case .integer(let integer): try attributes.set(name, Int64(integer))
    case .bool(let flag): try attributes.set(name, Int64(flag ? 1 : 0))
    case .number(let number): try attributes.set(name, number)
    case .null, .array, .object: try attributes.set(name, value.text())
    }
  }
}

// MARK: - Reading

extension HDF5Store: SectionStore {
  var isOurs: Bool { true }

  func contains(_ name: String) throws -> Bool {
    try group.contains(name) || group.attributes.contains(name)
  }

  func names() throws -> [String] {
    try (group.attributes.names() + group.memberNames()).sorted()
  }

  func members(_ name: String) throws -> any SectionStore {
    HDF5Store(try group.group(name), arrays: arrays, file: file)
  }

  func flag(_ name: String) throws -> Bool {
    try group.attributes.number(name, as: Int64.self) != 0
  }

  func integer(_ name: String) throws -> Int {
    Int(try group.attributes.number(name, as: Int64.self))
  }

  func unsigned(_ name: String) throws -> UInt64 { try group.attributes.number(name) }
  func number(_ name: String) throws -> Double { try group.attributes.number(name) }
  func text(_ name: String) throws -> String { try group.attributes.string(name) }

  func json(_ name: String) throws -> JSONValue {
    switch try group.attributes.kind(name) {
    case .string: .string(try text(name))
    case .integer(_, signed: false): .string(String(try unsigned(name)))
    case .integer: .integer(try integer(name))
    default: .number(try number(name))
    }
  }

  func texts(_ name: String) throws -> [String] { try group.dataset(name).readStrings() }

  func symbols(_ name: String) throws -> [String] {
    var symbols = try texts(name)
    let index = try ifThere(Self.nulAttribute, integer)
    if let index {
      if symbols.indices.contains(index) { symbols[index] = "\0" }
    } else {
      symbols = symbols.map { $0 == Self.nul ? "\0" : $0 }
    }
    return symbols
  }

  func indices(_ name: String) throws -> [Int32] {
    let dataset = try group.dataset(name)
    guard case .integer = try dataset.kind() else { throw invalid(name, "holds no integers") }
    return try dataset.read(most: Self.mostOfRun)
  }

  func floats(_ name: String) throws -> [Float] { try group.dataset(name).read(most: Self.most) }

  func numbers(_ name: String) throws -> [Double] {
    try group.dataset(name).read(most: Self.mostOfRun)
  }

  func integerRows(_ name: String) throws -> [[Int]] {
    try rows(name, of: Int64.self).map { $0.map(Int.init) }
  }

  func numberRows(_ name: String) throws -> [[Double]] { try rows(name, of: Double.self) }

  private func rows<Value: Element>(_ name: String, of type: Value.Type) throws -> [[Value]] {
    let dataset = try group.dataset(name)
    let shape = try dataset.shape()
    guard shape.count == 2, shape[0] <= Self.mostRows else {
      throw invalid(name, "must have rows and columns, has shape \(shape)")
    }
    let values = try dataset.read(type, most: Self.most)
    return (0..<shape[0]).map { Array(values[$0 * shape[1]..<($0 + 1) * shape[1]]) }
  }

  func floatLists(_ name: String) throws -> [[Float]] {
    let lists = HDF5Store(try group.group(name), arrays: arrays, file: file)
    return try lists.group.memberNames().indices.map { try lists.floats("\($0)") }
  }

  func textLists(_ name: String, count: Int) throws -> [[String]] {
    let lists = HDF5Store(try group.group(name), arrays: arrays, file: file)
    return try (0..<count).map { try lists.ifThere("\($0)", lists.texts) ?? [] }
  }

  func array(_ name: String, shape: [Int], need: String) throws -> [Float] {
    let dataset = try group.dataset(name)
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    try values.withUnsafeMutableBufferPointer {
      try arrays.read(dataset, shape: shape, into: $0, need: need)
    }
    return values
  }

  func invalid(_ name: String, _ reason: String) -> FileError {
    let isAttribute = (try? group.attributes.contains(name)) ?? false
    let folder = group.path == "/" && !isAttribute ? "" : group.path
    return .invalid(file, "\(folder)\(isAttribute ? "@" : "/")\(name): \(reason)")
  }
}
