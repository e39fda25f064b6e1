import ArgumentParser
import Recurrent
import Tasks

/// Training a model that is there on arrays.
package struct ArraysOptions: TaskOptions {
  package static let triggers = ["--model"]
  package static let takes = ["--keras-version"]
  package static let needs = ["--inputs", "--targets"]

  @Option(
    help: ArgumentHelp(
      "A model, of Keras or of these tools, that is to be trained on arrays.", valueName: "MODEL"))
  package var model: String?

  @Option(
    help: ArgumentHelp(
      "With --model: X.npy, X.csv, or FILE.h5:DATASET: [samples, timeSteps, features].",
      valueName: "X"))
  package var inputs: String?

  @Option(
    help: ArgumentHelp(
      "With --model: what it is to answer: Y.npy, Y.csv, or FILE.h5:DATASET.", valueName: "Y"))
  package var targets: String?

  @Option(
    help: ArgumentHelp(
      "With --model: another loss than it has, by Keras' name: \(Loss.names.joined(separator: ", ")).",
      valueName: "NAME"))
  package var loss: String?

  package static let validates = false

  package init() {}

  package var isAskedFor: Bool { model != nil }

  package func addFiles(to files: inout CommandFiles) {
    files.read(model, "--model")
    files.read(inputs, "--inputs")
    files.read(targets, "--targets")
  }

  package func task(_ kinds: TaskKinds) -> any LearningTask {
    ArraysTask(model: model, inputs: inputs, targets: targets)
  }
}
