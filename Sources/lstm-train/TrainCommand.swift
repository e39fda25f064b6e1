import ArgumentParser
import Checkpoints
import CommandLine
import Recurrent
import Tasks

@main
struct TrainCommand: ToolCommand {
  static let examples = [
    "lstm-train --save alphabet.h5",
    "lstm-train --text book.txt --save book.h5",
    "lstm-train --csv sales.csv --target sales --date month --sequence-length 12 --save sales.h5",
    "lstm-train --text book.txt --units 128,128 --epochs 20 --save deep.h5",
    "lstm-train --experiment timesteps --epochs 200 --save timesteps.h5",
    "lstm-train --units 64,32 --checkpoint-every 10 --keep 3 --save kept.h5",
    "lstm-train --sequences names.csv --sequence name --label language --save names.h5",
    "lstm-train --model model.h5 --inputs X.npy --targets Y.npy --epochs 20 --save trained.h5",
  ]

  static let configuration = CommandConfiguration(
    commandName: "lstm-train",
    abstract: "Train a recurrent model and save it with its optimizer and its recurrent state.",
    discussion: """
      EXPERIMENTS:
      \(Experiment.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

      \(exampleList)

      Ctrl-C saves and stops; lstm-resume goes on from there.
      """,
    version: version)

  @Option(
    help: ArgumentHelp(
      "What to learn: \(Experiment.all.map(\.name).joined(separator: ", ")). (default: stateful)"))
  var experiment: Experiment?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Learn these texts, one after the other; - is stdin.", valueName: "FILE"))
  var text: [String] = []

  @Option(help: "What a symbol of the text is: character (a Unicode scalar), byte or word.")
  var level: TextTask.Level?

  @Option(
    help: ArgumentHelp(
      "Steps of a sample: how far back an update looks. (default: 50 symbols, fewer of a short text; 24 rows)",
      valueName: "N"))
  var sequenceLength: Int?

  @Option(
    help: ArgumentHelp(
      "Know the N most frequent symbols, and take the others for one. (default: all; 10000 words)",
      valueName: "N"))
  var vocabularySize: Int?

  @Option(
    help: ArgumentHelp(
      "Units of a learnt embedding of symbols. (default: none, one-hot; 64 for words)",
      valueName: "N"))
  var embedding: Int?

  @Option(
    help: """
      stateful carries the state through the whole text, each row of a batch through a stretch of its own; window \
      takes samples by themselves, in random order. (default: stateful for texts, window for series)
      """)
  var framing: SampleFraming?

  @OptionGroup(title: "Series") var series: SeriesOptions

