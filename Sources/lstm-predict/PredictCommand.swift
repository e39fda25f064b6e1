import ArgumentParser
import Checkpoints
import CommandLine
import Files
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
    "tail -f rows.csv | lstm-predict sales.h5 --stream --save-state --save-every 1000",
    "lstm-predict model.h5 --input X.npy --output Y.npy",
  ]

  static let configuration = CommandConfiguration(
    commandName: "lstm-predict",
    abstract: "Let a model run on from a seed, or from where its stream stands.",
    discussion: """
      \(exampleList)
      """,
    version: version)

  @Argument(help: ArgumentHelp("The model.", valueName: "CHECKPOINT"))
  var checkpoint: String

  @Option(
    help: ArgumentHelp("Begin from a zero state and read TEXT first.", valueName: "TEXT"))
  var seed: String?

  @Flag(name: .customLong("continue"), help: "Go on where the stream in the checkpoint stands.")
  var continues = false

  @Flag(help: "Show loss, accuracy and every answer on the training data.")
  var evaluate = false

  @Option(
    help: ArgumentHelp(
      "Arrays in: X.npy, X.csv, or FILE.h5:DATASET, [samples, timeSteps, features].", valueName: "X"
    ))
  var input: String?

  @Option(help: ArgumentHelp("Where the outputs go: Y.npy or Y.csv.", valueName: "Y"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Tell the label of each sequence in this file; with --evaluate, how often that is right.",
      valueName: "FILE"))
  var sequences: String?

  @Option(help: ArgumentHelp("The symbols to predict. (default: 1)", valueName: "N"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "Which row of a stateful batch to show, from 0. (default: 0)", valueName: "ROW"))
  var row: Int?

  @Option(
    defaultAsFlag: "",
    help: ArgumentHelp(
      "Store where the stream stands at the end, in this checkpoint or in another.",
      valueName: "CHECKPOINT"))
  var saveState: String?

  @OptionGroup(title: "Text") var sampling: SamplingArguments

  @Option(help: ArgumentHelp("Make N texts from one seed. (default: 1)", valueName: "N"))
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "Of text: show the N likeliest next symbols in place of going on.", valueName: "N"))
  var showProbabilities: Int?

  @Option(
    defaultAsFlag: 5,
    help: ArgumentHelp(
      "Of text: offer the N likeliest next symbols to choose from, again and again.",
      valueName: "N"))
  var interactive: Int?

  @OptionGroup(title: "Series") var forecast: ForecastOptions

  @OptionGroup(title: "Live streams") var live: StreamOptions

  @OptionGroup var threads: ThreadsOption

  @Option(help: "text, one step a line, or json, one document.")
  var format: StepWriter.Format = .text

  func validate() throws {
    let modes = [
      seed != nil, continues || input != nil, evaluate, forecast.forecast != nil, live.stream,
      sequences != nil && !evaluate,
    ].filter { $0 }.count
    guard modes == 1 else {
      throw ValidationError(
        "give one of --seed TEXT, --continue, --evaluate, --forecast N, --stream, --sequences FILE "
          + "and --input X")
    }
    try Self.modes.check(given)
    guard input == nil || output != nil else { throw ValidationError("--input needs --output Y") }
    guard live.saveEvery == nil || saveState != nil else {
      throw ValidationError("--save-every goes with --save-state")
    }
    if let output, !output.hasSuffix(".npy"), !output.hasSuffix(".csv") {
      throw ValidationError("--output is \(output); it must end in .npy or .csv")
    }
    guard output?.hasSuffix(".csv") ?? true || input != nil else {
      throw ValidationError("--output is \(output ?? ""); forecasts and labels are written as .csv")
    }
    guard steps ?? 1 >= 1 else {
      throw ValidationError("--steps is \(steps ?? 0); it must be at least 1")
    }
    guard count ?? 1 >= 1, showProbabilities ?? 1 >= 1 else {
      throw ValidationError("--count and --show-probabilities must be at least 1")
    }
    guard interactive ?? 1 >= 1 else {
      throw ValidationError("--interactive is \(interactive ?? 0); it must be at least 1")
    }
  }

  /// What the command can do, and the options of each.
  private static let modes = OptionTable([
    OptionTable.Mode("--stream", "--rows-seen", takes: []),
    OptionTable.Mode("--stream", takes: ["--learn", "--save-state", "--save-every"]),
    OptionTable.Mode(
      "--forecast", "--backtest", takes: ["--csv", "--coverage", "--output", "--format json"]),
    OptionTable.Mode(
      "--forecast", "--output", takes: ["--csv", "--coverage", "--key", "--plot"]),
    OptionTable.Mode(
      "--forecast", takes: ["--csv", "--coverage", "--key", "--plot", "--format json"]),
    OptionTable.Mode("--input", takes: ["--output", "--continue", "--save-state"]),
    OptionTable.Mode("--evaluate", takes: ["--csv", "--sequences", "--format json"]),
    OptionTable.Mode("--sequences", "--output", takes: []),
    OptionTable.Mode("--sequences", takes: ["--format json"]),
    OptionTable.Mode("--show-probabilities", takes: begin + ["--row", "--format json"]),
    OptionTable.Mode(
      "--interactive", takes: begin + ["--row", "--save-state", "--format json"]),
    OptionTable.Mode(
      "--seed", "--count", takes: SamplingArguments.drawing + ["--steps", "--format json"]),
    OptionTable.Mode("--beam", takes: begin + goOn),
    OptionTable.Mode("--seed", takes: SamplingArguments.drawing + goOn + ["--count 1"]),
    OptionTable.Mode("--continue", takes: SamplingArguments.drawing + goOn + ["--count 1"]),
  ])
  private static let begin = ["--seed", "--continue"]
  private static let goOn = ["--steps", "--row", "--save-state", "--format json"]

  /// Each option that not all modes take, and whether it is given.
  private var given: [(name: String, isGiven: Bool)] {
    var given = forecast.given
    given += live.given
    given += sampling.given
    given += [
      ("--seed", seed != nil), ("--continue", continues), ("--evaluate", evaluate),
      ("--input", input != nil), ("--output", output != nil), ("--sequences", sequences != nil),
      ("--steps", steps != nil), ("--row", row != nil), ("--save-state", saveState != nil),
      ("--count", count ?? 1 > 1), ("--count 1", count == 1),
      ("--show-probabilities", showProbabilities != nil), ("--interactive", interactive != nil),
      ("--format json", format == .json),
    ]
    return given
  }

  /// The options that only models of one kind take.
  private static let optionsOfKinds: [(kind: StreamSession.Kind, name: String, options: [String])] =
    [
      (
        .text, "texts",
        SamplingArguments.drawing
          + ["--beam", "--count", "--count 1", "--show-probabilities", "--interactive"]
      ),
      (.series, "series", ["--csv"]), (.labelled, "sequences with labels", ["--sequences"]),
    ]

  /// Refuses options that do nothing for a model of this kind.
  private func check(_ kind: StreamSession.Kind) throws {
    for (other, name, options) in Self.optionsOfKinds where other != kind {
      if let option = given.first(where: { $0.isGiven && options.contains($0.name) }) {
        throw ValidationError(
          "\(option.name) is for models of \(name), and \(checkpoint) is none of these")
      }
    }
  }

  private var target: String? { saveState.map { $0.isEmpty ? checkpoint : $0 } }

  var files: CommandFiles {
    var files = CommandFiles()
    files.read(checkpoint, "CHECKPOINT", replacedBy: "--save-state")
    files.read(input, "--input")
    files.read(sequences, "--sequences")
    files.read(forecast.csv, "--csv")
    if live.stream { files.read(DataFiles.standardInput, "stdin") }
    files.write(output, "--output")
    files.write(forecast.plot, "--plot")
    files.write(target, "--save-state")
    return files
  }

  func run() throws {
    threads.apply()
    if let input, let output {
      let session = try ArraySession(checkpoint, savingTo: target)
      try protectData(of: session.checkpoint)
      let outputs = try session.predict(contentsOf: input, continues: continues)
      try outputs.write(to: output)
      return try session.save()
    }
    if live.stream { return try answerLines() }
    if let steps = forecast.forecast { return try forecastSeries(steps: steps) }
    if let sequences, !evaluate { return try classify(sequences) }
    // The lock comes first: what is read must not be replaced before it is written.
    let stream = try StreamSession(checkpoint, savingTo: target)
    try protectData(of: stream.checkpoint)
    try check(stream.kind)
    if let text = try stream.text() {
      guard !evaluate else { return try showLoss(of: stream.checkpoint) }
      return try predict(text)
    }
    if evaluate, stream.kind == .series {
      let errors = try SeriesSession(checkpoint, data: forecast.csv).evaluate()
      return try StandardStreams.output(format == .json ? errors.json : errors.text)
    }
    if evaluate, stream.kind == .labelled {
      let evaluation = try LabelledSession(checkpoint).evaluate(sequences)
      return try StandardStreams.output(format == .json ? evaluation.json : evaluation.text)
    }
    if evaluate, stream.kind == .arrays { return try showLoss(of: stream.checkpoint) }
    if evaluate {
      let evaluation = try Evaluation(stream.checkpoint, file: checkpoint)
      try StandardStreams.output(format == .json ? evaluation.json : evaluation.text)
      return
    }
    var writer = StepWriter(format, seed: seed)
    try stream.run(seed: seed, steps: steps ?? 1, row: row ?? 0) { try writer.write($0) }
    try writer.finish()
    // Last: a stream must not move on by steps that nobody has seen.
    try stream.save()
  }
}

