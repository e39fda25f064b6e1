import ArgumentParser
import Tasks

/// The data that a run goes on with, where they are not at the place that its checkpoint names: each option goes with
/// the models that are trained on such data.
package struct ResumedDataOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Of a model of texts: its text, if it has moved or grown, or another one.", valueName: "FILE")
  )
  package var text: [String] = []

  @Option(
    help: ArgumentHelp(
      "Of a model of series: its series, if they have moved or grown, or others.",
      valueName: "FILE"))
  package var csv: String?

  @Option(
    help: ArgumentHelp(
      "Of a model of sequences: its sequences, if they have moved or grown, or others.",
      valueName: "FILE"))
  package var sequences: String?

  @Option(
    help: ArgumentHelp(
      "Of a model of pairs of texts: its pairs, if they have moved or grown, or others.",
      valueName: "FILE"))
  package var pairs: String?

  @Option(help: ArgumentHelp("Of a model on arrays: the inputs to go on with.", valueName: "X"))
  package var inputs: [String] = []

  @Option(help: ArgumentHelp("Of a model on arrays: the targets to go on with.", valueName: "Y"))
  package var targets: [String] = []

  package init() {}

  /// The files by what they are called.
  private var all: [(name: String, files: [String])] {
    [
      ("text", text), ("csv", [csv].compactMap { $0 }),
      ("sequences", [sequences].compactMap { $0 }), ("pairs", [pairs].compactMap { $0 }),
      ("inputs", inputs), ("targets", targets),
    ]
  }

  /// Adds the files.
  package func addFiles(to files: inout CommandFiles) {
    for (name, paths) in all {
      for path in paths { files.read(NamedFiles.path(path), "--\(name)") }
    }
  }

  /// Has a run go on with them.
  package func apply(to changes: inout ResumeChanges) {
    for (name, files) in all where !files.isEmpty { changes.data[name] = files }
  }
}

/// What becomes of a stream that a checkpoint holds when its training goes on.
package struct StoredStreamOptions: ParsableArguments {
  @Flag(
    help:
      "Keep the stream that CHECKPOINT holds, of rows or of predictions, where it stands beside the training."
  )
  package var keepStream = false

  @Flag(help: "End that stream: the next one begins behind the training data.")
  package var endStream = false

  package init() {}

  package func validate() throws {
    guard !(keepStream && endStream) else {
      throw ValidationError("--keep-stream does not go with --end-stream")
    }
  }

  package var choice: ResumeChanges.Stream? {
    keepStream ? .kept : endStream ? .ended : nil
  }
}
