import Checkpoints
import Files

/// The rows that a forecast goes on behind.
struct ForecastBasis {
  /// Of each series `[rows, columns]` as the model reads them, and the last rows in the data's own units.
  let series: [(key: String, values: [Float], before: [Double])]
  /// The same rows in their file, with their dates; `nil` if they are in none.
  let table: SeriesTable?
  /// How the numbers of each series are the model's.
  let encodings: [SeriesEncoding]
  /// Whether the checkpoint's state has read what came before them.
  let followsState: Bool
  /// What is to be said of the data: that they are not those of the training.
  private(set) var notes: [String] = []

  /// Takes the other file's rows if there is one, those of the training's file if it has grown since, and otherwise
  /// those that the checkpoint keeps: the last of the training, or of a live stream.
  ///
  /// - Throws: `FileError`.
  init(
    _ task: SeriesTask, _ encodings: SeriesEncodings, _ model: ModelFile, other: SeriesTable?
  ) throws {
    func kept(_ table: SeriesTable? = nil) throws -> ForecastBasis {
      try ForecastBasis(task, encodings, keptBy: model, table)
    }
    let stream = model.checkpoint.stream
    if let other {
      self = try ForecastBasis(task, encodings, rowsOf: other)
      return
    }
    guard stream?.rowsSeen ?? 0 == 0, task.file != DataFiles.standardInput else {
      self = try kept()
      return
    }
    let without = "the forecast begins after the rows that \(model.path) keeps"
    let end = "the forecast begins after its present end"
    let note: String
    do {
      let table = try SeriesTable(task)
      let isKnown = table.digest == task.digest
      guard task.known.isEmpty else {
        self = try ForecastBasis(task, encodings, rowsOf: table)
        if !isKnown { notes = ["\(task.file): has changed since the training; \(end)"] }
        return
      }
      if isKnown {
        self = try kept(table)
        return
      }
      if try DataFiles([task.file]).begin(withLinesOf: task.digest) {
        self = try ForecastBasis(task, encodings, rowsOf: table)
        notes = ["\(task.file): has grown since \(model.path) was trained; \(end)"]
        return
      }
      note = "\(task.file): has changed since the training; \(without)"
    } catch let error as FileError where error.kind != .inputOutput {
      guard task.known.isEmpty else {
        throw FileError(
          error.kind, file: error.file,
          "\(error.reason); the model reads columns that are known ahead: give a file with rows that are to come",
          remedies: [.data("csv")])
      }
      note = "\(error); \(without)"
    }
    self = try kept()
    notes = [note]
  }

  /// - Parameter table: Its rows are read from the first one on.
  private init(
    _ task: SeriesTask, _ encodings: SeriesEncodings, rowsOf table: SeriesTable
  ) throws {
    let all = encodings.encodings(of: table)
    series = try table.series.enumerated().map { index, series in
      (
        series.key, try table.encoded(index, by: all[index], file: task.file),
        encodings.lastValues(series.values)
      )
    }
    self.table = table
    self.encodings = all
    followsState = false
  }

  /// - Parameter table: The data of the training, if they are there.
  private init(
    _ task: SeriesTask, _ encodings: SeriesEncodings, keptBy model: ModelFile,
    _ table: SeriesTable?
  ) throws {
    let known = model.checkpoint.stream?.series ?? []
    guard !known.isEmpty,
      known.allSatisfy({
        !$0.rows.isEmpty && ($0.lastValues.isEmpty ? task.differences.isEmpty : true)
      })
    else { throw model.error("has not been trained yet") }
    series = known.map { ($0.key ?? "", $0.rows, $0.lastValues) }
    let isOfThese = table?.series.map(\.key).areExactly(series.map(\.key)) ?? false
    self.encodings = try series.map { series in
      guard let encoding = encodings.encoding(of: series.key) else {
        throw model.error("/scaling/keys: has no series \(series.key), which /stream has")
      }
      return encoding
    }
    self.table = isOfThese ? table : nil
    followsState = true
  }

  /// The dates of the last rows of a series: those of the file that is looked at, or those that the checkpoint has. One
  /// that was written before it had any finds them in the data, if they are there.
  func dates(of number: Int, _ checkpoint: Checkpoint) -> [String] {
    let known = followsState ? checkpoint.stream?.series ?? [] : []
    guard known.indices.contains(number), !known[number].dates.isEmpty else {
      return table?.series[number].dates ?? []
    }
    return known[number].dates
  }
}
