import ArgumentParser
import Checkpoints
import Recurrent
import Tasks

/// The options that nearly every training run is given.
package struct TrainingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The checkpoint to write; needed unless there is --dry-run.", valueName: "CHECKPOINT"))
  package var save: String?

  @Option(
    help: ArgumentHelp("What the recurrent layers are. (default: lstm)", valueName: "CELL"))
  package var cell: RecurrentStack.Cell?

  @Option(
    help: ArgumentHelp(
      "The units of the recurrent layer; 128,128 for two layers. (default: the experiment's; 128 for texts, 32 for series, 64 for sequences)",
      valueName: "N"),
    transform: UnitsOption.init)
  package var units: UnitsOption?

  @Option(
    help: ArgumentHelp(
      "The number of epochs. (default: the experiment's; 10 for texts and tags, 50 for series, 20 for labels, up to 200 for few of them; 1 for arrays)",
      valueName: "N"))
  package var epochs: Int?

  @Option(
    help: ArgumentHelp(
      "The number of samples in an update. (default: the experiment's; 50 for texts, fewer for short ones; 32 otherwise, 8 or 16 for few labels)",
      valueName: "N"))
  package var batchSize: Int?

  @Option(help: ArgumentHelp("The seed of all random numbers. (default: 7)", valueName: "SEED"))
  package var randomSeed: UInt64?

  @Flag(help: "Show no progress.")
  package var quiet = false

  @Flag(help: "Show first how much memory the model needs.")
  package var verbose = false

  @Flag(help: "Do not shuffle: take the samples in their own order in every epoch.")
  package var noShuffle = false

  @Option(
    help: ArgumentHelp(
      "The version of Keras that opens the file: 3, or 2 for tf-keras. (default: that of MODEL, or 3)",
      valueName: "VERSION"))
  package var kerasVersion: KerasVersion?

  package init() {}

  /// Has a plan do so.
  func apply(to plan: inout TrainingPlan) {
    plan.cell = cell
    plan.units = units?.units
    plan.epochs = epochs
    plan.batchSize = batchSize
    plan.randomSeed = randomSeed ?? plan.randomSeed
    if noShuffle { plan.shuffle = false }
    plan.kerasVersion = kerasVersion
  }
}

extension RecurrentStack.Cell: ExpressibleByArgument {}
