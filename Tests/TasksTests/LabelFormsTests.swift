import Checkpoints
import Files
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Sequences made of rows, several labels a sequence, and files that say what is for what.
@Suite struct LabelFormsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func plan(_ task: LabelsTask) -> TrainingPlan {
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs, plan.batchSize, plan.validationSplit) = ([5], 3, 4, 0)
    return plan
  }

  private func rows(_ file: String, features: [String] = [], date: String? = "t") -> LabelsTask {
    LabelsTask(
      file: file, rows: SequenceRows(key: "id", date: date, features: features), label: "kind")
  }

  private static let table = [
    "id,t,kind,x,y", "b,2,up,3,30", "a,1,down,1,10", "b,1,up,2,20", "a,3,down,3,10",
    "a,2,down,2,40",
  ]

  /// Rows are sorted by time within a sequence; sequences stay in the order of their first rows; short ones are padded
  /// in front.
  @Test func rowsBecomeSequences() throws {
    let run = try TrainingRun(plan(rows(try folder.write(Self.table))))
    let checkpoint = try run.checkpoint()
    #expect(checkpoint.labels == ["down", "up"])
    let scaling = try #require(checkpoint.scaling)
    #expect(scaling.columns == ["x", "y"])
    // 1, 2, 3, 2, 3 and 10, 40, 10, 20, 30.
    #expect(abs(scaling.offsets[0] - 2.2) < 1e-12 && abs(scaling.offsets[1] - 22) < 1e-12)
    #expect(abs(scaling.scales[0] - 0.56.squareRoot()) < 1e-12)
    let samples = try #require(run.trainer.source as? SequenceDataset)
    #expect(samples.timeSteps == 3 && samples.features == 2 && samples.targets == [1, 0])
    let expected: [[Double]] = [[2, 20, 3, 30], [1, 10, 2, 40, 3, 10]]
    for (sample, values) in expected.enumerated() {
      let own = samples.inputs[sample * 6..<(sample + 1) * 6].suffix(values.count)
      for (index, (value, scaled)) in zip(values, own).enumerated() {
        #expect(scaled == scaling.scaled(value, column: index % 2))
      }
    }
    #expect(samples.inputs[0] == -1e9 && samples.inputs[1] == -1e9)
    let task = try #require(checkpoint.task)
    #expect(task.members["features"] == ["x", "y"] && task.members["sequence"] == nil)
  }

  /// New files of the same form need no labels, and may have their columns in another order.
  @Test func newRowsAreAnswered() throws {
    let path = folder.path("model.h5")
    try TrainingRun(plan(rows(try folder.write(Self.table), features: ["y", "x"]))).train(
      saving: try CheckpointSchedule(path: path))
    let predictor = try LabelPredictor(try ModelFile(path))
    let new = try folder.write(["y,id,x,t", "20,q,2,1", "30,q,3,2", "10,\"r,s\",1,5"], "new.csv")
    var request = AnswerRequest(.file(new))
    request.likeliest = 9
    let report = try predictor.answers(request)
    let lines = report.csv.split(separator: "\n")
    #expect(lines[0] == "id,label,probability,down,up")
    #expect(lines[1].hasPrefix("q,") && lines[2].hasPrefix("\"r,s\","))
    // The first sequence is b of the training.
    let known = try predictor.answers(AnswerRequest(.file(folder.path("rows.csv"))))
    #expect(known.keys == ["b", "a"] && known.answers[0] == report.answers[0])
    #expect(abs(report.answers[0].probabilities.reduce(0, +) - 1) < 1e-6)
    let members = report.json["answers"]?.array?.first
    #expect(members?["id"]?.string == "q" && members?["probabilities"]?["up"] != nil)
    request.likeliest = 1
    #expect(
      try predictor.answers(request).csv.hasPrefix("id,label,probability,label 1,probability 1\n"))
  }

  @Test(arguments: [
    (
      ["id,t,kind,x", "a,1,k,1", "a,2,l,2"],
      "line 3, column kind: is 'l'; that of the sequence a is 'k' in line 2"
    ),
    (
      ["id,t,kind,x", "a,1,k,1", "a,1.0,k,2"], "line 3, column t: the sequence a has two rows of 1"
    ),
    (["id,t,kind,x", "a,noon,k,1"], "line 2, column t: 'noon' is not a date"),
    (["id,t,kind,x", "a,1,k,one"], "line 2, column x: 'one' is not a number"),
    (["id,t,kind,x", "a,1,k,"], "line 2, column x: the value is missing"),
    (["id,t,kind,x", ",1,k,1"], "line 2, column id: the name of the sequence is missing"),
    (["id,t,kind,x", "a,1,,1"], "line 2, column kind: the label is missing"),
    (["id,t,kind", "a,1,k"], "has no columns for a model to read"),
    (["t,kind,x", "1,k,1"], "line 1: has no column id; there are t, kind, x"),
    (["id,t,kind,x,x", "a,1,k,1,1"], "line 1: has 2 columns called x"),
    (["id,t,kind,x"], "has no sequences"),
    (["id,t,kind,x", "a,1,k,1", "b,1,l,1e39"], "line 3, column x: '1e39' is beyond"),
  ])
  func wrongRowsAreNamed(lines: [String], reason: String) throws {
    let file = try folder.write(lines)
    let error = #expect(throws: FileError.self) { try TrainingRun(plan(rows(file))) }
    #expect(error?.kind == .invalid && error?.file == file)
    #expect(error?.reason.hasPrefix(reason) ?? false, "\(error?.reason ?? "")")
  }

  /// A value that is beyond float32 when it is scaled is named by its own line.
  @Test func scaledBeyondFloat32() throws {
    let training = (0..<8).map { "\($0),1,\($0 % 2),\($0 % 2 == 0 ? "1e-20" : "2e-20")" }
    let file = try folder.write(["id,t,kind,x"] + training)
    let path = folder.path("model.h5")
    try TrainingRun(plan(rows(file))).train(saving: try CheckpointSchedule(path: path))
    let new = try folder.write(["id,t,x", "q,1,1e30", "q,0,1e-20"], "new.csv")
    let error = #expect(throws: FileError.self) {
      try LabelPredictor(try ModelFile(path)).answers(AnswerRequest(.file(new)))
    }
    #expect(
      error?.reason.hasPrefix("line 2, column x: is beyond") ?? false, "\(error?.reason ?? "")")
  }

  /// What the file says is for what; without validation sequences some are drawn from those for training.
  @Test func filesSayWhatIsForWhat() throws {
    func task(_ names: [String]) throws -> LabelsTask {
      let lines = (0..<30).map { "\($0) \($0 % 3),\($0 % 2),\(names[$0 % names.count])" }
      var task = LabelsTask(
        file: try folder.write(["s,kind,part"] + lines), sequence: "s", label: "kind")
      task.split = "part"
      return task
    }
    var plan = plan(try task(["train", "test", "Validation"]))
    plan.validationSplit = 0.2
    let data = try LabelsData(
      try #require(plan.task as? LabelsTask), validationSplit: 0.2, randomSeed: 7)
    #expect(data.samples.samples == 10 && data.validation?.samples == 10)
    let run = try TrainingRun(plan)
    let path = folder.path("model.h5")
    try run.train(saving: try CheckpointSchedule(path: path))
    let evaluation = try LabelPredictor(try ModelFile(path)).evaluate()
    #expect(evaluation.part == "test" && evaluation.count == 10)
    let drawn = try LabelsData(
      try task(["training", "test"]), validationSplit: 0.2, randomSeed: 7)
    #expect(drawn.samples.samples == 12 && drawn.validation?.samples == 3)
    plan.task = try task(["train", "other"])
    let error = #expect(throws: FileError.self) { try TrainingRun(plan) }
    #expect(
      error?.reason == "line 3, column part: is 'other'; it must be train, validation or test")
  }

  private func severalLabels(_ name: String = "several.csv") throws -> LabelsTask {
    let lines = [
      "ab,p; q", "ba,q", "cc,", "ca,p", "ac,q;p", "bb,q", "cb, r", "bc,r;q",
    ]
    var task = LabelsTask(
      file: try folder.write(["s,kinds"] + lines, name), sequence: "s", label: "kinds")
    task.labelSeparator = ";"
    return task
  }

  @Test func severalLabelsASequence() throws {
    let run = try TrainingRun(plan(try severalLabels()))
    let samples = try #require(run.trainer.source as? SequenceDataset)
    #expect(samples.targetUnits == 3 && run.trainer.loss == .binaryCrossEntropy)
    #expect(
      samples.targetValues.prefix(12) == [1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0])
    let path = folder.path("model.h5")
    try run.train(saving: try CheckpointSchedule(path: path))
    let predictor = try LabelPredictor(try ModelFile(path))
    var request = AnswerRequest(.sequences(["ab", "cc"], name: "stdin"))
    request.threshold = 0
    let all = try predictor.answers(request)
    #expect(all.answers[0].chosen == [0, 1, 2] && all.csv.contains("p;q;r,"))
    request.threshold = 1
    let none = try predictor.answers(request)
    #expect(none.answers[1].chosen == [] && none.csv.hasPrefix("labels,probabilities\n,\n"))
    // Of thresholds that every label passes, recall is 1 and precision how many there are.
    let evaluation = try #require(
      try predictor.evaluate(threshold: 0) as? MultiLabelEvaluation)
    #expect(evaluation.count == 8 && evaluation.exact == 0)
    #expect(evaluation.table.micro.recall == 1 && evaluation.table.micro.count == 10)
    #expect(abs(evaluation.table.micro.precision - 10.0 / 24) < 1e-12)
    #expect(abs((evaluation.loss ?? 0) - (run.trainer.progress.history.loss.last ?? 0)) < 0.1)
    #expect(throws: ConfigurationError.self) {
      try LabelPredictor(
        try ModelFile(
          try { () throws -> String in
            let one = folder.path("one.h5")
            try TrainingRun(plan(rows(try folder.write(Self.table, "one.csv")))).train(
              saving: try CheckpointSchedule(path: one))
            return one
          }())
      ).evaluate(threshold: 0.5)
    }
  }

  /// Lists in JSON are several labels too.
  @Test func listsOfLabels() throws {
    var task = try severalLabels()
    task.file = try folder.write(
      [
        #"{"s": "ab", "kinds": ["q", "p"]}"#, #"{"s": "cc", "kinds": []}"#,
        #"{"s": "cb", "kinds": "r"}"#,
      ], "several.jsonl")
    let samples = try #require(try TrainingRun(plan(task)).trainer.source as? SequenceDataset)
    #expect(samples.targetValues == [1, 1, 0, 0, 0, 0, 0, 0, 1])
    task.file = try folder.write([#"{"s": "ab", "kinds": ["q;p", "p"]}"#], "wrong.jsonl")
    let error = #expect(throws: FileError.self) { try TrainingRun(plan(task)) }
    #expect(error?.reason.contains("'q;p' has the separator") ?? false)
  }

  /// Few sequences are trained on in smaller batches, and all in about as many updates at least.
  @Test(arguments: [
    (36, nil, 8, 200), (67, nil, 8, 112), (128, nil, 16, 125), (256, nil, 32, 125),
    (1600, nil, 32, 20), (100_000, nil, 32, 20), (270, 270, 270, 200), (1, nil, 8, 200),
  ])
  func fewSequencesAreTrainedOnForLonger(sequences: Int, batch: Int?, size: Int, epochs: Int) {
    let usual = LabelsTask.usualTraining(sequences: sequences, batchSize: batch)
    #expect(usual.batchSize == size && usual.epochs == epochs)
  }

  /// Training that was stopped goes on as if it had not been, byte by byte.
  @Test(arguments: ["rows", "labels", "split"])
  func resumedIsNotStopped(form: String) throws {
    var task: LabelsTask
    switch form {
    case "rows":
      let lines = (0..<60).map { "\($0 % 12),\($0),\($0 % 3),\($0 % 7),\($0 % 5)" }
      task = rows(try folder.write(["id,t,kind,x,y"] + lines))
    case "labels": task = try severalLabels()
    default:
      let lines = (0..<20).map { "\($0) \($0 % 3),\($0 % 2),\($0 % 4 == 0 ? "val" : "train")" }
      task = LabelsTask(
        file: try folder.write(["s,kind,part"] + lines), sequence: "s", label: "kind")
      task.split = "part"
    }
    var plan = plan(task)
    (plan.dropout, plan.validationSplit) = (0.2, 0.2)
    try folder.trainStoppedAndResumed(plan, stopAfter: 4)
  }
}