extension PredictCommand {
  /// Goes on with a text.
  private func predict(_ text: TextSession) throws {
    guard row == nil || continues || saveState != nil else {
      throw ValidationError("--row does nothing with --seed: a text begins from a zero state")
    }
    var writer = TextWriter(isJSON: format == .json)
    let (count, steps) = (self.count ?? 1, self.steps ?? 1)
    for number in 0..<count {
      try text.begin(
        seed: seed, row: row ?? 0, options: try sampling.options(),
        // Each text has random numbers of its own.
        randomSeed: count == 1 ? sampling.randomSeed : (sampling.randomSeed ?? 0) &+ UInt64(number))
      if let showProbabilities {
        let candidates = try text.candidates(showProbabilities)
        return try StandardStreams.output(
          format == .json ? candidates.json : candidates.text)
      }
      if let interactive {
        var conversation = Conversation(text, count: interactive, text: seed ?? "")
        try conversation.run()
        try writer.write(conversation.text)
      } else {
        if let seed { try writer.write(Array(seed.utf8)) }
        if let beams = sampling.beam {
          try writer.write(try text.search(beams: beams, steps: steps))
        } else {
          for _ in 0..<steps { try writer.write(text.step()) }
        }
      }
      try writer.endText(isOnly: count == 1)
    }
    try writer.finish()
    // Last: a stream must not move on by steps that nobody has seen.
    try text.save()
  }

