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
    /// Whether the first index runs fastest, not the last.
    package var isFortranOrder: Bool
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
      let order = after("fortran_order"), order.hasPrefix("False") || order.hasPrefix("True"),
      let tuple = after("shape"), tuple.first == "(", let close = tuple.firstIndex(of: ")")
    else { return nil }
    let sizes = tuple.dropFirst().prefix(upTo: close).split(separator: ",").compactMap { part in
      let digits = part.filter { $0 != " " }
      return digits.isEmpty ? nil : digits
    }
    let shape = sizes.compactMap { Int($0) }
    guard shape.count == sizes.count, shape.allSatisfy({ $0 >= 0 }) else { return nil }
    return Header(
      type: String(type.dropFirst()[..<end]), shape: shape,
      isFortranOrder: order.hasPrefix("True"), offset: offset + length)
  }
}

extension NumPyFormat {
  /// How values of a type are read.
  struct ValueType {
    /// The bytes of a value.
    let size: Int
    let read: (_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Float

    /// - Parameter name: NumPy's name of the type: the order of bytes, the kind, and the bytes of a value, such as `<f4`.
    /// - Returns: `nil` if values of the type are not real numbers of up to 8 bytes.
    init?(_ name: String) {
      let isBigEndian = name.first == ">"
      guard let order = name.first, "<>|=".contains(order) else { return nil }
      func type<Bits: FixedWidthInteger>(_ value: @escaping (Bits) -> Float) -> Self {
        Self(size: MemoryLayout<Bits>.size) { bytes, offset in
          let bits = bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self)
          return value(isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
        }
      }
      switch name.dropFirst() {
      case "f2": self = type(NumPyFormat.half)
      case "f4": self = type { Float(bitPattern: $0) }
      case "f8": self = type { Float(Double(bitPattern: $0)) }
      case "i1": self = type { (value: Int8) in Float(value) }
      case "i2": self = type { (value: Int16) in Float(value) }
      case "i4": self = type { (value: Int32) in Float(value) }
      case "i8": self = type { (value: Int64) in Float(value) }
      case "u1", "b1": self = type { (value: UInt8) in Float(value) }
      case "u2": self = type { (value: UInt16) in Float(value) }
      case "u4": self = type { (value: UInt32) in Float(value) }
      case "u8": self = type { (value: UInt64) in Float(value) }
      default: return nil
      }
    }

    private init(
      size: Int, read: @escaping (_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Float
    ) {
      (self.size, self.read) = (size, read)
    }
  }

  /// A number in half precision: a sign, 5 bits of exponent, 10 of the fraction (IEEE 754).
  private static func half(_ bits: UInt16) -> Float {
    let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Float(bits & 0x3FF))
    let size: Float =
      switch exponent {
      case 0: Float(sign: .plus, exponent: -24, significand: fraction)
      case 0x1F: fraction == 0 ? .infinity : .nan
      default: Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
      }
    return bits >> 15 == 0 ? size : -size
  }

  /// Values whose first index runs fastest, in the order in which the last one does.
  static func rowMajor(_ values: [Float], shape: [Int]) -> [Float] {
    var ordered = values
    // What a step along each axis skips in the values as they were.
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropFirst() { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var indices = [Int](repeating: 0, count: shape.count)
    var place = 0
    for number in values.indices {
      ordered[number] = values[place]
      for axis in shape.indices.reversed() {
        indices[axis] += 1
        place += strides[axis]
        guard indices[axis] == shape[axis] else { break }
        place -= shape[axis] * strides[axis]
        indices[axis] = 0
      }
    }
    return ordered
  }
}
