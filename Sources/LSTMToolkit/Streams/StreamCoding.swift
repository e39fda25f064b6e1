import Recurrent

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension CodingUserInfoKey {
  // Any text is a key.
  /// The ``Model`` whose streams a decoder reads.
  public static let streamModel = CodingUserInfoKey(rawValue: "LSTMToolkit.model")!
}

/// A stream is written without its model. Who reads it gives the decoder the model:
/// `decoder.userInfo[.streamModel] = model`.
extension Model.Stream: Codable {
  private enum CodingKeys: CodingKey {
    case layout, position, state
  }

  /// Writes the names and sizes of the states, the position, and the state as bytes.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(engine.layout, forKey: .layout)
    try container.encode(position, forKey: .position)
    try container.encode(StreamData.bytes(of: state), forKey: .state)
  }

  /// - Throws: `DecodingError` if the decoder has no model, or the stream is not one of that model.
  public init(from decoder: any Decoder) throws {
    guard let model = decoder.userInfo[.streamModel] as? Model else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "the decoder's userInfo has no model to decode a stream of"))
    }
    self = try model.stream()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let layout = try container.decode([StateLayout].self, forKey: .layout)
    let position = try container.decode(Int.self, forKey: .position)
    let state = StreamData.floats(try container.decode(Data.self, forKey: .state))
    guard layout == engine.layout, let state, state.count == stateCount,
      (0...StreamData.mostSteps).contains(position)
    else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "the stream is not one of the decoder's model"))
    }
    (self.position, self.state) = (position, state)
  }
}

extension Model.Stream {
  /// The stream without its model, to be kept: ``Model/stream(from:)`` goes on from it.
  ///
  /// Eight bytes of the position, four of the number of values, and those, all little-endian.
  public var data: Data {
    var data = Data(capacity: 12 + 4 * state.count)
    withUnsafeBytes(of: UInt64(position).littleEndian) { data.append(contentsOf: $0) }
    withUnsafeBytes(of: UInt32(state.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(StreamData.bytes(of: state))
    return data
  }
}

extension Model {
  /// The stream that ``Stream/data`` was made of.
  ///
  /// - Throws: `ConfigurationError` if it is not one of a model of such states; and as ``stream()``.
  public func stream(from data: Data) throws -> Stream {
    var stream = try stream()
    let bytes = Array(data)
    let size = 4 * stream.stateCount
    let numbers = bytes.count == 12 + size ? bytes : nil
    let position = numbers.map { StreamData.number($0[..<8]) } ?? .max
    guard let numbers, StreamData.number(numbers[8..<12]) == UInt64(stream.stateCount),
      let place = Int(exactly: position), place <= StreamData.mostSteps,
      let state = StreamData.floats(Data(numbers[12...]))
    else {
      throw ConfigurationError(
        "\(bytes.count) bytes are not a stream of this model, which has \(12 + size)")
    }
    (stream.position, stream.state) = (place, state)
    return stream
  }
}

/// Numbers as bytes, little-endian.
private enum StreamData {
  /// A position that leaves room to go on.
  static let mostSteps = 1 << 62

  static func bytes(of values: [Float]) -> Data {
    var data = Data(capacity: 4 * values.count)
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    return data
  }

  static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var (number, shift) = (UInt64(0), UInt64(0))
    for byte in bytes {
      number |= UInt64(byte) << shift
      shift += 8
    }
    return number
  }

  /// - Returns: `nil` if the bytes are not whole numbers of four.
  static func floats(_ data: Data) -> [Float]? {
    guard data.count % 4 == 0 else { return nil }
    let bytes = Array(data)
    return stride(from: 0, to: bytes.count, by: 4).map { place in
      Float(bitPattern: UInt32(truncatingIfNeeded: number(bytes[place..<place + 4])))
    }
  }
}
