import ArgumentParser
import CommandLine
import Tasks

@main
struct PredictCommand: ToolCommand {
  static let examples = [
    "lstm-predict alphabet.h5 --seed A --steps 25",
    "lstm-predict alphabet.h5 --seed A --steps 10 --save-state",
    "lstm-predict alphabet.h5 --continue --steps 15",
    "lstm-predict alphabet.h5 --evaluate",
    "lstm-predict book.h5 --seed \"Once upon\" --steps 500 --temperature 0.7",
    "lstm-predict book.h5 --seed \"Once upon\" --show-probabilities 10",
    "lstm-predict sales.h5 --forecast 12 --output forecast.csv --plot forecast.svg",
    "lstm-predict names.h5 --sequences sentences.csv --output tags.csv",
    "lstm-predict words.h5 --sequence \"bonjour\" --show-probabilities",
    "lstm-predict dates.h5 --source \"3 May 1979\" --beam 5",
    "tail -f rows.csv | lstm-predict sales.h5 --stream --save-state --save-every 1000",
    "lstm-predict model.h5 --input X.npy --output Y.npy",
    "lstm-predict model.h5 --evaluate --inputs X.npy --targets Y.npy",
    "lstm-predict weights.h5 --model model.json --input X.npy",
  ]

  static let configuration = CommandConfiguration(
    commandName: "lstm-predict",
    abstract:
      "Predict with a model: generate, forecast, classify, tag, translate, answer a live stream.",
    discussion: exampleList,
    version: version)

  static var rules: CommandModes? { PredictionModes.rules }

  @Argument(help: ArgumentHelp("The model.", valueName: "CHECKPOINT"))
  var checkpoint: String

  @Option(
    help: ArgumentHelp(
      "The model for the weights in CHECKPOINT, if it holds only weights: a model file, or MODEL.json of Keras' to_json.",
      valueName: "MODEL"))
  var model: String?

  @OptionGroup var modes: PredictionModes

  @OptionGroup var threads: ThreadsOption

  @OptionGroup var seal: SealKeyOption

  func check() throws { try modes.check() }

  private var target: String? {
    modes.common.saveState.map { $0.isEmpty ? checkpoint : $0 }
  }

  var files: CommandFiles {
    var files = CommandFiles()
    files.read(checkpoint, "CHECKPOINT", replacedBy: "--save-state")
    files.read(model, "--model")
    files.read(modes.common.csv, "--csv")
    modes.chosen.addFiles(to: &files)
    for output in modes.common.outputFiles { files.write(output, "--output") }
    files.write(modes.plot.plot, "--plot")
    files.write(target, "--save-state")
    return files
  }

  func run() throws {
    threads.apply()
    let file = try ModelFile(checkpoint, model: model, savingTo: target)
    try protectData(of: file.checkpoint)
    try modes.chosen.run(file, modes, note: Self.note)
  }
}
