import ArgumentParser
import Tasks

/// Learning to predict a tag for each step of sequences.
package struct TagsOptions: TaskOptions {
  package static let triggers = ["--tags"]
  package static let takes =
    TaskKinds.ofNewModels + SampleOptions.ofSymbols + SequencesOptions.optionNames
    + ["--sequence-length", "--loss"]
  package static let needs = ["--sequences"]

  @Option(
    help: ArgumentHelp(
      "With --sequences: tag; the column of the tags, one for each step. Columns of CoNLL files are numbers from 1.",
      valueName: "COLUMN"))
  package var tags: String?

  package init() {}

  package var isAskedFor: Bool { tags != nil }

  package func task(_ kinds: TaskKinds) throws -> any LearningTask {
    guard let file = kinds.sequences.sequences,
      let column = kinds.sequences.sequence ?? TagsTask.usualColumn(of: file)
    else { throw ValidationError("--tags needs --sequences FILE and --sequence COLUMN") }
    var task = TagsTask(file: file, sequence: column, tags: tags ?? "")
    task.level = kinds.samples.level
    task.sequenceLength = kinds.samples.sequenceLength
    task.vocabularySize = kinds.samples.vocabularySize
    task.embedding = kinds.samples.embedding
    return task
  }
}