  /// Forecasts a series, or shows how well that would have gone.
  private func forecastSeries(steps: Int) throws {
    let session = try SeriesSession(checkpoint, data: forecast.csv)
    try protectData(of: session.checkpoint)
    guard forecast.coverage == nil || session.hasIntervals else {
      throw ValidationError(
        "--coverage does nothing: \(checkpoint) was trained without a validation part, and has no intervals"
      )
    }
    if forecast.backtest {
      let test = try session.backTest(steps: steps, coverage: forecast.coverage ?? 0.9)
      if let output { try AtomicFile.write(Array(test.csv.utf8), to: output) }
      return try StandardStreams.output(format == .json ? test.json : test.text)
    }
    let forecasts = try session.forecast(
      steps: steps, coverage: forecast.coverage ?? 0.9, key: forecast.key)
    for note in session.notes { Self.note("note: \(note)") }
    if let problem = forecasts.compactMap(\.dateProblem).first { Self.note(problem) }
    if let plot = forecast.plot {
      try AtomicFile.write(Array(ForecastChart(forecasts).svg.utf8), to: plot)
    }
    if let output { return try AtomicFile.write(Array(forecasts.csv.utf8), to: output) }
    try StandardStreams.output(format == .json ? forecasts.json : forecasts.csv)
  }

  /// Answers the labels of sequences.
  private func classify(_ sequences: String) throws {
    let session = try LabelledSession(checkpoint)
    try protectData(of: session.checkpoint)
    let answers = try session.answers(sequences)
    if let output { return try AtomicFile.write(Array(answers.csv.utf8), to: output) }
    try StandardStreams.output(format == .json ? answers.json : answers.csv)
  }

  /// Answers the lines of stdin.
  private func answerLines() throws {
    let session = try LiveSession(checkpoint, savingTo: target, learns: live.learn)
    try protectData(of: session.checkpoint)
    guard !live.rowsSeen else { return try StandardStreams.output("\(session.rowsSeen)\n") }
    try Self.answerLines(session, saveEvery: live.saveEvery)
  }

  /// Shows the loss on the text or the arrays that the model was trained on.
  private func showLoss(of trained: Checkpoint) throws {
    let evaluation = try LossEvaluation(trained, file: checkpoint)
    try StandardStreams.output(format == .json ? evaluation.json : evaluation.text)
  }
}

extension StepWriter.Format: ExpressibleByArgument {}
