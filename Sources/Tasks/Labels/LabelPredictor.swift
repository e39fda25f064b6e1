import Checkpoints
import Files
import Recurrent

/// What a model predicts of sequences: their class, several labels, or a number.
package final class LabelPredictor {
  private let file: ModelFile
  private let task: LabelsTask
  private let kind: any LabelKind
  private var checkpoint: Checkpoint { file.checkpoint }
  private var labels: [String] { checkpoint.labels ?? [] }
  private let encoding: SequenceEncoding
  /// The last model that was made, for so many rows at once.
  private var model: Sequential<Float>?
  /// The samples that are computed at once.
  private static let rowsAtOnce = 256
  /// From which probability on a label is predicted.
  private static let usualThreshold = 0.5

  /// - Throws: `FileError` if the file is not one of sequences with labels.
  package init(_ file: ModelFile) throws {
    self.file = file
    task = try file.task(as: LabelsTask.self)
    kind = task.kind
    let checkpoint = file.checkpoint
    let (units, features) = (
      checkpoint.configuration.outputUnits, checkpoint.configuration.features
    )
    guard kind.areNames ? checkpoint.labels?.count == units : units == 1,
      task.level == nil || checkpoint.vocabulary?.unknown != nil,
      task.rows.map({ $0.features.count == features }) ?? true,
      LabelsData.columns(task, features: features).count == checkpoint.scaling?.columns.count ?? 0
    else { throw file.error("/task, /labels, /scaling and /vocabulary do not fit each other") }
    encoding = SequenceEncoding(
      timeSteps: task.sequenceLength ?? 1, features: features, level: task.level,
      vocabulary: checkpoint.vocabulary, scaling: checkpoint.scaling)
  }

  /// Answers sequences; their labels need not be there.
  ///
  /// - Throws: `FileError` that names line and column; `ConfigurationError` if the request has a part that the model has
  ///   no use for.
  package func answers(_ request: AnswerRequest) throws -> LabelReport {
    if request.likeliest != nil, !kind.areNames {
      throw file.hasNo("probabilities: it predicts numbers")
    }
    let table: SequenceTable
    switch request.source {
    case .file(let path):
      table = try SequenceTable(
        path, SequenceTable.Columns(sequence: task.sequence), isText: task.level != nil,
        rows: task.rows)
    case .sequences(let texts, let name):
      table = try SequenceTable(texts, isText: task.level != nil, source: name)
    }
    let threshold = try threshold(request.threshold)
    return LabelReport(
      answers: try answers(table, threshold: threshold), labels: labels, kind: kind,
      keys: table.keys, keyColumn: task.rows?.key ?? "", likeliest: request.likeliest)
  }

  /// Answers a line: a text, or numbers with blanks between.
  ///
  /// - Throws: ``LineError`` if it is something else, or `OutOfMemory`.
  func answer(line: String, number: Int) throws -> String {
    do {
      let table = try SequenceTable([line], isText: task.level != nil, source: "")
      let answers = try answers(table, threshold: Self.usualThreshold)
      return kind.line(of: answers[0], labels)
    } catch let error as FileError where error.file.isEmpty {
      throw LineError(line: number, error.reason)
    }
  }

  private func threshold(_ given: Double?) throws -> Double {
    if given != nil, !kind.hasThreshold {
      throw file.hasNo("threshold: its sequences have one label each")
    }
    return given ?? Self.usualThreshold
  }

  private func answers(_ table: SequenceTable, threshold: Double) throws -> [LabelAnswer] {
    let features = checkpoint.configuration.features
    guard table.isText == (task.level != nil), table.features == features else {
      throw FileError(
        .invalid, file: table.file,
        "column \(task.sequenceColumn): the model takes "
          + (task.level == nil ? "\(features) numbers a step" : "texts"))
    }
    let model = try model(rows: min(Self.rowsAtOnce, table.sequences.count))
    var answers: [LabelAnswer] = []
    try model.compute(samples: table.sequences.count) { sample, row in
      row.setInput(try table.encoded(sample, by: encoding, column: task.sequenceColumn)[...])
    } read: { _, row in
      let outputs = (0..<checkpoint.configuration.outputUnits).map { row.output(unit: $0) }
      answers.append(
        kind.answer(row, outputs, threshold: threshold, scaling: checkpoint.scaling))
    }
    return answers
  }

  private func model(rows: Int) throws -> Sequential<Float> {
    if let model, model.batch == rows { return model }
    let model = try file.naming {
      try Sequential(
        parameters: checkpoint.parameters, batch: rows, timeSteps: encoding.timeSteps)
    }
    guard model.outputSteps == 1 else {
      throw file.error("the model answers at every step; labels need one answer a sequence")
    }
    self.model = model
    return model
  }

  /// How right the answers are on the part of the data that was kept for the test or for validation, or on all of another
  /// file.
  ///
  /// - Parameter threshold: From which probability on a label is predicted, where a sequence may have several.
  /// - Throws: `FileError`; `ConfigurationError` if there is no use for a threshold.
  package func evaluate(
    _ data: String? = nil, threshold: Double? = nil
  ) throws -> any LabelEvaluation {
    let threshold = try self.threshold(threshold)
    var columns = task.columns
    if data != nil { columns.part = nil }
    let table = try SequenceTable(
      data ?? task.file, columns, isText: task.level != nil, rows: task.rows)
    guard data != nil || table.digest == task.digest else {
      throw try task.changedError(of: file.path)
    }
    let parts = try LabelParts(
      table, validationSplit: data == nil ? checkpoint.task?.validationSplit ?? 0 : 0,
      randomSeed: file.randomSeed)
    let held = [("test", parts.test), ("validation", parts.validation)].first { !$1.isEmpty }
    let (part, chosen) = held ?? ("all", parts.training)
    var evaluation = try kind.evaluation(
      of: LabelComparison(
        part: part, table: table, sequences: chosen,
        answers: try answers(table, threshold: threshold), labels: labels, column: task.label,
        threshold: threshold, training: parts.training))
    evaluation.loss = try loss(table, chosen)
    return evaluation
  }

  /// The mean loss of the sequences whose labels the model knows; `nil` if there are none.
  private func loss(_ table: SequenceTable, _ chosen: [Int]) throws -> Double? {
    let samples = LabelSamples(
      task, table, encoding: encoding, labels: checkpoint.labels, scaling: checkpoint.scaling)
    let known = chosen.filter { samples.knowsLabels(of: $0) }
    guard !known.isEmpty else { return nil }
    return try file.naming {
      try Evaluator(
        parameters: checkpoint.parameters, losses: checkpoint.losses,
        source: try samples.dataset(known), batchSize: min(Self.rowsAtOnce, known.count)
      ).evaluate().loss
    }
  }
}

extension ModelFile {
  fileprivate func hasNo(_ what: String) -> ConfigurationError {
    ConfigurationError("\(path): the model has no \(what)")
  }
}
