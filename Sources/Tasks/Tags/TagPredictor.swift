import Files
import Recurrent

/// What a model predicts for each step of sequences.
package final class TagPredictor {
  /// The prediction for one step.
  package struct Answer: Equatable, Sendable {
    package let tag: String
    package let probability: Float
  }

  private let file: ModelFile
  private let task: TagsTask
  let tags: [String]
  private let encoding: TagEncoding
  private let features: Int
  /// The sequences that are computed at once.
  private static let rowsAtOnce = 64
  /// The fewest steps that memory is made for.
  private static let fewestSteps = 16

  /// - Throws: `FileError` if the file is not one of sequences with tags.
  package init(_ file: ModelFile) throws {
    self.file = file
    task = try file.task(as: TagsTask.self)
    let checkpoint = file.checkpoint
    features = checkpoint.configuration.features
    guard let tags = checkpoint.labels, tags.count == checkpoint.configuration.outputUnits,
      TagsData.fits(task, features, checkpoint.vocabulary, checkpoint.scaling)
    else { throw file.error("/task, /labels, /scaling and /vocabulary do not fit each other") }
    self.tags = tags
    encoding = TagEncoding(
      vocabulary: checkpoint.vocabulary, scaling: checkpoint.scaling, features: features)
  }

  /// Sequences of a file.
  ///
  /// - Throws: `FileError` that names line and column.
  private func table(_ data: String, tags: String?) throws -> TagTable {
    // A file of its own may have other columns than that of the training.
    let usual = Int(task.sequence) == nil ? TagsTask.usualColumn(of: data) : nil
    let sequence = usual ?? task.sequence
    return try TagTable(data, sequence: sequence, tags: tags, known: (task.level, features))
  }

  /// Answers sequences; their tags need not be there.
  ///
  /// - Throws: `FileError` that names line and column, or `OutOfMemory`.
  package func answers(_ source: AnswerRequest.Source) throws -> TagReport {
    let sequences: [TagTable.Steps]
    switch source {
    case .file(let path): sequences = try table(path, tags: nil).sequences.map(\.steps)
    case .sequences(let texts, let name):
      sequences = try texts.enumerated().map { index, text in
        let line = texts.count == 1 ? "" : "line \(index + 1): "
        do {
          let steps = try TagTable(line: text, known: (task.level, features)).only
          guard let steps, steps.count > 0 else {
            throw FileError.invalid("", "the sequence is empty")
          }
          return steps
        } catch let error as FileError where error.file.isEmpty {
          throw FileError.invalid(name, line + error.reason)
        }
      }
    }
    return TagReport(sequences, try answers(sequences))
  }

  /// Answers the sequences of a file.
  ///
  /// - Throws: `FileError` that names line and column, or `OutOfMemory`.
  package func answers(_ data: String) throws -> TagReport { try answers(.file(data)) }

  /// Answers a line of a stream: a text, or words or numbers with blanks between.
  ///
  /// - Returns: Nothing for a line of blanks, unless each is a step.
  /// - Throws: ``LineError`` if it is something else, or `OutOfMemory`.
  func answers(line: String, number: Int) throws -> [Answer] {
    guard !TagTable.isBlank(line, level: task.level) else { return [] }
    do {
      guard let steps = try TagTable(line: line, known: (task.level, features)).only else {
        return []
      }
      return try answers([steps])[0]
    } catch let error as FileError {
      throw LineError(line: number, error.reason)
    }
  }

  /// Answers sequences: those of about the same length together, each padded to the next power of two.
  private func answers(_ sequences: [TagTable.Steps]) throws -> [[Answer]] {
    var answers = [[Answer]](repeating: [], count: sequences.count)
    let groups = Dictionary(grouping: sequences.indices) { index in
      var size = Self.fewestSteps
      while size < sequences[index].count { size *= 2 }
      return size
    }
    for (size, numbers) in groups.sorted(by: { $0.key < $1.key }) {
      let model = try file.naming {
        try Sequential(
          parameters: file.checkpoint.parameters, batch: min(Self.rowsAtOnce, numbers.count),
          timeSteps: size)
      }
      guard model.outputSteps == size else {
        throw file.error("the model does not answer at every step, as tags need")
      }
      try model.compute(samples: numbers.count) { sample, row in
        let steps = sequences[numbers[sample]]
        row.setInput(encoding.encoded(steps, 0..<steps.count, timeSteps: size)[...])
      } read: { sample, row in
        let count = sequences[numbers[sample]].count
        answers[numbers[sample]] = (size - count..<size).map { step in
          let likeliest = row.likeliestClass(step: step)
          return Answer(
            tag: tags[likeliest], probability: row.output(step: step, unit: likeliest))
        }
      }
    }
    return answers
  }

  /// How right the predictions are for the sequences that were kept for validation, or for all of another file.
  ///
  /// - Throws: `FileError`, or `OutOfMemory`.
  package func evaluate(_ data: String? = nil) throws -> TagEvaluation {
    let table = try table(data ?? task.file, tags: task.tags)
    guard data != nil || table.digest == task.digest else {
      throw try task.changedError(of: file.path)
    }
    let parts = try splitSamples(
      table.sequences.count,
      validationSplit: data == nil ? file.checkpoint.task?.validationSplit ?? 0 : 0,
      randomSeed: file.randomSeed)
    let isHeld = !parts.validation.isEmpty
    let chosen = (isHeld ? parts.validation : parts.training).map { table.sequences[$0] }
    var evaluation = TagEvaluation(part: isHeld ? "validation" : "all", tags: tags)
    for (sequence, answers) in zip(chosen, try answers(chosen.map(\.steps))) {
      evaluation.add(truth: sequence.tags, predicted: answers.map(\.tag))
    }
    return evaluation
  }
}