  @OptionGroup(title: "Sequences with labels") var labelled: LabelledOptions

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
      "Units of the LSTM layer; 128,128 for two layers. (default: the experiment's, 128 for texts)",
      valueName: "N"),
    transform: UnitsOption.init)
  var units: UnitsOption?

  @Option(
    help: ArgumentHelp("Epochs to train. (default: the experiment's, 10 for texts)", valueName: "N")
  )
  var epochs: Int?

  @Option(
    help: ArgumentHelp(
      "Samples of an update. (default: the experiment's, 50 for texts that are long enough)",
      valueName: "N"))
  var batchSize: Int?

  @Option(
    help: ArgumentHelp(
      "Another loss than MODEL has, by Keras' name: \(Loss.names.joined(separator: ", ")).",
      valueName: "NAME"))
  var loss: String?

  @OptionGroup(title: "Learning") var learning: LearningOptions

  @Option(help: ArgumentHelp("Decides every random number.", valueName: "SEED"))
  var randomSeed: UInt64 = 7

  @Flag(help: "Take the samples in their order in every epoch.")
  var noShuffle = false

  @Option(help: "Which Keras opens the file: 3, or 2 for tf-keras. (default: as MODEL, or 3)")
  var kerasVersion: KerasVersion?

  @OptionGroup(title: "Saving") var saving: SavingOptions

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
    let isLabelled = labelled.sequences != nil
    let data = [!text.isEmpty, series.csv != nil, isLabelled, experiment != nil, given > 0]
    guard data.filter({ $0 }).count <= 1 else {
      throw ValidationError("give one of --text, --csv, --sequences, --experiment and --model")
    }
    try Self.modes.check(self.given)
    let validates =
      learning.validationSplit.map { $0 > 0 }
      ?? (!text.isEmpty || series.csv != nil || isLabelled)
    guard learning.validateEvery == nil || validates else {
      throw ValidationError("--validate-every does nothing without --validation-split")
    }
    for (name, value) in [
      ("--sequence-length", sequenceLength), ("--vocabulary-size", vocabularySize),
      ("--embedding", embedding),
    ] where value.map({ $0 < 1 }) ?? false {
      throw ValidationError("\(name) is \(value ?? 0); it must be at least 1")
    }
  }

  /// Each option that not all of these take, and whether it is given.
  private var given: [(name: String, isGiven: Bool)] {
    var given = series.given
    given += labelled.given
    given += learning.givenOfModel
    given += [
      ("--text", !text.isEmpty), ("--model", model != nil), ("--inputs", inputs != nil),
      ("--targets", targets != nil), ("--loss", loss != nil), ("--level", level != nil),
      ("--vocabulary-size", vocabularySize != nil), ("--embedding", embedding != nil),
      ("--framing", framing != nil), ("--sequence-length", sequenceLength != nil),
      ("--units", units != nil), ("--keras-version", kerasVersion != nil),
      ("--experiment", experiment != nil),
    ]
    return given
  }

  /// What can be learnt, and the options of each.
  private static let modes = OptionTable([
    OptionTable.Mode("--model", takes: ["--inputs", "--targets", "--loss", "--keras-version"]),
    OptionTable.Mode(
      "--text", takes: ofNewModels + ofSymbols + ["--framing", "--sequence-length"]),
    OptionTable.Mode(
      "--csv",
      takes: ofNewModels + SeriesOptions.names + ["--framing", "--sequence-length"]),
    OptionTable.Mode(
      "--sequences",
      takes: ofNewModels + ofSymbols + LabelledOptions.names + ["--sequence-length"]),
    OptionTable.Mode("--experiment", takes: ofNewModels),
    OptionTable.Mode(name: "the letters of an experiment", takes: ofNewModels),
  ])
  private static let ofNewModels = [
    "--units", "--dropout", "--clip-norm", "--optimizer-options", "--keras-version",
  ]
  private static let ofSymbols = ["--level", "--vocabulary-size", "--embedding"]

  var files: CommandFiles {
    var files = CommandFiles()
    for file in text { files.read(file, "--text") }
    files.read(series.csv, "--csv")
    files.read(labelled.sequences, "--sequences")
    files.read(model, "--model")
    files.read(inputs, "--inputs")
    files.read(targets, "--targets")
    saving.addFiles(path: save, to: &files)
    return files
  }

  func run() throws {
    threads.apply()
    if let model, let inputs, let targets {
      // The lock comes first: what is read must not be replaced before it is written.
      let schedule = try saving.schedule(path: save)
      var checkpoint = try CheckpointFile.load(model)
      if let kerasVersion { try checkpoint.turn(into: kerasVersion, file: model) }
      try checkpoint.compile(
        optimizer: learning.optimizer, loss: loss, learningRate: learning.learningRate)
      let stateful = checkpoint.configuration.isStateful
      var options = TrainingOptions(
        batchSize: batchSize ?? (stateful ? checkpoint.configuration.stateRows : 32),
        shuffle: !noShuffle && !stateful, resetStatesEachEpoch: false, randomSeed: randomSeed)
      try learning.apply(
        to: &options, rate: checkpoint.optimizer?.learningRate ?? 0, epochs: epochs ?? 1)
      let run = try TrainingRun(
        checkpoint, file: model, inputs: inputs, targets: targets, epochs: epochs ?? 1,
        options: options, validationSplit: learning.validationSplit ?? 0)
      if verbose { Self.note(run.trainer.memoryDescription) }
      return try Self.train(run, saving: schedule, logs: try saving.logs(), isQuiet: quiet)
    }
    let schedule = try saving.schedule(path: save)
    var plan =
      if let seriesPlan {
        TrainingPlan(seriesPlan)
      } else if let labelledPlan {
        TrainingPlan(labelledPlan)
      } else {
        text.isEmpty ? TrainingPlan(experiment ?? .stateful) : TrainingPlan(textPlan)
      }
    plan.randomSeed = randomSeed
    plan.units = units?.units ?? plan.units
    plan.epochs = epochs ?? plan.epochs
    plan.batchSize = batchSize ?? plan.batchSize
    if noShuffle { plan.shuffle = false }
    learning.apply(to: &plan)
    let run = try TrainingRun(plan, kerasVersion: kerasVersion ?? .three)
    if let note = run.note, !quiet { Self.note(note) }
    if verbose { Self.note(run.trainer.memoryDescription) }
    try Self.train(run, saving: schedule, logs: try saving.logs(), isQuiet: quiet)
  }

  private var seriesPlan: SeriesPlan? {
    guard var plan = series.plan else { return nil }
    plan.sequenceLength = sequenceLength ?? plan.sequenceLength
    plan.isStateful = framing == .stateful
    return plan
  }

  private var labelledPlan: LabelledPlan? {
    guard var plan = labelled.plan else { return nil }
    plan.level = level
    plan.sequenceLength = sequenceLength
    plan.vocabularySize = vocabularySize
    plan.embedding = embedding
    return plan
  }

  private var textPlan: TextPlan {
    var plan = TextPlan(files: text, level: level ?? .character)
    plan.sequenceLength = sequenceLength ?? plan.sequenceLength
    plan.vocabularySize = vocabularySize ?? plan.vocabularySize
    plan.embedding = embedding ?? plan.embedding
    plan.isStateful = framing != .window
    plan.mayShortenSamples = sequenceLength == nil
    plan.mayShrinkBatches = batchSize == nil
    return plan
  }
}

/// How a text or a series is cut into samples.
enum SampleFraming: String, CaseIterable, ExpressibleByArgument {
  case stateful
  case window
}
