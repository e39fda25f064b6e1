/// A task whose data are one file.
package protocol FileTask: LearningTask {
  /// What the file is called, the only one of ``LearningTask/dataNames``.
  static var dataName: String { get }
  var file: String { get set }
}

extension FileTask {
  package static var dataNames: [String] { [dataName] }
  package var files: [String] { [file] }

  package func reading(_ data: [String: [String]]) -> Self {
    var task = self
    if let file = data[Self.dataName]?.first { task.file = file }
    return task
  }
}
