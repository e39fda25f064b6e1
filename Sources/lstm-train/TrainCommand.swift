import ArgumentParser
import LSTMToolkit
import Presentation

@main
struct TrainCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "lstm-train",
    abstract: "Train a recurrent model and save it with its optimizer and its recurrent state.",
    discussion: """
      EXPERIMENTS:
      \(Experiment.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

      EXAMPLES:
        lstm-train --save models/stateful.h5
        lstm-train --experiment timesteps --epochs 200 --save timesteps.h5
        lstm-train --units 64,32 --checkpoint-every 10 --keep 3 --save deep.h5

      Ctrl-C saves and stops; lstm-resume goes on from there.
      """)

  @Option(help: "What to learn: \(Experiment.all.map(\.name).joined(separator: ", ")).")
  var experiment: Experiment = .stateful

  @Option(help: ArgumentHelp("The checkpoint to write.", valueName: "CHECKPOINT"))
  var save: String

  @Option(
    help: ArgumentHelp(
      "Units of the LSTM layer; 128,128 for two layers. (default: the experiment's)",
      valueName: "N"))
  var units: UnitsOption?

  @Option(help: ArgumentHelp("Epochs to train. (default: the experiment's)", valueName: "N"))
  var epochs: Int?

  @Option(
    help: ArgumentHelp("Samples of an update. (default: the experiment's)", valueName: "N"))
  var batchSize: Int?

  @Option(help: ArgumentHelp("Adam's learning rate. (default: 0.001)", valueName: "RATE"))
  var learningRate: Float?

  @Option(help: ArgumentHelp("Decides every random number.", valueName: "SEED"))
  var randomSeed: UInt64 = 7

  @Flag(help: "Take the samples in their order in every epoch.")
  var noShuffle = false

  @Option(help: "Which Keras opens the file: 3, or 2 for tf-keras.")
  var kerasVersion: KerasVersion = .three

  @OptionGroup var saving: SavingOptions

  @OptionGroup var threads: ThreadsOption

  @Flag(help: "Show no progress.")
  var quiet = false

  @Flag(help: "Say first what the model needs.")
  var verbose = false

  func run() throws {
    threads.apply()
    var plan = TrainingPlan(experiment, randomSeed: randomSeed)
    plan.units = units?.units ?? plan.units
    plan.epochs = epochs ?? plan.epochs
    plan.batchSize = batchSize ?? plan.batchSize
    plan.learningRate = learningRate ?? plan.learningRate
    if noShuffle { plan.shuffle = false }
    let run = try TrainingRun(plan, kerasVersion: kerasVersion)
    if verbose { Self.note(run.trainer.memoryDescription) }
    try Self.train(run, saving: try saving.schedule(path: save), isQuiet: quiet)
  }
}
