import HDF5

/// `stream/next_input`, `[batch, length]`, int64: the symbols that the next step is fed.
enum StreamGroup {
  static let name = "stream"

  static func write(_ stream: StreamPosition, to group: Group) throws {
    let length = stream.nextInput.first?.count ?? 0
    try group.write(
      "next_input", shape: [stream.nextInput.count, length],
      stream.nextInput.flatMap { $0.map(Int64.init) })
  }

  static func read(
    _ group: Group, symbols: Int, rows: Int, file: String
  ) throws -> StreamPosition {
    let dataset = try group.dataset("next_input")
    let shape = try dataset.shape()
    let values = try dataset.read(Int64.self, most: 1 << 24)
    guard shape.count == 2, shape[0] == rows, shape[1] >= 1,
      values.allSatisfy({ $0 >= 0 && $0 < symbols })
    else {
      throw CheckpointError.invalid(
        file,
        "\(dataset.path): must be [\(rows), length] numbers of symbols below \(symbols), "
          + "has shape \(shape)")
    }
    return StreamPosition(
      nextInput: (0..<rows).map { row in
        values[row * shape[1]..<(row + 1) * shape[1]].map(Int.init)
      })
  }
}
