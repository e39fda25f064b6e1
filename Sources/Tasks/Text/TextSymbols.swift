import Checkpoints
import Files

/// A text as numbers of symbols, read from its files as they are needed.
///
/// Memory: 8 bytes for every ``stride`` symbols, to find them again.
final class TextSymbols {
  let files: DataFiles
  let level: TextTask.Level
  /// The symbols of the text.
  let count: Int
  let digest: String
  let vocabulary: Vocabulary
  private let scanner: SymbolScanner
  private let numbers: SymbolNumbers
  /// Where every so many symbols begin.
  private let starts: [Int]
  private static let stride = 4096
  /// Where reading stopped last, for each of the readers that go through the text side by side.
  private var cursors: [(symbol: Int, offset: Int)] = []
  private var buffer: [UInt8]

  /// Reads the text once: to count its symbols, to see that it is sound, and for a digest.
  ///
  /// - Parameters:
  ///   - vocabulary: `nil` to make one of the symbols found.
  ///   - vocabularySize: The most symbols of a new vocabulary; the most frequent are taken.
  /// - Throws: `FileError` that names file, line and column.
  init(
    _ paths: [String], level: TextTask.Level, vocabulary: Vocabulary?, vocabularySize: Int?,
    encoding: Vocabulary.Encoding
  ) throws {
    files = try DataFiles(paths)
    self.level = level
    let (files, scanner) = (files, SymbolScanner(level: level))
    self.scanner = scanner
    var counter = vocabulary == nil ? SymbolCounter(level: level) : nil
    let known = vocabulary.map { SymbolNumbers($0, level: level) }
    var (count, starts) = (0, [Int]())
    digest = try files.scan { bytes, offset, isLast in
      var at = 0
      while at < bytes.count {
        switch scanner.end(of: at, in: bytes, isLast: isLast) {
        case .beyond: return at
        case .invalid:
          let place = files.place(of: offset + at)
          throw FileError(
            .invalid, file: place.file,
            "line \(place.line), column \(place.column): byte 0x\(String(bytes[at], radix: 16)) is not "
              + "UTF-8; as bytes any text can be read")
        case .at(let end):
          if count % Self.stride == 0 { starts.append(offset + at) }
          count += 1
          counter?.add(at..<end, in: bytes)
          if let known, known.number(at..<end, in: bytes) < 0 {
            throw Self.unknownSymbol(at: offset + at, in: files)
          }
          at = end
        }
      }
      return at
    }
    self.count = count
    self.starts = starts
    guard count > 0 else { throw FileError(.invalid, file: paths[0], "has no text") }
    self.vocabulary =
      vocabulary ?? counter?.vocabulary(most: vocabularySize, encoding: encoding)
      ?? Vocabulary(symbols: [], encoding: encoding)
    numbers = known ?? SymbolNumbers(self.vocabulary, level: level)
    buffer = [UInt8](repeating: 0, count: 1 << 12)
  }

  private static func unknownSymbol(at offset: Int, in files: DataFiles) -> FileError {
    let place = files.place(of: offset)
    return FileError(
      .invalid, file: place.file,
      "line \(place.line), column \(place.column): is a symbol that the vocabulary of the model "
        + "does not have")
  }

  /// Makes room for readers that go through the text side by side.
  func prepare(readers: Int, length: Int) {
    cursors = [(symbol: Int, offset: Int)](repeating: (-1, 0), count: readers)
    buffer = [UInt8](repeating: 0, count: max(1 << 12, length * (level == .word ? 8 : 2)))
  }

  /// Hands over the numbers of `length` symbols from a position on.
  ///
  /// - Parameters:
  ///   - reader: Which of those that ``prepare(readers:length:)`` made room for; it finds the last symbol of
  ///     these at once the next time.
  ///   - body: Receives each symbol's place among them and its number.
  /// - Throws: `FileError` if the text cannot be read, or has changed and holds a symbol that the vocabulary
  ///   does not have.
  func read(
    at position: Int, length: Int, reader: Int, _ body: (Int, Int32) -> Void
  ) throws {
    precondition(position >= 0 && position + length <= count)
    var symbol: Int
    var offset: Int
    if cursors[reader].symbol == position {
      (symbol, offset) = cursors[reader]
    } else {
      symbol = position / Self.stride * Self.stride
      offset = starts[position / Self.stride]
    }
    try buffer.withUnsafeMutableBufferPointer { buffer in
      while symbol < position + length {
        let found = try files.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        let isLast = offset + found >= files.count
        let bytes = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[..<found])
        var at = 0
        while at < found, symbol < position + length {
          guard case .at(let end) = scanner.end(of: at, in: bytes, isLast: isLast) else { break }
          if symbol >= position {
            let number = numbers.number(at..<end, in: bytes)
            guard number >= 0 else {
              try files.checkUnchanged()
              throw Self.unknownSymbol(at: offset + at, in: files)
            }
            if symbol == position + length - 1 { cursors[reader] = (symbol, offset + at) }
            body(symbol - position, number)
          }
          symbol += 1
          at = end
        }
        guard at > 0 else { return try files.checkUnchanged() }
        offset += at
      }
    }
  }
}
