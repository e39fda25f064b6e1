import Checkpoints
import Files
import HDF5

/// One array of a file with all its values.
package struct ArrayDump {
  package let path: String
  package let shape: [Int]
  private let values: Values

  private enum Values {
    case floats([Float])
    case doubles([Double])
    case integers([Int64])
    case texts([String])
  }

  /// - Parameters:
  ///   - name: The name that the tables of weights, state and moments show, such as `lstm/kernel`; or the path in
  ///     the file, or the end of one.
  /// - Throws: `FileError`, or ``InspectionError`` if there is no such array, or more than one.
  package init(_ name: String, in file: String) throws {
    let named = try Self.namedArrays(file)
    let found = named.filter { $0.name == name }
    if found.count == 1 {
      (path, shape, values) = (name, found[0].shape, .floats(found[0].values()))
      return
    }
    do {
      (path, shape, values) = try CheckpointFile.read(file) { root in
        let dataset = try Self.find(name, in: root, named: named.map(\.name), file: file)
        let shape = try dataset.shape()
        switch try dataset.kind() {
        case .float(let bytes) where bytes <= 4:
          return (dataset.path, shape, .floats(try dataset.read()))
        case .float: return (dataset.path, shape, .doubles(try dataset.read()))
        case .integer: return (dataset.path, shape, .integers(try dataset.read()))
        case .string: return (dataset.path, shape, .texts(try dataset.readStrings()))
        case .other:
          throw FileError(
            .invalid, file: file, "\(dataset.path): holds neither numbers nor text")
        }
      }
    } catch let error as FileError where error.kind == .invalid && !named.isEmpty {
      // The file is sound, but has no paths.
      throw Self.notFound(name, file: file, there: named.map(\.name))
    }
  }

  /// The arrays of the model in the file; none if it has none that can be read.
  private static func namedArrays(_ file: String) throws -> [NamedArray] {
    do {
      return NamedArray.all(of: try CheckpointFile.load(file))
    } catch let error as FileError where error.kind == .invalid {
      return []
    }
  }

  private static func notFound(
    _ name: String, file: String, isSeveral: Bool = false, there: [String]
  ) -> InspectionError {
    InspectionError(
      "\(file): \(name) is \(isSeveral ? "more than one array" : "not an array of the file"); there are "
        + there.joined(separator: ", "))
  }

  /// The bytes of the array in a format.
  ///
  /// - Throws: ``InspectionError`` if the format cannot hold it.
  package func bytes(_ format: OutputFormat) throws -> [UInt8] {
    switch format {
    case .text, .csv: return Array(lines(separator: format == .csv ? "," : " ").utf8)
    case .json:
      let document: JSONValue = [
        "name": .string(path), "shape": .array(shape.map(JSONValue.integer)),
        "values": .array(cells.map(\.json)),
      ]
      return Array((document.text() + "\n").utf8)
    case .npy:
      switch values {
      case .floats(let values): return NumPyFormat.bytes(values, type: "<f4", shape: shape)
      case .doubles(let values): return NumPyFormat.bytes(values, type: "<f8", shape: shape)
      case .integers(let values): return NumPyFormat.bytes(values, type: "<i8", shape: shape)
      case .texts: throw InspectionError("npy holds numbers; \(path) is text")
      }
    }
  }

  /// A line for each row of the last axis.
  private func lines(separator: String) -> String {
    let cells = cells
    let width = max(1, shape.last ?? 1)
    return stride(from: 0, to: cells.count, by: width).map { first in
      cells[first..<min(first + width, cells.count)].map(\.csv).joined(separator: separator) + "\n"
    }.joined()
  }

  private var cells: [ReportTable.Cell] {
    switch values {
    case .floats(let values): values.map { .number(Double($0)) }
    case .doubles(let values): values.map { .number($0) }
    case .integers(let values): values.map { .integer(Int($0)) }
    case .texts(let texts): texts.map { .text($0) }
    }
  }

  /// The dataset at a path, or at the only path that ends so.
  private static func find(
    _ name: String, in root: Group, named: [String], file: String
  ) throws -> Dataset {
    let wanted = name.split(separator: "/")
    if try root.contains(name), case .dataset(let dataset) = try root.member(name) {
      return dataset
    }
    let all = try datasets(root)
    var found = all.filter { $0.path.split(separator: "/").suffix(wanted.count) == wanted[...] }
    // A weight is meant before the moments that have its name too.
    let weights = found.filter { $0.path.hasPrefix("/model_weights/") }
    if weights.count == 1 { found = weights }
    guard found.isEmpty else {
      guard found.count == 1 else {
        throw notFound(name, file: file, isSeveral: true, there: found.map(\.path))
      }
      return found[0]
    }
    // What has a name need not be listed by its path.
    let groups = ["/model_weights/", "/optimizer_weights/", "/recurrent_state/"]
    let others = all.map(\.path).filter { path in
      named.isEmpty || !groups.contains { path.hasPrefix($0) }
    }
    throw notFound(name, file: file, there: named + others)
  }

  private static func datasets(_ root: Group) throws -> [Dataset] {
    try root.descendantPaths().compactMap { path in
      if case .dataset(let dataset) = try root.member(path) { dataset } else { nil }
    }
  }
}
