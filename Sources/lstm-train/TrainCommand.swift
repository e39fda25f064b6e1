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
        lstm-train --model model.h5 --inputs X.npy --targets Y.npy --epochs 20 --save trained.h5

      Ctrl-C saves and stops; lstm-resume goes on from there.
      """)

  @Option(help: "What to learn: \(Experiment.all.map(\.name).joined(separator: ", ")).")
  var experiment: Experiment = .stateful

  @Option(
    help: ArgumentHelp(
      "Train this model, of Keras or of these tools, on --inputs and --targets.",
      valueName: "MODEL"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "X.npy, X.csv, or FILE.h5:DATASET: [samples, timeSteps, features].", valueName: "X"))
  var inputs: String?

  @Option(
    help: ArgumentHelp("What it is to answer: Y.npy, Y.csv, or FILE.h5:DATASET.", valueName: "Y"))
  var targets: String?

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

  @Option(
    help: ArgumentHelp("The optimizer's learning rate. (default: the model's)", valueName: "RATE"))
  var learningRate: Float?

  @Option(
    help: ArgumentHelp(
      "Another optimizer than MODEL has: SGD, RMSprop, Adam, AdamW, Adagrad, Adadelta, Nadam.",
      valueName: "NAME"))
  var optimizer: String?

  @Option(
    help: ArgumentHelp(
      "Another loss than MODEL has, by Keras' name: mse, mae, huber, categorical_crossentropy, …",
      valueName: "NAME"))
  var loss: String?

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

  func validate() throws {
    let given = [model, inputs, targets].compactMap { $0 }.count
    guard given == 0 || given == 3 else {
      throw ValidationError("--model, --inputs and --targets go together")
    }
    guard given == 0 || units == nil else {
      throw ValidationError("--units are the model's own")
    }
    guard given == 3 || optimizer == nil && loss == nil else {
      throw ValidationError("--optimizer and --loss go with --model; experiments have their own")
    }
  }

  func run() throws {
    threads.apply()
    if let model, let inputs, let targets {
      // The lock comes first: what is read must not be replaced before it is written.
      let schedule = try saving.schedule(path: save)
      var checkpoint = try CheckpointFile.load(model)
      try checkpoint.compile(optimizer: optimizer, loss: loss, learningRate: learningRate)
      let stateful = checkpoint.configuration.isStateful
      let run = try TrainingRun(
        checkpoint, file: model, inputs: inputs, targets: targets, epochs: epochs ?? 1,
        options: TrainingOptions(
          batchSize: batchSize ?? (stateful ? checkpoint.configuration.stateRows : 32),
          shuffle: !noShuffle && !stateful, resetStatesEachEpoch: false, randomSeed: randomSeed))
      if verbose { Self.note(run.trainer.memoryDescription) }
      return try Self.train(run, saving: schedule, isQuiet: quiet)
    }
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
