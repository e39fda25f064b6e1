import HDF5

/// `stream/next_input`, `[batch, length]`, int64: the symbols that the next step is fed. The attributes
/// `sampler_seed` and `sampler_position` say with which random numbers the next symbols are drawn.
enum StreamGroup {
  static let name = "stream"
  private static let seed = "sampler_seed"
  private static let position = "sampler_position"

  static func write(_ stream: StreamPosition, to group: Group) throws {
    let length = stream.nextInput.first?.count ?? 0
    try group.write(
      "next_input", shape: [stream.nextInput.count, length],
      stream.nextInput.flatMap { $0.map(Int64.init) })
    guard let sampler = stream.sampler else { return }
    try group.attributes.set(seed, sampler.seed)
    try group.attributes.set(position, sampler.position)
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
    var stream = StreamPosition(
      nextInput: (0..<rows).map { row in
        values[row * shape[1]..<(row + 1) * shape[1]].map(Int.init)
      })
    if group.attributes.contains(seed) {
      stream.sampler = StreamPosition.Sampler(
        seed: try group.attributes.number(seed), position: try group.attributes.number(position))
    }
    return stream
  }
}
