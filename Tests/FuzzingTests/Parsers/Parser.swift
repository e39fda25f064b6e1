import Files
import Foundation

/// Code that reads bytes which anybody may have made. For whatever bytes it ends with a value or an error, and never
/// stops the process.
struct Parser: Sendable {
  let name: String
  /// How a file's name ends that it reads.
  let suffix: String
  /// The most bytes that are tried.
  let mostBytes: Int
  private let body: @Sendable (_ bytes: [UInt8], _ path: String) throws -> Void

  /// - Parameter body: Reads bytes, which are also in the file at `path`.
  init(
    _ name: String, suffix: String = "", mostBytes: Int = 4096,
    _ body: @escaping @Sendable (_ bytes: [UInt8], _ path: String) throws -> Void
  ) {
    (self.name, self.suffix, self.mostBytes, self.body) = (name, suffix, mostBytes, body)
  }

  /// All of them.
  static let all =
    [json, jsonLines, npy, csv, zip, safetensors, seal, modelText, dates]
    + [series, sequences, conll, pairs, symbols, options, records]

  /// Reads bytes. That they are refused is right; a wrong value is a fault.
  func read(_ bytes: [UInt8], folder: String) {
    let path = "\(folder)/input\(suffix)"
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      fatalError("cannot write \(path)")
    }
    do {
      try body(bytes, path)
    } catch let wrong as WrongValue {
      fatalError("\(name): \(wrong.description)")
    } catch {}
  }
}

/// What a parser made of bytes is not what is in them.
struct WrongValue: Error, CustomStringConvertible {
  let description: String
}

extension [UInt8] {
  var text: String { String(decoding: self, as: UTF8.self) }
  var lines: [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
