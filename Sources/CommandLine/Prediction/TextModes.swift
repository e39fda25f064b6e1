import ArgumentParser
import Tasks

/// Showing the likeliest next symbols of a text.
package struct CandidatesMode: PredictionMode {
  package static let triggers = ["--show-probabilities"]
  package static let takes = ["--seed", "--seed-file", "--continue", "--row", "--format"]

  @Option(
    defaultAsFlag: .all,
    help: ArgumentHelp(
      """
      With --seed or --continue: show the N likeliest next symbols and nothing else. With --sequences: the N likeliest \
      classes too.
      """, valueName: "N"))
  package var showProbabilities: LikeliestOption?

  package init() {}

  package func validate() throws {
    guard let count = showProbabilities?.count, count < 1 else { return }
    throw ValidationError("--show-probabilities is \(count); it must be at least 1")
  }

  package var isAskedFor: Bool { showProbabilities != nil }

  package func check(_ modes: PredictionModes) throws {
    guard modes.run.isAskedFor else {
      throw ValidationError(
        "--show-probabilities needs --seed TEXT, --continue, --sequences or --sequence")
    }
  }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    let request = try modes.run.request(modes)
    let run = try TextRun(file, beginning: request, for: "--show-probabilities", note: note)
    try CandidateReport(try run.candidates(showProbabilities?.count ?? 1)).show(
      modes.common.outputFormat)
  }
}

/// `--show-probabilities 5`: how many of the likeliest; all without a number.
package struct LikeliestOption: ExpressibleByArgument, Sendable {
  let count: Int

  /// More than there are.
  static let all = LikeliestOption(count: .max)

  private init(count: Int) { self.count = count }

  package init?(argument: String) {
    guard let count = argument == "all" ? .max : Int(argument) else { return nil }
    self.count = count
  }

  package var defaultValueDescription: String { count == .max ? "all" : String(count) }
}

/// Writing a text together with a model.
package struct InteractiveMode: PredictionMode {
  package static let triggers = ["--interactive"]
  package static let takes = [
    "--seed", "--seed-file", "--continue", "--row", "--save-state", "--format",
  ]

  @Option(
    defaultAsFlag: 5,
    help: ArgumentHelp(
      "With --seed or --continue: offer the N likeliest next symbols to choose from, again and again.",
      valueName: "N"))
  package var interactive: Int?

  package init() {}

  package func validate() throws {
    guard interactive ?? 1 >= 1 else {
      throw ValidationError("--interactive is \(interactive ?? 0); it must be at least 1")
    }
  }

  package var isAskedFor: Bool { interactive != nil }

  package func check(_ modes: PredictionModes) throws {
    guard modes.run.isAskedFor else {
      throw ValidationError("--interactive needs --seed TEXT or --continue")
    }
    guard !modes.run.readsStandardInput else {
      throw ValidationError("--interactive reads stdin; give the seed as TEXT or in a file")
    }
  }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    let request = try modes.run.request(modes)
    let run = try TextRun(file, beginning: request, for: "--interactive", note: note)
    var writer = TextWriter(modes.common.outputFormat)
    var conversation = Conversation(run, count: interactive ?? 1, text: request.seed ?? "")
    try conversation.run()
    try writer.write(conversation.text)
    try writer.endText()
    try writer.finish()
    // Last: a stream must not move on by steps that nobody has seen.
    run.store()
    try file.save()
  }
}

extension TextRun {
  /// A run that stands where the options say.
  fileprivate convenience init(
    _ file: ModelFile, beginning request: RunRequest, for option: String, note: (String) -> Void
  ) throws {
    let task = try file.task()
    guard task is TextTask else {
      throw ValidationError(
        "\(option) does not apply to models of \(type(of: task).title); \(file.path) is one")
    }
    try self.init(file)
    try begin(request)
    if let text = seedNote { note("note: " + text) }
  }
}
