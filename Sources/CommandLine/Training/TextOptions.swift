import ArgumentParser
import Tasks

/// Learning texts.
package struct TextOptions: TaskOptions {
  package static let triggers = ["--text"]
  package static let takes =
    TaskKinds.ofNewModels + SampleOptions.ofSymbols + ["--framing", "--sequence-length"]
    + PreviewOptions.optionNames

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Write text: learn from these files, one after the other; - is stdin.", valueName: "FILE"))
  package var text: [String] = []

  package init() {}

  package var isAskedFor: Bool { !text.isEmpty }

  package func addFiles(to files: inout CommandFiles) {
    for file in text { files.read(file, "--text") }
  }

  package func task(_ kinds: TaskKinds) -> any LearningTask {
    let samples = kinds.samples
    var task = TextTask(files: text, level: samples.level ?? .character)
    task.sequenceLength = samples.sequenceLength ?? task.sequenceLength
    task.vocabularySize = samples.vocabularySize ?? task.vocabularySize
    task.embedding = samples.embedding ?? task.embedding
    task.isStateful = samples.framing != .window
    task.mayShortenSamples = samples.sequenceLength == nil
    task.mayShrinkBatches = true
    task.mayDropValidation = true
    return task
  }
}
