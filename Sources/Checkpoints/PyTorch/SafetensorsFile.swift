import Files
import HDF5
import Kernels
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The safetensors format: the length of a JSON header, 8 bytes; the header, with the type, shape and place of
/// each tensor and texts under `__metadata__`; the tensors' bytes, without a gap.
struct SafetensorsFile {
  /// An array in the file.
  struct Tensor {
    let name: String
    let shape: [Int]
    fileprivate let type: String
    fileprivate let bytes: Range<Int>
  }

  private static let metadata = "__metadata__"
  /// The most bytes of a header that is read.
  private static let mostHeader = 8 << 20
  private static let alignment = 8

  let tensors: [String: Tensor]
  let texts: [String: String]
  private let file: FileDescriptor
  private let path: String

  /// Reads the header.
  ///
  /// - Throws: ``FileError`` if it is not one, or the tensors are not all there.
  init(_ path: String) throws {
    file = try FileDescriptor.reading(path)
    self.path = path
    func invalid(_ reason: String) -> FileError { .invalid(path, reason) }
    let length = try file.length(reportedAs: path)
    let start = try file.read(at: 0, count: 8, path: path)
    guard start.count == 8 else { throw invalid("is truncated: it has no header") }
    let size = Int(clamping: LittleEndian.number(start, at: 0, UInt64.self))
    guard size <= length - 8 else { throw invalid("is truncated: its header is not whole") }
    guard size <= Self.mostHeader else { throw invalid("its header is too large: \(size) bytes") }
    let text = try file.read(at: 8, count: size, path: path)
    guard case .object(let members) = JSONValue(text: String(decoding: text, as: UTF8.self)) else {
      throw invalid("its header is not JSON")
    }
    var tensors: [String: Tensor] = [:]
    var texts: [String: String] = [:]
    for (name, value) in members {
      if name == Self.metadata {
        guard case .object(let entries) = value else { throw invalid("\(name) holds no texts") }
        texts = entries.compactMapValues(\.string)
        continue
      }
      let sizes = (value["shape"]?.array ?? []).map(\.integer)
      let places = (value["data_offsets"]?.array ?? []).compactMap(\.integer)
      let shape = sizes.compactMap { $0 }
      let count = shape.reduce((partialValue: 1, overflow: false)) { sum, size in
        let product = sum.partialValue.multipliedReportingOverflow(by: size)
        return (product.partialValue, sum.overflow || product.overflow || size < 0)
      }
      guard let type = value["dtype"]?.string, shape.count == sizes.count, places.count == 2,
        places[0] >= 0, places[0] <= places[1], !count.overflow
      else { throw invalid("\(name): the header has no type, shape and offsets for it") }
      guard places[1] <= length - 8 - size else { throw invalid("is truncated: \(name)") }
      let width = Self.width(type) ?? 1
      guard
        Self.width(type) == nil
          || (places[1] - places[0]).quotientAndRemainder(dividingBy: width)
            == (count.partialValue, 0)
      else {
        throw invalid("\(name): has shape \(shape), but \(places[1] - places[0]) bytes")
      }
      tensors[name] = Tensor(
        name: name, shape: shape, type: type, bytes: 8 + size + places[0]..<8 + size + places[1])
    }
    (self.tensors, self.texts) = (tensors, texts)
  }

  /// The values of a tensor, row-major.
  ///
  /// - Throws: ``FileError`` if they are infinite or no numbers, or of a type that is not known.
  func read(_ tensor: Tensor) throws -> [Float] {
    let bytes = try file.read(at: tensor.bytes.lowerBound, count: tensor.bytes.count, path: path)
    guard bytes.count == tensor.bytes.count else {
      throw FileError.invalid(path, "is truncated: \(tensor.name)")
    }
    func values<Value: BitwiseCopyable>(
      _ type: Value.Type, _ convert: (Value) -> Float
    ) -> [Float] {
      bytes.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: MemoryLayout<Value>.size).map {
          convert(bytes.loadUnaligned(fromByteOffset: $0, as: type))
        }
      }
    }
    let numbers: [Float]
    switch tensor.type {
    case "F32": numbers = values(Float.self) { $0 }
    case "F64": numbers = values(Double.self) { Float($0) }
    case "F16": numbers = values(UInt16.self, Self.half)
    case "BF16": numbers = values(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    default:
      throw FileError.invalid(
        path, "\(tensor.name): is of type \(tensor.type); F32, F64, F16 and BF16 can be read")
    }
    guard numbers.withUnsafeBufferPointer({ areFinite($0) }) else {
      throw FileError.invalid(
        path, "\(tensor.name): holds values that are infinite or not numbers")
    }
    return numbers
  }

  /// Writes a file.
  ///
  /// - Parameters:
  ///   - tensors: Name, shape, and how to compute the values, one after the other.
  ///   - texts: What stands under `__metadata__`.
  ///   - file: An empty file.
  /// - Throws: ``FileError``.
  static func write(
    _ tensors: [(name: String, shape: [Int], values: () -> [Float])], texts: [String: String],
    to file: NewFile
  ) throws {
    var members: [String: JSONValue] = [metadata: .object(texts.mapValues(JSONValue.string))]
    var size = 0
    for tensor in tensors {
      let bytes = tensor.shape.reduce(1, *) * MemoryLayout<Float>.stride
      members[tensor.name] = [
        "dtype": "F32", "shape": .array(tensor.shape.map(JSONValue.integer)),
        "data_offsets": [.integer(size), .integer(size + bytes)],
      ]
      size += bytes
    }
    var header = Array(JSONValue.object(members).text().utf8)
    header += [UInt8](
      repeating: UInt8(ascii: " "), count: (alignment - header.count % alignment) % alignment)
    guard header.count <= mostHeader else {
      throw ConfigurationError("the recurrent state is too large for a header of texts")
    }
    try file.append(LittleEndian.bytes(UInt64(header.count)) + header)
    for tensor in tensors {
      let values = tensor.values()
      guard values.withUnsafeBufferPointer({ areFinite($0) }) else {
        throw FileError.invalid(
          file.reportedPath, "not saved: the model holds values that are infinite or not numbers")
      }
      try values.withUnsafeBytes { try file.append($0) }
    }
  }

  /// The bytes of a value; `nil` for a type that is not read.
  private static func width(_ type: String) -> Int? {
    ["F32": 4, "F64": 8, "F16": 2, "BF16": 2][type]
  }

  /// A number of IEEE 754's binary16.
  private static func half(_ bits: UInt16) -> Float {
    let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Float(bits & 0x3FF) / 1024)
    let size: Float =
      switch exponent {
      case 0: Float(sign: .plus, exponent: -14, significand: 1) * fraction
      case 31: bits & 0x3FF == 0 ? .infinity : .nan
      default: Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
      }
    return bits & 0x8000 == 0 ? size : -size
  }
}
