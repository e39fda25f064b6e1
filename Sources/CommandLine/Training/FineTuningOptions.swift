import ArgumentParser
import Tasks

/// Training a model that is there on other data, from its weights: fine-tuning.
package struct FineTuningOptions: TaskOptions {
  package static let triggers = ["--from"]
  package static let takes = [
    "--text", "--csv", "--sequences", "--pairs", "--inputs", "--targets", "--clip-norm",
    "--clip-value",
    "--optimizer-options", "--loss",
  ]

  @Option(
    help: ArgumentHelp(
      "Begin with the weights, layers and vocabulary of MODEL, on other data of its kind: --text, --csv, --sequences, --pairs, or --inputs and --targets, whose columns are called as those of MODEL's data.",
      valueName: "MODEL"))
  package var from: String?

  @Flag(
    help: "With --from: add the symbols and classes of the data that MODEL does not know to it.")
  package var newSymbols = false

  @Option(
    help: ArgumentHelp(
      "With --from: keep the weights of these layers as they are, separated by commas: Keras' trainable = False. lstm-inspect MODEL shows their names.",
      valueName: "LAYERS"))
  package var freeze: ListOption<String>?

  package init() {}

  package var isAskedFor: Bool { from != nil }

  package func addFiles(to files: inout CommandFiles) { files.read(from, "--from") }

  package func task(_ kinds: TaskKinds) throws -> any LearningTask {
    var data: [String: [String]] = [:]
    for (name, files) in [
      ("text", kinds.text.text), ("csv", [kinds.series.csv].compactMap { $0 }),
      ("sequences", [kinds.sequences.sequences].compactMap { $0 }),
      ("pairs", [kinds.pairs.pairs].compactMap { $0 }), ("inputs", kinds.arrays.inputs),
      ("targets", kinds.arrays.targets),
    ] where !files.isEmpty {
      data[name] = files
    }
    return try TaskRegistry.task(of: try ModelFile(from ?? ""), on: data)
  }

  /// Has a plan begin with the model.
  func apply(to plan: inout TrainingPlan) {
    plan.base = from
    plan.addsSymbols = newSymbols
    plan.frozen = freeze?.elements ?? []
  }
}
