import ArgumentParser
import Files
import Tasks

/// Predicting for arrays.
package struct ArrayMode: PredictionMode {
  package static let triggers = ["--input"]
  package static let takes = ["--output", "--continue", "--save-state", "--format"]
  package static let formats: [OutputFormat] = [.text, .csv, .npy]
  package static let needs = ["--output"]
  package static let writesSeveral = true

  @Option(
    help: ArgumentHelp(
      "Predict for arrays: X.npy, X.csv or FILE.h5:DATASET, [samples, timeSteps, features]; of several inputs one for each, in the model's order or as NAME=X. For a model that begins with texts X.txt, a text a line, or X.csv:COLUMN.",
      valueName: "X"))
  package var input: [String] = []

  package init() {}

  package var isAskedFor: Bool { !input.isEmpty }

  package func check(_ modes: PredictionModes) throws {
    guard let file = modes.common.outputFile, modes.common.format != nil else { return }
    throw ValidationError("--format does not go with --output \(file), whose name says it")
  }

  package func addFiles(to files: inout CommandFiles) {
    for input in input { files.read(NamedFiles.path(input), "--input") }
  }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    let predictor = ArrayPredictor(file)
    let files = try predictor.outputFiles(modes.common.output)
    let outputs = try predictor.predict(contentsOf: input, continues: modes.run.continue)
    for (output, path) in zip(outputs, files) {
      if let path, path != PredictionOptions.standardOutput {
        try output.write(to: path)
      } else if path == nil, outputs.count > 1 {
        continue
      } else if modes.common.format == .npy {
        try StandardStreams.output(
          NumPyFormat.bytes(output.values, type: "<f4", shape: output.shape))
      } else {
        try StandardStreams.output(CSVArray.text(output))
      }
    }
    predictor.store()
    try file.save()
  }
}
