import Checkpoints

/// What a file is: its format, its version and its seal, as a table; and what it holds, if that is a model.
package struct FileIdentityReport {
  private let path: String
  private let identity: FileIdentity
  private let checkpoint: Checkpoint?

  /// - Parameter model: A file with the model, if the file has weights alone.
  /// - Throws: `FileError`.
  package init(_ path: String, model: String? = nil) throws {
    self.path = path
    (identity, checkpoint) = try FileIdentity.read(path, model: model)
  }

  /// The tables of the model in the file; `nil` if it has none.
  package var contents: CheckpointReport? {
    checkpoint.map { CheckpointReport($0, in: self) }
  }

  /// The file at a glance.
  package var summary: ReportTable { ReportTable(name: "summary", facts: facts) }

  var facts: [(String, ReportTable.Cell)] {
    var facts: [(String, ReportTable.Cell)] = [
      ("file", .text(path)), ("format", .text(identity.format)),
    ]
    if !identity.version.isEmpty { facts.append(("version", .text(identity.version))) }
    if let isSealed = identity.isSealed {
      let seal = isSealed ? "intact" : "none: not written by these tools, or changed since"
      facts.append(("seal", .text(seal)))
    }
    return facts
  }
}
