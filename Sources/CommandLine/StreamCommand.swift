import ArgumentParser
import Recurrent
import Tasks

/// A live stream from stdin to stdout.
extension ToolCommand {
  /// Answers lines until they end or a signal asks to stop.
  ///
  /// - Parameters:
  ///   - interval: The rows after which the session is saved; only at the end if `nil`.
  /// - Throws: `LineError` or ``InputError`` for a line that cannot be read, after what came before it is answered and saved; an exit
  ///   code if a signal ended it.
  package static func answerLines(_ session: LiveSession, saveEvery interval: Int?) throws {
    Interruption.watch()
    var reader = LineReader()
    var answers: [UInt8] = []
    var savedAt = session.rowsSeen
    // Answers come first: a stream must not move on by rows whose answers nobody has seen.
    func flush() throws {
      guard !answers.isEmpty else { return }
      try StandardStreams.output(answers)
      answers.removeAll(keepingCapacity: true)
    }
    func save() throws {
      try flush()
      try session.save()
      savedAt = session.rowsSeen
    }
    do {
      while Interruption.signalNumber == nil {
        let number = reader.count + 1
        let isAnswered = try reader.next {
          try session.answer($0, number: number, adding: &answers)
        }
        guard isAnswered else {
          try flush()
          guard try reader.wait() else { break }
          continue
        }
        if let interval, session.rowsSeen - savedAt >= interval { try save() }
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
