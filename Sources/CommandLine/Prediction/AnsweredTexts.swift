import ArgumentParser
import Files
import Tasks

/// What a mode answers: the rows of a file, or one text, which two options of it give.
struct AnsweredTexts {
  let file, text: String?
  let fileOption, textOption: String
  /// What the data of models are called that the options are for.
  let data: String

  var isGiven: Bool { file != nil || text != nil }

  func check(_ modes: PredictionModes) throws {
    guard file == nil || text == nil else {
      throw ValidationError("\(textOption) does not go with \(fileOption)")
    }
    try modes.common.checkTable()
  }

  func add(to files: inout CommandFiles) {
    files.read(file, fileOption)
    if text == DataFiles.standardInput { files.read(text, textOption) }
  }

  /// The request for answers to them, before it is said how.
  ///
  /// - Throws: `FileError` if stdin has none.
  func request() throws -> AnswerRequest {
    AnswerRequest(try file.map { .file($0) } ?? .lines(text ?? "", option: textOption))
  }

  /// Writes a model's answers.
  func write(_ request: AnswerRequest, of file: ModelFile, _ modes: PredictionModes) throws {
    let task = try AnswerMode.task(
      try file.task(), of: file, takes: request.parts, data: data,
      text == nil ? fileOption : textOption)
    try task.answers(file, request).write(to: modes.common.outputFile, modes.common.outputFormat)
  }
}
