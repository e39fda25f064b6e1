import Checkpoints
import Files
import HDF5
import Recurrent
import Tasks

/// What a checkpoint holds, as tables.
package struct CheckpointReport {
  private let checkpoint: Checkpoint
  private let identity: FileIdentityReport

  init(_ checkpoint: Checkpoint, in file: FileIdentityReport) {
    self.checkpoint = checkpoint
    identity = file
  }

  /// The file at a glance.
  package var summary: ReportTable {
    let training = checkpoint.training
    let configuration = checkpoint.configuration
    var facts = identity.facts
    facts += ends(
      "input", configuration.inputs.map(\.givenName), configuration.inputs.map(\.sizes))
    for texts in configuration.inputs.compactMap(\.texts) {
      facts.append(
        ("texts", .text("\(texts.inputName), through \(texts.name) (\(texts.className))")))
    }
    let outputs = (try? configuration.outputShapes()) ?? []
    facts += ends("output", configuration.outputNames, outputs.map(\.sizes))
    facts.append(("parameters", .integer(configuration.parameterCount)))
    if let types = configuration.otherTypes {
      facts.append(("computed in", .text("float32; \(types) is kept")))
    }
    if let problem = checkpoint.trainingProblem {
      let text = Remedy.text("\(problem); give another", problem.remedies)
      facts.append(("cannot be trained", .text(text)))
    }
    if let optimizer = checkpoint.optimizer {
      facts.append(("updates", .integer(optimizer.iterations)))
    }
    if let task = checkpoint.task {
      for fact in (try? TaskRegistry.task(task))?.facts ?? [] {
        facts.append((fact.name, ReportTable.Cell(fact.value)))
      }
      if let labels = checkpoint.labels {
        facts.append(("classes", .text(labels.joined(separator: ", "))))
      }
      facts.append(("batch size", .integer(task.options.batchSize)))
      facts.append(("random seed", .text(String(task.options.randomSeed))))
    }
    if let training {
      let middle =
        training.updateInEpoch > 0
        ? ", \(counted(training.updateInEpoch, "update")) into the next" : ""
      facts.append(("epochs", .text("\(training.epoch) of \(training.targetEpochs)\(middle)")))
      facts.append(("loss", training.history.loss.last.map { .number($0) } ?? .none))
      if checkpoint.loss.hasAccuracy {
        facts.append(("accuracy", training.history.accuracy.last.map { .number($0) } ?? .none))
      }
      for (title, name) in [
        ("validation loss", History.validationLoss),
        ("validation accuracy", History.validationAccuracy),
      ] {
        guard let value = training.history.last(name) else { continue }
        facts.append((title, .number(value)))
      }
    }
    facts.append(("stream", .text(streamText)))
    return ReportTable(name: "summary", facts: facts)
  }

  /// The shapes of the model's inputs or outputs, with the names of several.
  private func ends(
    _ kind: String, _ names: [String], _ sizes: [[Int?]]
  ) -> [(String, ReportTable.Cell)] {
    zip(names, sizes).map { name, sizes in
      let shape = shapeText([checkpoint.configuration.batch] + sizes)
      return (names.count == 1 ? kind : "\(kind) \(name)", .text(shape))
    }
  }

  /// The layers, as Keras' `summary()` shows them.
  package var layers: ReportTable { ReportTable(layersOf: checkpoint.configuration) }

  /// Every weight array with its spread.
  package var weights: ReportTable {
    statistics("weights", NamedArray.weights(of: checkpoint))
  }

  /// The hidden and cell state of every stateful layer.
  package var state: ReportTable {
    statistics("state", NamedArray.state(of: checkpoint))
  }

  /// The optimizer's settings.
  package var optimizer: ReportTable {
    guard let optimizer = checkpoint.optimizer else {
      return ReportTable(name: "optimizer", facts: [])
    }
    let configuration = optimizer.configuration
    let options = configuration.options.sorted { $0.key < $1.key }.filter { $0.value != nil }
    return ReportTable(
      name: "optimizer",
      facts: [
        ("class", .text(configuration.className)), ("iterations", .integer(optimizer.iterations)),
      ] + options.map { ($0.key, $0.value.double.map { .number($0) } ?? .text($0.value.text())) })
  }

  /// The optimizer's moments with their spread.
  package var moments: ReportTable {
    statistics("moments", NamedArray.moments(of: checkpoint))
  }

  /// Loss and accuracy by epoch.
  package var history: ReportTable {
    let history = checkpoint.history ?? History()
    let others = history.others.sorted { $0.key < $1.key }
    return ReportTable(
      name: "history", columns: ["epoch", "loss", "accuracy"] + others.map(\.key),
      rows: zip(history.loss, history.accuracy).enumerated().map { epoch, values in
        [.integer(epoch + 1), .number(values.0), .number(values.1)]
          + others.map { $0.value[epoch].isNaN ? .none : .number($0.value[epoch]) }
      })
  }

  /// What the run did otherwise from some update on; `nil` if nothing.
  package var changes: ReportTable? {
    guard let changes = checkpoint.changes else { return nil }
    return ReportTable(
      name: "changes",
      columns: ["after epoch", "after update", "setting", "before", "from then on"],
      rows: changes.map {
        [
          .integer($0.epoch), .integer($0.update), .text($0.setting), .text($0.before),
          .text($0.after),
        ]
      })
  }

  private var streamText: String {
    guard let stream = checkpoint.stream else { return "none" }
    guard let symbols = checkpoint.vocabulary?.symbols, let next = stream.symbols?.next else {
      let rows =
        stream.series.reduce(0) { $0 + $1.rows.count } / checkpoint.configuration.features
      return "\(counted(stream.rowsSeen, "row")) seen live, \(counted(rows, "row")) kept"
    }
    let inputs = next.map { $0.map { visible(symbols[$0]) }.joined() }
    return "next input " + inputs.joined(separator: ", ")
  }

  /// A symbol without what a terminal would take for an order.
  private func visible(_ symbol: String) -> String {
    symbol.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
      ? String(JSONValue.string(symbol).text().dropFirst().dropLast()) : symbol
  }

  private func statistics(_ name: String, _ arrays: [NamedArray]) -> ReportTable {
    ReportTable(
      name: name, columns: ["name", "shape", "mean", "deviation", "least", "largest"],
      rows: arrays.map { spread($0.name, $0.shape, $0.values()) })
  }

  /// A row of ``statistics(_:_:)``.
  private func spread(
    _ name: String, _ sizes: [Int], _ values: [Float]
  ) -> [ReportTable.Cell] {
    let count = Double(max(1, values.count))
    let mean = values.reduce(0) { $0 + Double($1) } / count
    let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    return [
      .text(name), .text(shapeText(sizes)), .number(mean), .number(variance.squareRoot()),
      .number(Double(values.min() ?? 0)), .number(Double(values.max() ?? 0)),
    ]
  }
}
