import Files
import HDF5

/// `stream`: where a running sequence stands. `next_input`, `[batch, length]`, int64, the symbols that the next
/// step is fed; or `next_values`, `[series, length × features]`, float32, `last_values`, `[series, features]`, float64, `keys`, the names of several
/// series, and `dates`, for each series those of its last rows. Attributes: `rows_seen` by a live stream, `sampler_seed` and `sampler_position`, `moved` and
/// `ends_with_prediction`.
enum StreamGroup {
  static let name = "stream"

  static func write(_ stream: StreamPosition, to group: Group) throws {
    if !stream.nextInput.isEmpty {
      try group.write(
        "next_input", shape: [stream.nextInput.count, stream.nextInput[0].count],
        stream.nextInput.flatMap { $0.map(Int64.init) })
    }
    // Several series may have different numbers of rows so far.
    for (index, values) in stream.nextValues.enumerated() {
      try group.write("next_values/\(index)", shape: [values.count], values)
    }
    if let features = stream.lastValues.first?.count {
      try group.write(
        "last_values", shape: [stream.lastValues.count, features], stream.lastValues.flatMap { $0 })
    }
    if !stream.keys.isEmpty { try group.write("keys", stream.keys) }
    for (index, dates) in stream.dates.enumerated() where !dates.isEmpty {
      try group.write("dates/\(index)", dates)
    }
    if stream.rowsSeen > 0 { try group.attributes.set("rows_seen", Int64(stream.rowsSeen)) }
    if let sampler = stream.sampler {
      try group.attributes.set("sampler_seed", sampler.seed)
      try group.attributes.set("sampler_position", sampler.position)
    }
    if stream.hasMoved { try group.attributes.set("moved", Int64(1)) }
    if let isPrediction = stream.endsWithPrediction {
      try group.attributes.set("ends_with_prediction", Int64(isPrediction ? 1 : 0))
    }
  }

  static func read(
    _ group: Group, symbols: Int, rows: Int, features: Int, file: String
  ) throws -> StreamPosition {
    var stream = StreamPosition()
    // A model of symbols has no stream without them, unless it was fed numbers.
    let isOfNumbers = try group.contains("next_values") || group.attributes.contains("rows_seen")
    if try group.contains("next_input") || symbols > 0 && !isOfNumbers {
      stream.nextInput = try symbolNumbers(
        try group.dataset("next_input"), symbols: symbols, rows: rows, file: file)
    }
    if try group.contains("next_values") {
      let series = try group.group("next_values")
      for index in try series.memberNames().indices {
        let dataset = try series.dataset("\(index)")
        let values = try dataset.read(Float.self, most: 1 << 24)
        guard values.count % features == 0, values.allSatisfy(\.isFinite) else {
          throw FileError.invalid(
            file, "\(dataset.path): must be steps of \(features) numbers, has \(values.count)")
        }
        stream.nextValues.append(values)
      }
    }
    if try group.contains("last_values") {
      let dataset = try group.dataset("last_values")
      let values = try dataset.read(Double.self, most: 1 << 24)
      guard values.count == stream.nextValues.count * features, values.allSatisfy(\.isFinite) else {
        throw FileError.invalid(
          file, "\(dataset.path): must be \(features) numbers for each series, has \(values.count)")
      }
      stream.lastValues = stride(from: 0, to: values.count, by: features).map {
        Array(values[$0..<$0 + features])
      }
    }
    if try group.contains("keys") {
      stream.keys = try group.dataset("keys").readStrings()
      guard stream.keys.count == stream.nextValues.count else {
        throw FileError.invalid(
          file, "\(group.path)/keys: must have a name for each of \(stream.nextValues.count) series"
        )
      }
    }
    if try group.contains("dates") {
      let dates = try group.group("dates")
      stream.dates = try stream.nextValues.indices.map { index in
        try dates.contains("\(index)") ? try dates.dataset("\(index)").readStrings() : []
      }
    }
    let attributes = group.attributes
    if try attributes.contains("rows_seen") {
      let rows: Int64 = try attributes.number("rows_seen")
      guard rows >= 0 else {
        throw FileError.invalid(file, "\(group.path)@rows_seen: is \(rows)")
      }
      stream.rowsSeen = Int(rows)
    }
    if try attributes.contains("sampler_seed") {
      stream.sampler = StreamPosition.Sampler(
        seed: try attributes.number("sampler_seed"),
        position: try attributes.number("sampler_position"))
    }
    stream.hasMoved = try attributes.contains("moved")
    if try attributes.contains("ends_with_prediction") {
      stream.endsWithPrediction = try attributes.number("ends_with_prediction", as: Int64.self) != 0
    }
    return stream
  }

  private static func symbolNumbers(
    _ dataset: Dataset, symbols: Int, rows: Int, file: String
  ) throws -> [[Int]] {
    let shape = try dataset.shape()
    let values = try dataset.read(Int64.self, most: 1 << 24)
    guard shape.count == 2, shape[0] == rows, shape[1] >= 1,
      values.allSatisfy({ $0 >= 0 && $0 < symbols })
    else {
      throw FileError.invalid(
        file,
        "\(dataset.path): must be [\(rows), length] numbers of symbols below \(symbols), "
          + "has shape \(shape)")
    }
    return (0..<rows).map { row in
      values[row * shape[1]..<(row + 1) * shape[1]].map(Int.init)
    }
  }
}
