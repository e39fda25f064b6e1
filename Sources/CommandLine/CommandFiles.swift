import ArgumentParser
import Checkpoints
import Files
import Tasks

/// The files that a command reads and writes, by the options that name them. Before any of them is opened it is
/// checked that no output is a file that is read, or another output.
package struct CommandFiles {
  private struct File {
    let option: String
    let path: String
    let isOutput: Bool
    /// The option of the output that this input may be: a checkpoint that moves on.
    var successor: String?
  }

  private var files: [File] = []

  package init() {}

  /// Adds a file that is read.
  ///
  /// - Parameters:
  ///   - path: A file, a dataset in one (`FILE.h5:DATASET`), or `-` for stdin; nothing is added if `nil`.
  ///   - option: What the user calls it.
  ///   - successor: The output that may take its place.
  package mutating func read(_ path: String?, _ option: String, replacedBy successor: String? = nil)
  {
    guard var path else { return }
    if path == DataFiles.standardInput { path = "/dev/stdin" }
    // One that cannot be looked at now is an error when it is read.
    if (try? CheckpointFile.isFile(path)) == false, let colon = path.lastIndex(of: ":") {
      path = String(path[..<colon])
    }
    files.append(File(option: option, path: path, isOutput: false, successor: successor))
  }

  /// Adds the training data that a checkpoint names.
  package mutating func readData(of checkpoint: Checkpoint) {
    let task = checkpoint.task.flatMap { try? TaskRegistry.task($0) }
    for file in task?.files ?? [] { read(file, "the model's training data") }
  }

  /// Adds a file that is written; nothing if `nil`.
  package mutating func write(_ path: String?, _ option: String) {
    guard let path else { return }
    files.append(File(option: option, path: path, isOutput: true))
  }

  /// - Throws: `ValidationError` that names the two options whose file is one.
  package func check() throws(ValidationError) {
    let places = files.map { FilePlace($0.path) }
    for (number, output) in files.enumerated() where output.isOutput {
      for (other, file) in files.enumerated() {
        guard other < number || !file.isOutput, file.successor != output.option,
          let one = places[other], let two = places[number], one.isSame(as: two)
        else { continue }
        let names =
          file.path == output.path ? output.path : "one file, \(file.path) and \(output.path)"
        throw ValidationError(
          "\(file.option) and \(output.option) are both \(names); give \(output.option) another name"
        )
      }
    }
  }
}
