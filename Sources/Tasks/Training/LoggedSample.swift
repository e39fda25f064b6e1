import Files

/// A text that a model wrote while it was trained, as a log has it.
struct LoggedSample: Equatable {
  /// The epoch that it was written in or after, from 1.
  let epoch: Int
  /// The updates made by then; `nil` if it was written as the epoch ended.
  let update: Int?
  let text: String

  // What they are called in a log.
  static let (epochName, updateName, sampleName) = ("epoch", "update", "sample")

  /// Whether a run has come so far.
  func isBefore(epoch: Int, updates: Int) -> Bool {
    self.epoch <= epoch || self.epoch == epoch + 1 && update.map { $0 <= updates } ?? false
  }

  /// Those of a log that was written before; none if there is no log there.
  ///
  /// - Throws: `FileError` if that cannot be known.
  static func all(of path: String, isJSON: Bool) throws -> [LoggedSample] {
    do {
      let text = try DataFiles([path]).text().text
      return isJSON ? ofLines(text) : ofTable(text, path)
    } catch let error as FileError where error.kind != .inputOutput {
      return []
    }
  }

  private static func ofLines(_ text: String) -> [LoggedSample] {
    text.split(separator: "\n").compactMap { line in
      guard let row = JSONValue(text: String(line)), let epoch = row[epochName]?.integer,
        let sample = row[sampleName]?.string
      else { return nil }
      return LoggedSample(epoch: epoch, update: row[updateName]?.integer, text: sample)
    }
  }

  private static func ofTable(_ text: String, _ path: String) -> [LoggedSample] {
    var samples: [LoggedSample] = []
    var places: [Int]?
    // The last row may not be complete: what comes before it is.
    try? CSVRows.read(text, file: path) { _, fields in
      guard let places else {
        let found = [epochName, updateName, sampleName].compactMap(fields.firstIndex)
        places = found.count == 3 ? found : []
        return
      }
      guard places.count == 3, let epoch = Int(fields[places[0]]), !fields[places[2]].isEmpty
      else { return }
      samples.append(
        LoggedSample(epoch: epoch, update: Int(fields[places[1]]), text: fields[places[2]]))
    }
    return samples
  }
}
