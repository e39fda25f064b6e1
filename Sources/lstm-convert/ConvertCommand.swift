import ArgumentParser
import Checkpoints
import CommandLine
import Tasks

@main
struct ConvertCommand: ToolCommand {
  static let examples = [
    "lstm-convert models/stateful.h5 stateful.keras",
    "lstm-convert models/stateful.h5 stateful.onnx",
    "lstm-convert stateful.keras stateful.safetensors",
    "lstm-convert pytorch.safetensors model.h5 --model architecture.keras",
    "lstm-convert model.keras tf-keras.h5 --keras-version 2",
  ]

  static let configuration = CommandConfiguration(
    commandName: "lstm-convert",
    abstract: "Convert a model file into another format.",
    usage: "lstm-convert [<options>] <FILE> <OUTPUT>",
    discussion: """
      FORMATS, by the end of the name:
      \(formatList)

      \(exampleList)
      """,
    version: version)

  /// A line for each format.
  private static var formatList: String {
    let width = ModelFormats.all.map(\.suffix.count).max() ?? 0
    return ModelFormats.all.map { format in
      let gap = String(repeating: " ", count: width - format.suffix.count + 3)
      return "  " + format.suffix + gap + format.summary
    }.joined(separator: "\n")
  }

  @Argument(help: ArgumentHelp("The file to read.", valueName: "FILE"))
  var file: String

  @Argument(help: ArgumentHelp("The file to write.", valueName: "OUTPUT"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "The model for the weights in FILE, if it holds only weights: a model file, or MODEL.json of Keras' to_json.",
      valueName: "MODEL"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "The version of Keras that opens the output: 3, or 2 for tf-keras. (default: that of FILE)",
      valueName: "VERSION"))
  var kerasVersion: KerasVersion?

  @OptionGroup var seal: SealKeyOption

  func validate() throws {
    // A format that cannot be read has no layout of Keras'.
    if kerasVersion != nil, let format = try? ModelFormats.named(output), !format.isReadable {
      throw ValidationError(
        "--keras-version does nothing with \(output); no Keras opens \(format.suffix) files")
    }
  }

  var files: CommandFiles {
    var files = CommandFiles()
    files.read(file, "FILE")
    files.read(model, "--model")
    files.write(output, "OUTPUT")
    return files
  }

  func run() throws {
    let conversion = try Conversion(file, to: output, model: model, kerasVersion: kerasVersion)
    try conversion.run()
    for loss in conversion.losses { Self.note("note: \(loss)") }
  }
}
