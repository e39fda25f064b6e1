import Checkpoints
import Files

extension ModelFile {
  /// The scaling of a series' columns.
  ///
  /// - Throws: `FileError` if the file's is not that.
  func scaling(of task: SeriesTask) throws -> Scaling {
    guard let scaling = checkpoint.scaling, scaling.columns.areExactly(task.columns) else {
      throw error("/scaling: is not that of the series' columns")
    }
    return scaling
  }
}
