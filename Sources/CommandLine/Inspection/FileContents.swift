import Checkpoints
import HDF5

/// Everything in an HDF5 file, by path: datasets, and attributes behind an `@`.
struct FileContents {
  /// What stands at a path.
  enum Value: Equatable {
    case numbers(kind: String, shape: [Int], values: [Double])
    /// Unsigned ones by their bits.
    case integers(kind: String, shape: [Int], values: [Int64])
    case texts([String])
    /// Something that is neither numbers nor text.
    case other
  }

  /// The most values of a dataset that is read as a whole.
  private static let mostValues = 1 << 28

  /// The paths, those of a group in alphabetical order, and what stands there.
  let values: [(path: String, value: Value)]

  /// - Throws: `FileError`.
  init(_ path: String) throws {
    values = try CheckpointFile.read(path) { root in
      var values: [(String, Value)] = []
      try Self.collect(root.attributes, of: "/", into: &values)
      for path in try root.descendantPaths() {
        switch try root.member(path) {
        case .group(let group): try Self.collect(group.attributes, of: group.path, into: &values)
        case .dataset(let dataset):
          values.append((dataset.path, try Self.read(dataset)))
          try Self.collect(dataset.attributes, of: dataset.path, into: &values)
        case .other: values.append(("/" + path, .other))
        }
      }
      return values
    }
  }

  private static func read(_ dataset: Dataset) throws -> Value {
    let (kind, shape) = (try dataset.kind(), try dataset.shape())
    switch kind {
    case .integer(_, signed: true):
      return .integers(kind: kind.name, shape: shape, values: try dataset.read(most: mostValues))
    case .integer:
      let values: [UInt64] = try dataset.read(most: mostValues)
      return .integers(
        kind: kind.name, shape: shape, values: values.map { Int64(bitPattern: $0) })
    case .float:
      return .numbers(kind: kind.name, shape: shape, values: try dataset.read(most: mostValues))
    case .string: return .texts(try dataset.readStrings())
    case .other: return .other
    }
  }

  private static func collect(
    _ attributes: Attributes, of path: String, into values: inout [(String, Value)]
  ) throws {
    for name in try attributes.names() {
      let kind = try attributes.kind(name)
      let value: Value
      switch kind {
      case .integer(_, signed: true):
        let numbers: [Int64] = try attributes.numbers(name)
        value = .integers(kind: kind.name, shape: [numbers.count], values: numbers)
      case .integer:
        let numbers: [UInt64] = try attributes.numbers(name)
        value = .integers(
          kind: kind.name, shape: [numbers.count], values: numbers.map { Int64(bitPattern: $0) })
      case .float:
        let numbers: [Double] = try attributes.numbers(name)
        value = .numbers(kind: kind.name, shape: [numbers.count], values: numbers)
      case .string: value = .texts(try attributes.strings(name))
      case .other: value = .other
      }
      values.append((path + "@" + name, value))
    }
  }
}
