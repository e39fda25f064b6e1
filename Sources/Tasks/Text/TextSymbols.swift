import Checkpoints
import Files
import Recurrent

/// A text as numbers of symbols, read from its files as they are needed.
///
/// Memory: 16 bytes for every ``stride`` symbols, to find them again.
final class TextSymbols {
  let files: DataFiles
  let level: TextTask.Level
  /// The symbols of the text.
  let count: Int
  /// How many of them a vocabulary that was there does not have: they are its unknown symbol.
  let unknownCount: Int
  let digest: String
  let vocabulary: Vocabulary
  private let scanner: SymbolScanner
  private let numbers: SymbolNumbers
  /// For every so many symbols the first one of the piece that they are in, and where that begins.
  private let starts: [(symbol: Int, offset: Int)]
  private static let stride = 4096
  /// Where reading stopped last, for each of the readers that go through the text side by side: the last symbol, the
  /// first one of its piece, and where that begins.
  private var cursors: [(position: Int, symbol: Int, offset: Int)] = []
  private var buffer: [UInt8]

  /// Reads the text once: to count its symbols, to see that it is sound, and for a digest.
  ///
  /// - Parameters:
  ///   - vocabulary: `nil` to make one of the symbols found.
  ///   - vocabularySize: The most symbols of a new vocabulary; the most frequent are taken.
  ///   - validationSplit: The part of the text, at its end, that subwords are not learnt from.
  /// - Throws: `FileError` that names file, line and column.
  init(
    _ paths: [String], level: TextTask.Level, vocabulary: Vocabulary?, vocabularySize: Int?,
    encoding: Vocabulary.Encoding, validationSplit: Double = 0
  ) throws {
    files = try DataFiles(paths)
    self.level = level
    let (files, scanner) = (files, SymbolScanner(level: level))
    self.scanner = scanner
    var vocabulary = vocabulary
    if vocabulary == nil, level == .subword {
      vocabulary = try Self.subwords(
        of: files, most: vocabularySize, encoding: encoding,
        part: try validationStart(of: files.count, split: validationSplit))
    }
    var counter = vocabulary == nil ? SymbolCounter(level: level) : nil
    let known = vocabulary.map { SymbolNumbers($0, level: level) }
    guard known?.isComplete ?? true else {
      throw ConfigurationError("/vocabulary is not one of subwords, as the task says")
    }
    var (count, unknownCount, starts) = (0, 0, [(symbol: Int, offset: Int)]())
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
          let symbols = level == .subword ? known?.subwords(at..<end, in: bytes).count ?? 0 : 1
          while starts.count * Self.stride < count + symbols {
            starts.append((count, offset + at))
          }
          count += symbols
          counter?.add(at..<end, in: bytes)
          if let known, level != .subword {
            let number = Int(known.number(at..<end, in: bytes))
            if number < 0 { throw Self.unknownSymbol(bytes[at..<end], at: offset + at, in: files) }
            if number == known.vocabulary.unknown { unknownCount += 1 }
          }
          at = end
        }
      }
      return at
    }
    (self.count, self.unknownCount) = (count, unknownCount)
    self.starts = starts
    guard count > 0 else { throw FileError(.invalid, file: paths[0], "has no text") }
    self.vocabulary =
      vocabulary ?? counter?.vocabulary(most: vocabularySize, encoding: encoding)
      ?? Vocabulary(symbols: [], encoding: encoding)
    numbers = known ?? SymbolNumbers(self.vocabulary, level: level)
    buffer = [UInt8](repeating: 0, count: 1 << 12)
  }

  /// Learns subwords from the first bytes of a text.
  private static func subwords(
    of files: DataFiles, most: Int?, encoding: Vocabulary.Encoding, part: Int
  ) throws -> Vocabulary {
    var learner = SubwordLearner()
    let scanner = SymbolScanner(level: .subword)
    _ = try files.scan { bytes, offset, isLast in
      var at = 0
      while at < bytes.count, case .at(let end) = scanner.end(of: at, in: bytes, isLast: isLast) {
        if offset + end <= part { learner.add(UnsafeBufferPointer(rebasing: bytes[at..<end])) }
        at = end
      }
      return at
    }
    return learner.vocabulary(size: most ?? TextTask.usualSubwords, encoding: encoding)
  }

  /// How many characters (Unicode scalars) a symbol has on average in a range of the text.
  ///
  /// - Throws: `FileError`.
  func charactersPerSymbol(_ range: Range<Int>) throws -> Double {
    var characters = 0
    // What continues a character begins with the bits 10.
    let counts = vocabulary.symbols.indices.map { number in
      numbers.bytes(of: number).count { $0 & 0xC0 != 0x80 }
    }
    for first in Swift.stride(from: range.lowerBound, to: range.upperBound, by: Self.stride) {
      try read(at: first, length: min(Self.stride, range.upperBound - first), reader: 0) {
        characters += counts[Int($1)]
      }
    }
    return Double(characters) / Double(max(1, range.count))
  }

  private static func unknownSymbol(
    _ bytes: Slice<UnsafeBufferPointer<UInt8>>, at offset: Int, in files: DataFiles
  ) -> FileError {
    let place = files.place(of: offset)
    let symbol = JSONValue.string(String(decoding: bytes, as: UTF8.self)).text()
    return FileError.invalid(
      place.file,
      "line \(place.line), column \(place.column): \(symbol) is a symbol that the vocabulary of the "
        + "model does not have; add it", remedies: [.newSymbols])
  }

  /// Makes room for readers that go through the text side by side.
  func prepare(readers: Int, length: Int) {
    cursors = [(position: Int, symbol: Int, offset: Int)](repeating: (-1, 0, 0), count: readers)
    let bytesOfSymbol = level == .word || level == .subword ? 8 : 2
    buffer = [UInt8](repeating: 0, count: max(1 << 12, length * bytesOfSymbol))
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
    // Samples are cut from the symbols that were counted, and files that have changed since are an error.
    precondition(position >= 0 && position + length <= count, "beyond the end of the text")
    var symbol: Int
    var offset: Int
    if cursors[reader].position == position {
      (_, symbol, offset) = cursors[reader]
    } else {
      (symbol, offset) = starts[position / Self.stride]
    }
    try buffer.withUnsafeMutableBufferPointer { buffer in
      while symbol < position + length {
        let found = try files.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        let isLast = offset + found >= files.count
        let bytes = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[..<found])
        var at = 0
        while at < found, symbol < position + length {
          guard case .at(let end) = scanner.end(of: at, in: bytes, isLast: isLast) else { break }
          if level == .subword {
            let first = symbol
            for number in numbers.subwords(at..<end, in: bytes) {
              if symbol == position + length - 1 { cursors[reader] = (symbol, first, offset + at) }
              if symbol >= position, symbol < position + length { body(symbol - position, number) }
              symbol += 1
            }
            at = end
            continue
          }
          if symbol >= position {
            let number = numbers.number(at..<end, in: bytes)
            guard number >= 0 else {
              try files.checkUnchanged()
              throw Self.unknownSymbol(bytes[at..<end], at: offset + at, in: files)
            }
            if symbol == position + length - 1 { cursors[reader] = (symbol, symbol, offset + at) }
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
