import ArgumentParser
import Files
import Tasks

/// Running on from a seed, or from where the stream stands.
package struct RunMode: PredictionMode {
  package static let triggers = ["--seed", "--seed-file", "--continue"]
  package static let takes =
    SamplingArguments.optionNames + ["--steps", "--row", "--save-state", "--format"]

  @Option(
    help: ArgumentHelp(
      "Begin with a zero state, read TEXT, then generate; - is stdin.", valueName: "TEXT"))
  package var seed: String?

  @Option(
    help: ArgumentHelp(
      "The same with the text of a file, without its last line end; - is stdin.", valueName: "FILE")
  )
  package var seedFile: String?

  @Flag(help: "Generate from where the sequence in the checkpoint stands.")
  package var `continue` = false

  package init() {}

  package func validate() throws {
    let given = [
      ("--seed", seed != nil), ("--seed-file", seedFile != nil), ("--continue", `continue`),
    ].filter(\.1).map(\.0)
    guard given.count < 2 else {
      throw ValidationError("\(given[0]) does not go with \(given[1])")
    }
  }

  package var isAskedFor: Bool { seed != nil || seedFile != nil || `continue` }

  /// The file that the seed is in; `nil` if it is not in a file.
  private var seedPath: String? {
    seedFile ?? (seed == DataFiles.standardInput ? seed : nil)
  }

  /// Whether the seed comes on stdin.
  var readsStandardInput: Bool { seedPath == DataFiles.standardInput }

  package func addFiles(to files: inout CommandFiles) {
    files.read(seedPath, seedFile == nil ? "--seed" : "--seed-file")
  }

  /// What to read first. Where it comes from a file or stdin, the end of the last line is not a part of it.
  ///
  /// - Throws: `FileError` if it cannot be read, or is not UTF-8.
  private func seedText() throws -> String? {
    guard let seedPath else { return seed }
    let text = try DataFiles([seedPath]).text().text
    return text.last?.isNewline == true ? String(text.dropLast()) : text
  }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    guard let task = try file.task() as? any GenerativeTask else {
      throw file.error(
        "is a model of \(type(of: try file.task()).title), which does not run on by itself (see --help)"
      )
    }
    let options = modes.common
    let request = try request(modes)
    try check(modes, task: task, file: file)
    var steps = StepWriter(options.outputFormat, seed: request.seed)
    var texts = TextWriter(
      options.outputFormat, count: request.count, endsWithNull: modes.sampling.null)
    var isText = false
    try task.run(file, request) { output in
      switch output {
      case .step(let step): try steps.write(step)
      case .text(let bytes):
        isText = true
        try texts.write(bytes)
      case .endOfText: try texts.endText()
      case .note(let text): note("note: " + text)
      }
    }
    if isText { try texts.finish() } else { try steps.finish() }
    // Last: a stream must not move on by steps that nobody has seen.
    try file.save()
  }

  /// What to run on from, and how far.
  func request(_ modes: PredictionModes) throws -> RunRequest {
    var request = RunRequest()
    request.seed = try seedText()
    request.row = modes.common.row
    request.steps = modes.common.steps ?? 1
    request.sampling = try modes.sampling.options()
    request.randomSeed = modes.sampling.randomSeed
    request.beams = modes.sampling.beam
    request.count = modes.sampling.count ?? 1
    return request
  }

  package func check(_ modes: PredictionModes) throws {
    guard !modes.sampling.null || modes.common.outputFormat == .text else {
      throw ValidationError("--null does not go with --format json")
    }
    guard modes.sampling.count ?? 1 > 1 else { return }
    guard !`continue` else { throw ValidationError("--count does not go with --continue") }
    for (name, isGiven) in [
      ("--row", modes.common.row != nil), ("--save-state", modes.common.saveState != nil),
      ("--beam", modes.sampling.beam != nil),
    ] where isGiven {
      throw ValidationError("\(name) does not go with --count")
    }
  }

  /// Refuses options that do nothing for a model of this kind.
  private func check(
    _ modes: PredictionModes, task: any GenerativeTask, file: ModelFile
  ) throws {
    let kind = type(of: task)
    for part in modes.sampling.parts where !kind.takes.contains(part) {
      throw ValidationError(
        "\(SamplingArguments.name(of: part)) does not apply to models of \(kind.title); \(file.path) is one"
      )
    }
  }
}

/// How the symbols of a text are chosen.
package struct SamplingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The temperature of sampling: below 1 more careful, above 1 bolder, 0 always the likeliest. (default: 1)",
      valueName: "T"))
  package var temperature: Double?

  @Option(help: ArgumentHelp("Sample from the N likeliest symbols only.", valueName: "N"))
  package var topK: Int?

  @Option(
    help: ArgumentHelp(
      "Sample only from the likeliest symbols whose probabilities sum to P.", valueName: "P"))
  package var topP: Double?

  @Option(
    help: ArgumentHelp(
      "The seed of sampling. (default: that of the training, or that of the sequence that continues)",
      valueName: "SEED"))
  package var randomSeed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Do not sample, but write the most probable text that a beam search with N beams finds.",
      valueName: "N"))
  package var beam: Int?

  @Option(help: ArgumentHelp("Generate N texts from one seed. (default: 1)", valueName: "N"))
  package var count: Int?

  @Flag(help: "End each text with a NUL byte, with no lines between texts.")
  package var null = false

  package init() {}

  package func validate() throws {
    _ = try options()
    for (name, value) in [("--beam", beam), ("--count", count)] where value ?? 1 < 1 {
      throw ValidationError("\(name) is \(value ?? 0); it must be at least 1")
    }
    if temperature == 0, let part = drawing.first(where: { $0 != .temperature }) {
      throw ValidationError(
        "\(Self.name(of: part)) does not go with --temperature 0, which always takes the likeliest symbol"
      )
    }
    if beam != nil, let part = drawing.first {
      throw ValidationError("\(Self.name(of: part)) does not go with --beam, which draws nothing")
    }
  }

  static func name(of part: RunRequest.Part) -> String { optionName(part.rawValue) }

  /// What is given of how symbols are drawn.
  private var drawing: [RunRequest.Part] {
    parts.filter { [.temperature, .topK, .topP, .randomSeed].contains($0) }
  }

  /// What is given.
  var parts: [RunRequest.Part] {
    let given: [(RunRequest.Part, Bool)] = [
      (.temperature, temperature != nil), (.topK, topK != nil), (.topP, topP != nil),
      (.randomSeed, randomSeed != nil), (.beam, beam != nil), (.count, count != nil), (.null, null),
    ]
    return given.filter(\.1).map(\.0)
  }

  /// - Throws: `ValidationError` that names the number that cannot be sampled with.
  func options() throws -> SamplingOptions {
    do {
      return try SamplingOptions(temperature: temperature ?? 1, topK: topK, topP: topP)
    } catch {
      throw ValidationError(error.description)
    }
  }
}
