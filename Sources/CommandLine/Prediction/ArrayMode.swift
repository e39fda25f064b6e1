import ArgumentParser
import Tasks

/// Predicting for arrays.
package struct ArrayMode: PredictionMode {
  package static let triggers = ["--input"]
  package static let takes = ["--output", "--continue", "--save-state"]
  package static let needs = ["--output"]

  @Option(
    help: ArgumentHelp(
      "Predict for arrays: X.npy, X.csv or FILE.h5:DATASET, [samples, timeSteps, features].",
      valueName: "X"))
  package var input: String?

  package init() {}

  package var isAskedFor: Bool { input != nil }

  package func addFiles(to files: inout CommandFiles) { files.read(input, "--input") }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    guard let input, let output = modes.common.output else { return }
    let predictor = ArrayPredictor(file)
    let outputs = try predictor.predict(contentsOf: input, continues: modes.run.continue)
    try outputs.write(to: output)
    predictor.store()
    try file.save()
  }
}
