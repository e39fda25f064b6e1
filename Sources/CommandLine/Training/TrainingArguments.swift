import ArgumentParser
import Checkpoints
import Tasks

/// The options that nearly every training run is given.
package struct TrainingArguments: ParsableArguments {
  @Option(help: ArgumentHelp("The checkpoint to write.", valueName: "CHECKPOINT"))
  package var save: String

  @Option(
    help: ArgumentHelp(
      "Units of the LSTM layer; 128,128 for two layers. (default: the experiment's; 128 for texts, 32 for series, 64 for sequences)",
      valueName: "N"),
    transform: UnitsOption.init)
  package var units: UnitsOption?

  @Option(
    help: ArgumentHelp(
      "Epochs to train. (default: the experiment's; 10 for texts, 50 for series, 20 for sequences, 1 for arrays)",
      valueName: "N"))
  package var epochs: Int?

  @Option(
    help: ArgumentHelp(
      "Samples of an update. (default: the experiment's; 50 for texts that are long enough, 32 for others)",
      valueName: "N"))
  package var batchSize: Int?

  @Option(help: ArgumentHelp("Decides every random number. (default: 7)", valueName: "SEED"))
  package var randomSeed: UInt64?

  @Flag(help: "Show no progress.")
  package var quiet = false

  @Flag(help: "Say first what the model needs.")
  package var verbose = false

  @Flag(help: "Take the samples in their order in every epoch.")
  package var noShuffle = false

  @Option(help: "Which Keras opens the file: 3, or 2 for tf-keras. (default: as MODEL, or 3)")
  package var kerasVersion: KerasVersion?

  package init() {}

  /// Has a plan do so.
  func apply(to plan: inout TrainingPlan) {
    plan.units = units?.units
    plan.epochs = epochs
    plan.batchSize = batchSize
    plan.randomSeed = randomSeed ?? plan.randomSeed
    if noShuffle { plan.shuffle = false }
    plan.kerasVersion = kerasVersion
  }
}
