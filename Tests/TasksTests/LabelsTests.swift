import Checkpoints
import Files
import Recurrent
import TestSupport
import Testing

@testable import Tasks

@Suite struct LabelledTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func plan(
    _ file: String, _ change: (inout LabelsTask) -> Void = { _ in }
  ) -> TrainingPlan {
    var labelled = LabelsTask(file: file, sequence: "sequence", label: "label")
    change(&labelled)
    var plan = TrainingPlan(labelled)
    plan.units = [6]
    plan.epochs = 3
    plan.batchSize = 4
    plan.validationSplit = 0
    return plan
  }

  /// Shorter sequences are padded in front, of longer ones the last steps are taken; padding is what the model hides.
  @Test func sequencesArePaddedInFront() throws {
    let text = try folder.write(["sequence,label", "abc,x", "b,y", "cabba,x"])
    let data = try LabelsData(
      plan(text) { $0.sequenceLength = 4 }.labelled, validationSplit: 0, randomSeed: 1)
    #expect(data.vocabulary?.symbols == ["<padding>", "<unknown>", "a", "b", "c"])
    let samples = try #require(data.samples as? SequenceDataset)
    #expect(samples.inputs == [0, 2, 3, 4, 0, 0, 0, 3, 2, 3, 3, 2])
    #expect(samples.targets == [0, 1, 0] && data.labels == ["x", "y"])

    let numbers = try folder.write(
      [
        #"{"sequence": [[1, 0], [3, 0]], "label": 7}"#,
        #"{"sequence": [[2, 4]], "label": 10, "other": null}"#,
      ], "rows.jsonl")
    let regression = plan(numbers) { $0.isRegression = true }
    let run = try TrainingRun(regression)
    // Mean 2 and deviation √(2/3) of 1, 3, 2; mean 8.5 and deviation 1.5 of the labels.
    let scaling = try #require(try run.checkpoint().scaling)
    #expect(scaling.columns == ["sequence[0]", "sequence[1]", "label"])
    #expect(scaling.offsets[0] == 2 && abs(scaling.scales[0] - (2.0 / 3).squareRoot()) < 1e-12)
    #expect(scaling.offsets[2] == 8.5 && scaling.scales[2] == 1.5)
    let dataset = try #require(run.trainer.source as? SequenceDataset)
    #expect(dataset.inputs[4] == -1e9 && dataset.inputs[5] == -1e9 && dataset.inputs[6] == 0)
    #expect(dataset.targetValues == [-1, 1])
    #expect(run.trainer.model.configuration.layers[0]["mask_value"] == .integer(-1_000_000_000))
  }

  /// More padding does not change an answer, and unknown symbols are no error.
  @Test func paddingDoesNotCount() throws {
    let file = try folder.write(["sequence,label", "abc,x", "ba,y", "cabbacab,x", "bbb,y"])
    let path = folder.path("model.h5")
    try TrainingRun(plan(file)).train(saving: try CheckpointSchedule(path: path))
    let report = try LabelPredictor(try ModelFile(path)).answers(
      AnswerRequest(.file(try folder.write(["sequence", "abc", "qbc"], "new.csv"))))
    let checkpoint = try CheckpointFile.load(path)
    // The three symbols alone, on a model of three steps.
    var short = checkpoint.configuration
    short.input.timeSteps = 3
    let model = try Sequential(
      parameters: checkpoint.parameters, as: short, batch: 1, timeSteps: 3)
    for (index, value) in [2, 3, 4].enumerated() { model.input[index] = Float(value) }
    let output = Array(model.forward(rows: 1))
    let answer = report.answers[0]
    #expect(answer.chosen == [output[0] > output[1] ? 0 : 1])
    #expect(zip(answer.probabilities, output).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(report.answers.count == 2 && report.csv.hasPrefix("label,probability\n"))
  }

  /// Every sequence is in one part, whatever the order of the file.
  @Test func validationIsDrawn() throws {
    let file = try folder.write(
      ["sequence,label"] + (0..<50).map { "\($0) 1,\($0 < 25 ? "low" : "high")" })
    var plan = plan(file)
    plan.validationSplit = 0.2
    let run = try TrainingRun(plan)
    #expect(run.trainer.source.samples == 40)
    let path = folder.path("model.h5")
    try run.train(saving: try CheckpointSchedule(path: path))
    let evaluation = try #require(
      try LabelPredictor(try ModelFile(path)).evaluate(nil) as? ClassEvaluation)
    #expect(evaluation.part == "validation" && evaluation.count == 10)
    // Of a file sorted by label, both classes are drawn.
    #expect(evaluation.classes == ["high", "low"])
    let history = try #require(try CheckpointFile.load(path).history)
    #expect(evaluation.accuracy == history.others["val_accuracy"]?.last)
    let loss = try #require(history.others["val_loss"]?.last)
    #expect(abs((evaluation.loss ?? 0) - loss) < 1e-6)
  }

  @Test(arguments: [false, true])
  func resumedIsNotStopped(regression: Bool) throws {
    let file = try folder.write(
      ["sequence,label"] + (0..<20).map { "\($0) \($0 % 7) \($0 % 3),\($0 % 2)" })
    var plan = plan(file) { $0.isRegression = regression }
    plan.validationSplit = 0.1
    plan.dropout = 0.2
    if !regression { plan.classWeights = [1, 2] }
    try folder.trainStoppedAndResumed(plan, stopAfter: 7)
  }

  @Test(arguments: [
    ("a.csv", ["text,label", "a,b"], "line 1: has no column sequence; there are text, label"),
    (
      "a.csv", ["sequence,label", "1 2,b", "1 x,c"],
      "line 3, column sequence: '1 x' is not a list of numbers"
    ),
    ("a.csv", ["sequence,label", "a,b", ",c"], "line 3, column sequence: the sequence is empty"),
    ("a.csv", ["sequence,label", "a,b", "c,"], "line 3, column label: the label is missing"),
    ("a.csv", ["sequence,label", "a,b", "c,b"], "column label: all labels are b"),
    ("a.csv", ["sequence,label", "a,b", "c"], "line 3: has 1 columns; the first line has 2"),
    ("a.jsonl", ["{\"sequence\": [1], \"label\": 1}", "[1]"], "line 2: is not a JSON object"),
    ("a.jsonl", ["{\"label\": 1}"], "line 1: has no member sequence; there are label"),
    (
      "a.jsonl", ["{\"sequence\": [1], \"label\": 1}", "{\"sequence\": [[1, 2]], \"label\": 2}"],
      "line 2, column sequence: has 2 numbers a step; those before have 1"
    ),
    (
      "a.jsonl", ["{\"sequence\": [[1], [1, 2]], \"label\": 1}"],
      "line 1, column sequence: is not a list of numbers"
    ),
  ])
  func wrongFilesAreNamed(name: String, lines: [String], reason: String) throws {
    let file = try folder.write(lines, name)
    let error = #expect(throws: FileError.self) { try TrainingRun(plan(file)) }
    #expect(error?.kind == .invalid && error?.file == file)
    #expect(error?.reason.hasPrefix(reason) ?? false, "\(error?.reason ?? "")")
  }
}

extension TrainingPlan {
  /// What a plan of sequences with labels learns.
  fileprivate var labelled: LabelsTask {
    task as? LabelsTask ?? LabelsTask(file: "", sequence: "", label: "")
  }
}
