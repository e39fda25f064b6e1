import Checkpoints
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// New models of each task are built of each cell, and stopped and resumed is not stopped.
@Suite struct CellTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The tasks, and the layers between input and output of two recurrent layers with dropout.
  private func tasks(
    _ cell: RecurrentStack.Cell
  ) throws -> [(task: any LearningTask, layers: [String])] {
    let name = cell.className
    let plain = [name, "Dropout", name, "Dropout"]
    let rows = (0..<20).map { "\($0 % 7) \($0 % 3) 2,\($0 % 2 == 0 ? "x" : "y")\n" }.joined()
    let labels = try folder.write("sequence,label\n" + rows, "labels.csv")
    let tags = try folder.write(
      "sequence,tags\n" + (0..<12).map { "\($0) 2,\($0 % 2) 1\n" }.joined(), "tags.csv")
    let series = try folder.write("value\n" + (0..<60).map { "\($0 % 7)\n" }.joined(), "series.csv")
    var text = TextTask(files: [
      try folder.write(String(repeating: "abc de. ", count: 40), "text.txt")
    ])
    text.sequenceLength = 8
    var bidirectional = LabelsTask(file: labels, sequence: "sequence", label: "label")
    bidirectional.isBidirectional = true
    let both = ["Bidirectional", "Dropout", "Bidirectional", "Dropout"]
    var forecasts = SeriesTask(file: series, target: "value")
    forecasts.sequenceLength = 4
    return [
      (LettersTask(.stateful), plain), (LettersTask(.window), plain), (text, plain),
      (forecasts, plain),
      (LabelsTask(file: labels, sequence: "sequence", label: "label"), ["Masking"] + plain),
      (bidirectional, ["Masking"] + both),
      (TagsTask(file: tags, sequence: "sequence", tags: "tags"), ["Masking"] + both),
    ]
  }

  @Test(arguments: RecurrentStack.Cell.allCases)
  func everyTaskHasEveryCell(cell: RecurrentStack.Cell) throws {
    for (task, layers) in try tasks(cell) {
      var plan = TrainingPlan(task)
      plan.cell = cell
      plan.units = [4, 3]
      plan.dropout = 0.1
      plan.epochs = 2
      if task is TextTask { plan.batchSize = 2 }
      let run = try TrainingRun(plan)
      let configuration = run.trainer.model.configuration
      #expect(configuration.layers.map(\.className) == layers + ["Dense"], "\(task)")
      let recurrent = configuration.layers.flatMap(\.recurrentLayers)
      #expect(Set(recurrent.map(\.className)).count == 1 && recurrent.count >= 2)
      #expect(recurrent.allSatisfy { $0.name.contains(cell.rawValue) }, "\(task)")
      try folder.trainStoppedAndResumed(plan, stopAfter: run.trainer.updatesPerEpoch * 3 / 2)
    }
  }

  @Test func aTaskTakesTheLossesOfItsTargets() throws {
    func loss(_ task: any LearningTask, _ name: String) throws -> Loss {
      var plan = TrainingPlan(task)
      plan.loss = name
      plan.units = [2]
      return try TrainingRun(plan).trainer.loss
    }
    let all = try tasks(.lstm).map(\.task)
    for task in all where task is SeriesTask {
      #expect(try loss(task, "mae") == .meanAbsoluteError)
      #expect(try loss(task, "huber") == .huber(delta: 1))
      #expect(throws: ConfigurationError.self) { try loss(task, "categorical_crossentropy") }
    }
    for task in all where task is LabelsTask || task is TagsTask {
      #expect(try loss(task, "categorical_crossentropy") == .categoricalCrossEntropy)
      #expect(throws: ConfigurationError.self) { try loss(task, "mse") }
      #expect(throws: ConfigurationError.self) { try loss(task, "unknown") }
    }
    var regression = LabelsTask(
      file: try folder.write("a,b\n1 2,3\n2 3,4\n3 4,9\n", "numbers.csv"), sequence: "a", label: "b"
    )
    regression.isRegression = true
    #expect(try loss(regression, "mean_absolute_error") == .meanAbsoluteError)
  }
}
