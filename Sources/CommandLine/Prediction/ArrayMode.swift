import ArgumentParser
import Files
import Tasks

/// Predicting for arrays.
package struct ArrayMode: PredictionMode {
  package static let triggers = ["--input"]
  package static let takes = ["--output", "--continue", "--save-state", "--format"]
  package static let formats: [OutputFormat] = [.text, .csv, .npy]
  package static let needs = ["--output"]

  @Option(
    help: ArgumentHelp(
      "Predict for arrays: X.npy, X.csv or FILE.h5:DATASET, [samples, timeSteps, features].",
      valueName: "X"))
  package var input: String?

  package init() {}

  package var isAskedFor: Bool { input != nil }

  package func check(_ modes: PredictionModes) throws {
    guard let file = modes.common.outputFile, modes.common.format != nil else { return }
    throw ValidationError("--format does not go with --output \(file), whose name says it")
  }

  package func addFiles(to files: inout CommandFiles) { files.read(input, "--input") }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    guard let input else { return }
    let predictor = ArrayPredictor(file)
    let outputs = try predictor.predict(contentsOf: input, continues: modes.run.continue)
    if let path = modes.common.outputFile {
      try outputs.write(to: path)
    } else if modes.common.format == .npy {
      try StandardStreams.output(
        NumPyFormat.bytes(outputs.values, type: "<f4", shape: outputs.shape))
    } else {
      try StandardStreams.output(CSVArray.text(outputs))
    }
    predictor.store()
    try file.save()
  }
}
