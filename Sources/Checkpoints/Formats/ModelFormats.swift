import Files
import Recurrent

/// The formats of model files.
package enum ModelFormats {
  /// All of them. The first that recognizes a file reads it.
  package static let all: [any ModelFormat] = [
    KerasModelFormat(), KerasArchiveFormat(), KerasWeightsFormat(), SafetensorsFormat(),
    ONNXFormat(), KerasTextFormat(),
  ]

  /// The bytes at the beginning of a file that a format is recognized by.
  static let startSize = 16

  /// The format that a file of that name is written in.
  ///
  /// - Throws: ``ConfigurationError`` that lists the known suffixes if it has another one, or none.
  package static func named(_ path: String) throws(ConfigurationError) -> any ModelFormat {
    if let format = ending(of: path)?.format { return format }
    let name = splitPath(path).name
    let what = name.drop { $0 == "." }.contains(".") ? "unknown suffix" : "no suffix"
    throw ConfigurationError(
      "\(path): \(what); the names of model files end in "
        + all.flatMap(\.suffixes).joined(separator: ", "))
  }

  /// The end of a file's name that says its format, as it is written there; empty if there is none.
  static func suffix(of name: String) -> Substring {
    name.suffix(ending(of: name)?.suffix.count ?? 0)
  }

  /// The longest of the known suffixes that a name has.
  private static func ending(
    of path: String
  ) -> (format: any ModelFormat, suffix: String)? {
    let name = splitPath(path).name.lowercased()
    let known = all.flatMap { format in format.suffixes.map { (format: format, suffix: $0) } }
    return known.filter { name.hasSuffix($0.suffix) }
      .max { $0.suffix.utf8.count < $1.suffix.utf8.count }
  }

  /// The format that a file's content is of, whatever its name.
  ///
  /// - Throws: ``FileError`` if there is no such file, or it is of no known format.
  static func recognized(_ path: String) throws -> any ModelFormat {
    try checkRegularFile(path)
    let start = try FileDescriptor.reading(path).read(at: 0, count: startSize, path: path)
    guard let format = all.first(where: { $0.recognizes(start) }) else {
      let known = all.filter(\.isReadable).map { "\($0.name) (\($0.suffix))" }
      throw FileError.invalid(
        path, "is not a model file; those that can be read are \(known.joined(separator: ", "))")
    }
    return format
  }

  /// The same of a file that can be read.
  ///
  /// - Throws: ``FileError``.
  static func readable(_ path: String) throws -> any ModelFormat {
    let format = try recognized(path)
    guard format.isReadable else {
      throw FileError.invalid(
        path,
        "is \(format.name), which is written here but not read; keep the model it was made from")
    }
    guard SealKey.current == nil || format.isSealed else {
      throw FileError.invalid(
        path, "cannot be checked with a key: \(format.suffix) files have no seal")
    }
    return format
  }
}
