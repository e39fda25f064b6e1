import Checkpoints

/// Which series to learn, and how it is cut into samples.
package struct SeriesPlan: Sendable {
  /// A CSV file with names in its first line, or rows and columns in `X.npy` or `FILE.h5:DATASET`, whose columns
  /// are called 0, 1, 2, ….
  package var file: String
  /// The column to forecast; the model always reads it.
  package var target: String
  /// The columns that the model reads besides.
  package var features: [String] = []
  /// The column that says when a row was.
  package var date: String?
  /// The column that says which of several series a row belongs to.
  package var key: String?
  package var scaling = Scaling.Method.standard
  /// The steps of a sample: how far back an update looks.
  package var sequenceLength = 24
  /// The steps that are forecast at once.
  package var horizon = 1
  /// The part of the rows that is kept for the test, from the end.
  package var testSplit = 0.1
  package var missing = SeriesTask.Missing.refuse
  /// Whether the model learns how values change from row to row, which takes a trend away.
  package var isDifferenced = false
  /// Whether the state is carried from sample to sample through the whole series.
  package var isStateful = false

  package init(file: String, target: String) {
    self.file = file
    self.target = target
  }

  /// What a checkpoint keeps of it.
  var task: SeriesTask {
    var task = SeriesTask(
      file: file, target: target, features: [target] + features.filter { $0 != target },
      date: date, key: key, sequenceLength: sequenceLength, horizon: horizon,
      testSplit: testSplit, missing: missing)
    task.isDifferenced = isDifferenced
    return task
  }
}
