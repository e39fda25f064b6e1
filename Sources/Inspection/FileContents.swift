import HDF5
import LSTMToolkit

/// Everything in an HDF5 file, by path: datasets, and attributes behind an `@`.
struct FileContents {
  /// What stands at a path.
  enum Value: Equatable {
    case numbers(kind: String, shape: [Int], values: [Double])
    case texts([String])
    /// Something that is neither numbers nor text.
    case other
  }

  /// The most values of a dataset that is read as a whole.
  private static let mostValues = 1 << 28

  /// The paths in alphabetical order within each group, and what stands there.
  let values: [(path: String, value: Value)]

  /// - Throws: `CheckpointError`.
  init(_ path: String) throws {
    values = try CheckpointFile.read(path) { root in
      var values: [(String, Value)] = []
      try Self.collect(root, into: &values)
      return values
    }
  }

  subscript(path: String) -> Value? { values.first { $0.path == path }?.value }

  private static func collect(_ group: Group, into values: inout [(String, Value)]) throws {
    try collect(group.attributes, of: group.path, into: &values)
    for name in try group.memberNames() {
      switch try group.member(name) {
      case .group(let group): try collect(group, into: &values)
      case .dataset(let dataset):
        values.append((dataset.path, try read(dataset)))
        try collect(dataset.attributes, of: dataset.path, into: &values)
      case .other: values.append((group.path + "/" + name, .other))
      }
    }
  }

  private static func read(_ dataset: Dataset) throws -> Value {
    let kind = try dataset.kind()
    if kind.isNumber {
      return .numbers(
        kind: kind.name, shape: try dataset.shape(), values: try dataset.read(most: mostValues))
    }
    return kind == .string ? .texts(try dataset.readStrings()) : .other
  }

  private static func collect(
    _ attributes: Attributes, of path: String, into values: inout [(String, Value)]
  ) throws {
    for name in try attributes.names() {
      let place = path + "@" + name
      switch try attributes.kind(name) {
      case .string: values.append((place, .texts(try attributes.strings(name))))
      case let kind where kind.isNumber:
        let numbers = try attributes.numbers(name, as: Double.self)
        values.append((place, .numbers(kind: kind.name, shape: [numbers.count], values: numbers)))
      default: values.append((place, .other))
      }
    }
  }
}
