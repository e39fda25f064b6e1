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

  /// The paths, those of a group in alphabetical order, and what stands there.
  let values: [(path: String, value: Value)]

  /// - Throws: `CheckpointError`.
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
