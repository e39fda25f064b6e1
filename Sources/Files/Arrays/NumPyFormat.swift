import HDF5

/// NumPy's `.npy` file format (NEP 1): a header of one line before the raw numbers.
package enum NumPyFormat {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// - Parameters:
  ///   - type: NumPy's name of the type, such as `<f4`.
  package static func bytes<Value: BitwiseCopyable>(
    _ values: [Value], type: String, shape: [Int]
  ) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ")
    let tuple = shape.count == 1 ? "(\(sizes),)" : "(\(sizes))"
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(tuple), }"
    // Magic, version, length and header together are a multiple of 64 bytes.
    let before = 10
    let padding = (64 - (before + header.utf8.count + 1) % 64) % 64
    header += String(repeating: " ", count: padding) + "\n"
    let length = UInt16(header.utf8.count)
    return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array(header.utf8) + values.withUnsafeBytes { Array($0) }
  }

  /// What a header says.
  package struct Header {
    /// NumPy's name of the type, such as `<f4`.
    package var type: String
    package var shape: [Int]
    /// Where the numbers begin.
    package var offset: Int
  }

  /// Reads a header.
  ///
  /// - Returns: `nil` if it is not such a file.
  package static func header(_ bytes: [UInt8]) -> Header? {
    guard bytes.count >= 12, bytes.starts(with: magic), (1...3).contains(bytes[6]) else {
      return nil
    }
    let isShort = bytes[6] == 1
    let offset = isShort ? 10 : 12
    var length = Int(bytes[8]) | Int(bytes[9]) << 8
    if !isShort { length |= Int(bytes[10]) << 16 | Int(bytes[11]) << 24 }
    guard length <= bytes.count - offset else { return nil }
    let text = String(decoding: bytes[offset..<offset + length], as: UTF8.self)
    func after(_ key: String) -> Substring? {
      guard let range = text.firstRange(of: "'\(key)':") else { return nil }
      return text[range.upperBound...].drop { $0 == " " }
    }
    guard let type = after("descr"), type.first == "'",
      let end = type.dropFirst().firstIndex(of: "'"),
      after("fortran_order")?.hasPrefix("False") == true,
      let tuple = after("shape"), tuple.first == "(", let close = tuple.firstIndex(of: ")")
    else { return nil }
    let sizes = tuple.dropFirst().prefix(upTo: close).split(separator: ",").compactMap { part in
      let digits = part.filter { $0 != " " }
      return digits.isEmpty ? nil : digits
    }
    let shape = sizes.compactMap { Int($0) }
    guard shape.count == sizes.count, shape.allSatisfy({ $0 >= 0 }) else { return nil }
    return Header(
      type: String(type.dropFirst()[..<end]), shape: shape, offset: offset + length)
  }
}
