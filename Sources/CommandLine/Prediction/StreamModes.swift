import ArgumentParser
import Files
import Recurrent
import Tasks

/// Answering lines of stdin as they come.
package struct StreamMode: PredictionMode {
  package static let triggers = ["--stream"]
  package static let takes = ["--save-state", "--coverage"]

  @Flag(
    help: """
      Answer each line of stdin at once: a row of a series by the next values, a letter by the likeliest next one, a \
      line of text by its bits per symbol, a sequence by its label or tags.
      """)
  package var stream = false

  @Flag(help: "With --stream: make an update for each true value that arrives.")
  package var learn = false

  @Option(
    help: ArgumentHelp(
      "With --stream and --save-state: store the state every N rows as well.", valueName: "N")
  )
  package var saveEvery: Int?

  package init() {}

  package func validate() throws {
    guard saveEvery ?? 1 >= 1 else {
      throw ValidationError("--save-every is \(saveEvery ?? 0); it must be at least 1")
    }
  }

  package var isAskedFor: Bool { stream }

  package func check(_ modes: PredictionModes) throws {
    guard saveEvery == nil || modes.common.saveState != nil else {
      throw ValidationError("--save-every needs --save-state")
    }
  }

  package func addFiles(to files: inout CommandFiles) {
    if stream { files.read(DataFiles.standardInput, "stdin") }
  }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    try answer(try LiveStream(file, learns: learn, coverage: modes.forecast.coverage))
  }

  /// Answers lines until they end or a signal asks to stop.
  ///
  /// - Throws: `LineError` or ``InputError`` for a line that cannot be read, after what came before it is answered and
  ///   saved; an exit code if a signal ended it.
  private func answer(_ stream: LiveStream) throws {
    Interruption.watch()
    var reader = LineReader()
    var answers: [UInt8] = []
    var savedAt = stream.rowsSeen
    // Answers come first: a stream must not move on by rows whose answers nobody has seen.
    func flush() throws {
      guard !answers.isEmpty else { return }
      try StandardStreams.output(answers)
      answers.removeAll(keepingCapacity: true)
    }
    func save() throws {
      try flush()
      try stream.save()
      savedAt = stream.rowsSeen
    }
    do {
      while Interruption.signalNumber == nil {
        if Interruption.takeSaveRequest() { try save() }
        let number = reader.count + 1
        let isAnswered = try reader.next {
          try stream.answer($0, number: number, adding: &answers)
        }
        guard isAnswered else {
          try flush()
          guard try reader.wait() else { break }
          continue
        }
        if let saveEvery, stream.rowsSeen - savedAt >= saveEvery { try save() }
        if answers.count >= 1 << 16 { try flush() }
      }
    } catch let error where error is LineError || error is InputError {
      try save()
      throw error
    } catch let error as TrainingDiverged {
      // What it has become is not worth saving.
      try flush()
      throw error
    }
    try save()
    if let number = Interruption.signalNumber { throw ExitStatus.stopped(by: number) }
  }
}

/// Showing how far a stream has come.
package struct RowsSeenMode: PredictionMode {
  package static let triggers = ["--rows-seen"]
  package static let takes = ["--stream"]
  package static let needs = ["--stream"]
  package static let title = "--stream --rows-seen"

  @Flag(
    help: "With --stream: show how many rows the stream has read, and nothing else.")
  package var rowsSeen = false

  package init() {}

  package var isAskedFor: Bool { rowsSeen }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    try StandardStreams.output("\(try LiveStream(file).rowsSeen)\n")
  }
}
