import ArgumentParser
import Tasks

/// Learning to write the text that belongs to another one.
package struct PairsOptions: TaskOptions {
  package static let triggers = ["--pairs"]
  package static let takes =
    TaskKinds.ofNewModels + SampleOptions.ofSymbols
    + ["--target", "--bidirectional", "--attention", "--loss"]
  package static let needs = ["--source", "--target"]

  @Option(
    help: ArgumentHelp(
      "Translate, transliterate, normalise: learn from the pairs of texts of this table, X.csv with names in its first line.",
      valueName: "FILE"))
  package var pairs: String?

  @Option(
    help: ArgumentHelp(
      "With --pairs: the column of the texts to read; --target is that of the texts to write.",
      valueName: "COLUMN"))
  package var source: String?

  package init() {}

  package var isAskedFor: Bool { pairs != nil }

  package func addFiles(to files: inout CommandFiles) { files.read(pairs, "--pairs") }

  package func task(_ kinds: TaskKinds) throws -> any LearningTask {
    guard let pairs, let source, let target = kinds.series.target else {
      throw ValidationError("--pairs needs --source COLUMN and --target COLUMN")
    }
    var task = PairsTask(file: pairs, source: source, target: target)
    task.level = kinds.samples.level ?? .character
    task.vocabularySize = kinds.samples.vocabularySize
    task.embedding = kinds.samples.embedding
    (task.isBidirectional, task.hasAttention) = (
      kinds.labels.bidirectional, kinds.labels.attention
    )
    return task
  }
}
