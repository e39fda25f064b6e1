import ArgumentParser
import Files
import Tasks

/// Predicting a label for each sequence, or one for each of its steps.
package struct AnswerMode: PredictionMode {
  package static let triggers = ["--sequences", "--sequence"]
  package static let takes = ["--output", "--format", "--show-probabilities"]
  package static let formats: [OutputFormat] = [.text, .json, .csv]

  @Option(
    help: ArgumentHelp(
      "Classify or tag the sequences of this file; - is stdin. With --evaluate: evaluate on this file.",
      valueName: "FILE"))
  package var sequences: String?

  @Option(
    help: ArgumentHelp(
      "Classify or tag one sequence: a text, or numbers with blanks between; - reads one from each line of stdin.",
      valueName: "TEXT"))
  package var sequence: String?

  @Option(
    help: ArgumentHelp(
      "Of models of several labels: predict those that are at least this likely. (default: 0.5)",
      valueName: "P"))
  package var threshold: Double?

  package init() {}

  package func validate() throws {
    guard threshold.map({ (0...1).contains($0) }) ?? true else {
      throw ValidationError("--threshold is \(threshold ?? 0); it must be from 0 to 1")
    }
  }

  private var texts: AnsweredTexts {
    AnsweredTexts(
      file: sequences, text: sequence, fileOption: "--sequences", textOption: "--sequence",
      data: "sequences")
  }

  package var isAskedFor: Bool { texts.isGiven }
  package func check(_ modes: PredictionModes) throws { try texts.check(modes) }
  package func addFiles(to files: inout CommandFiles) { texts.add(to: &files) }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    var request = try texts.request()
    request.likeliest = modes.candidates.showProbabilities?.count
    request.threshold = threshold
    try texts.write(request, of: file, modes)
  }

  /// A model's task, if it is one that answers sequences and has a use for what is given.
  ///
  /// - Parameters:
  ///   - data: What the model's data must be called; any if `nil`.
  ///   - option: What asks for it.
  /// - Throws: `ValidationError` that names the option which does not apply.
  static func task(
    _ task: any LearningTask, of file: ModelFile, takes parts: [AnswerRequest.Part],
    data: String? = nil, _ option: String
  ) throws(ValidationError) -> any AnsweringTask {
    func refused(_ option: String) -> ValidationError {
      ValidationError(
        "\(option) does not apply to models of \(type(of: task).title); \(file.path) is one")
    }
    guard let task = task as? any AnsweringTask,
      data == nil || type(of: task).otherData == data
    else { throw refused(option) }
    for part in parts where !type(of: task).takes.contains(part) { throw refused(part.option) }
    return task
  }
}

extension AnswerRequest.Part {
  var option: String {
    switch self {
    case .likeliest: "--show-probabilities"
    case .threshold: "--threshold"
    case .beams: "--beam"
    }
  }
}

extension AnswerRequest.Source {
  /// One sequence, or those of the lines of stdin.
  ///
  /// - Parameter option: What the sequence was given with.
  /// - Throws: `FileError` if stdin has none.
  static func lines(_ sequence: String, option: String) throws -> AnswerRequest.Source {
    guard sequence == DataFiles.standardInput else { return .sequences([sequence], name: option) }
    let (text, _) = try DataFiles([DataFiles.standardInput]).text()
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    guard !lines.isEmpty else { throw FileError(.invalid, file: "stdin", "has no sequences") }
    return .sequences(lines.map(String.init), name: "stdin")
  }
}
