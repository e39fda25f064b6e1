import Checkpoints
import Files
import Recurrent

extension ModelFile {
  /// The scaling of a series' columns.
  ///
  /// - Throws: `FileError` if the file's is not that.
  func scaling(of task: SeriesTask) throws -> Scaling {
    guard let scaling = checkpoint.scaling, scaling.columns.areExactly(task.columns) else {
      throw error("/scaling: is not that of the series' columns")
    }
    try naming {
      try task.checkSizes()
      try task.check(loss: checkpoint.loss)
      try scaling.checkLinear(of: task)
    }
    return scaling
  }
}

extension Scaling {
  /// - Throws: `ConfigurationError` if the linear part is not one of the task's forecasts.
  func checkLinear(of task: SeriesTask) throws(ConfigurationError) {
    guard let linear else { return }
    guard linear.map.horizon == task.horizon else {
      throw ConfigurationError(
        "/scaling/linear_constants: are \(linear.map.horizon); the horizon is \(task.horizon)")
    }
    guard linear.effects.count == task.known.count else {
      throw ConfigurationError(
        "/scaling/known_effects: are \(linear.effects.count); \(task.known.count) columns are known ahead"
      )
    }
  }
}
