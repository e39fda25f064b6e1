/// NumPy's `.npy` file format, version 1.0 (NEP 1).
enum NumPyFormat {
  /// - Parameters:
  ///   - type: NumPy's name of the type, such as `<f4`.
  static func bytes<Value: BitwiseCopyable>(
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
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array(header.utf8) + values.withUnsafeBytes { Array($0) }
  }
}
