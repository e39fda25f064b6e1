import Checkpoints
import Files
import Recurrent

/// What a model predicts of sequences: their class, several labels, or a number.
package final class LabelPredictor {
  private let file: ModelFile
  private let task: LabelsTask
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
    let checkpoint = file.checkpoint
    let (units, features) = (
      checkpoint.configuration.outputUnits, checkpoint.configuration.features
    )
    guard task.isRegression ? units == 1 : checkpoint.labels?.count == units,
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
    if request.likeliest != nil, task.isRegression {
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
      answers: try answers(table, threshold: threshold), labels: labels, kind: task.kind,
      keys: table.keys, keyColumn: task.rows?.key ?? "", likeliest: request.likeliest)
  }

  /// Answers a line: a text, or numbers with blanks between.
  ///
  /// - Throws: ``LineError`` if it is something else, or `OutOfMemory`.
  func answer(line: String, number: Int) throws -> String {
    do {
      let table = try SequenceTable([line], isText: task.level != nil, source: "")
      let answers = try answers(table, threshold: Self.usualThreshold)
      guard case .number(let value) = answers[0] else {
        return answers[0].chosen.map { labels[$0] }.joined(separator: task.kind.separator)
      }
      return "\(Float(value))"
    } catch let error as FileError where error.file.isEmpty {
      throw LineError(line: number, error.reason)
    }
  }

  private func threshold(_ given: Double?) throws -> Double {
    if given != nil, task.labelSeparator == nil {
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
      answers.append(answer(row, threshold: threshold))
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

  private func answer(_ row: BatchRow, threshold: Double) -> LabelAnswer {
    let outputs = (0..<checkpoint.configuration.outputUnits).map { row.output(unit: $0) }
    switch task.kind {
    case .oneClass: return .label(row.likeliestClass(), probabilities: outputs)
    case .severalLabels:
      let chosen = outputs.indices.filter { Double(outputs[$0]) >= threshold }
      return .labels(chosen, probabilities: outputs)
    case .number:
      let value = checkpoint.scaling.map { $0.unscaled(outputs[0], column: $0.columns.count - 1) }
      return .number(value ?? Double(outputs[0]))
    }
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
    let answers = try answers(table, threshold: threshold)
    var evaluation = try evaluation(
      part, answers, of: table, chosen, threshold: threshold, mean: parts.training)
    evaluation.loss = try loss(table, chosen)
    return evaluation
  }

  /// - Parameter mean: The sequences whose mean label numbers are compared with.
  private func evaluation(
    _ part: String, _ answers: [LabelAnswer], of table: SequenceTable, _ chosen: [Int],
    threshold: Double, mean: [Int]
  ) throws -> any LabelEvaluation {
    switch task.kind {
    case .oneClass:
      return ClassEvaluation(
        part: part, truth: chosen.map { table.labels[$0] },
        predicted: chosen.flatMap { answers[$0].chosen.map { labels[$0] } })
    case .severalLabels:
      let truth = chosen.map { task.labels(in: table.labels[$0]) }
      let known = Set(labels.map(ExactText.init))
      let others = Set(truth.joined().map(ClassName.init)).filter { !known.contains($0.name) }
      var evaluation = MultiLabelEvaluation(
        part: part, labels: labels + others.sorted().map(\.name.text), threshold: threshold)
      for (number, truth) in zip(chosen, truth) {
        evaluation.add(truth: truth, predicted: answers[number].chosen.map { labels[$0] })
      }
      return evaluation
    case .number:
      let numbers = try table.numbers(column: task.label)
      let average = mean.reduce(0) { $0 + numbers[$1] } / Double(max(1, mean.count))
      var evaluation = NumberEvaluation(part: part)
      for number in chosen {
        guard case .number(let value) = answers[number] else { continue }
        evaluation.add(answer: value, mean: average, truth: numbers[number])
      }
      return evaluation
    }
  }

  /// The mean loss of the sequences whose labels the model knows; `nil` if there are none.
  private func loss(_ table: SequenceTable, _ chosen: [Int]) throws -> Double? {
    let samples = LabelSamples(
      task, table, encoding: encoding, labels: checkpoint.labels, scaling: checkpoint.scaling)
    let known = chosen.filter { samples.knowsLabels(of: $0) }
    guard !known.isEmpty else { return nil }
    return try file.naming {
      try Evaluator(
        parameters: checkpoint.parameters, loss: checkpoint.loss,
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
