import ArgumentParser
import Tasks

/// Training a model that is there on arrays.
package struct ArraysOptions: TaskOptions {
  package static let triggers = ["--model"]
  package static let takes = ["--keras-version", "--loss"]
  package static let needs = ["--inputs", "--targets"]

  @Option(
    help: ArgumentHelp(
      "Train this model, made by Keras or here, on arrays; MODEL.json of Keras' to_json from new weights, or from --weights.",
      valueName: "MODEL"))
  package var model: String?

  @Option(
    help: ArgumentHelp(
      "With --model: begin with the weights of this file, not with those of MODEL.",
      valueName: "WEIGHTS"))
  package var weights: String?

  @Option(
    help: ArgumentHelp(
      "With --model: the inputs, X.npy, X.csv or FILE.h5:DATASET: [samples, timeSteps, features]; of several inputs one for each, in the model's order or as NAME=X.",
      valueName: "X"))
  package var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --model: the targets, Y.npy, Y.csv or FILE.h5:DATASET; of several outputs one for each, in the model's order or as NAME=Y.",
      valueName: "Y"))
  package var targets: [String] = []

  package static let validates = false

  package init() {}

  package var isAskedFor: Bool { model != nil }

  package func addFiles(to files: inout CommandFiles) {
    files.read(model, "--model")
    files.read(weights, "--weights")
    for input in inputs { files.read(NamedFiles.path(input), "--inputs") }
    for target in targets { files.read(NamedFiles.path(target), "--targets") }
  }

  package func task(_ kinds: TaskKinds) -> any LearningTask {
    ArraysTask(model: model, weights: weights, inputs: inputs, targets: targets)
  }
}
