import Checkpoints
import Files
import Foundation
import HDF5
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// What a checkpoint could not hold, or what float32 cannot, is refused where it stands.
@Suite struct RefusedValueTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func plan(
    _ file: String, _ change: (inout SeriesTask) -> Void = { _ in }
  ) -> TrainingPlan {
    var series = SeriesTask(file: file, target: "value")
    series.sequenceLength = 4
    change(&series)
    var plan = TrainingPlan(series)
    (plan.units, plan.epochs, plan.batchSize) = ([3], 1, 8)
    return plan
  }

  private func wave(_ row: Int) -> String { "\(5 + 2 * sin(Double(row) / 2))" }

  /// In the training part, the validation part, the test part, and the last row.
  @Test(arguments: [3, 50, 55, 59], ["1e39", "-1e40", "1e300"])
  func seriesBeyondFloat32(row: Int, value: String) throws {
    let file = try folder.write(["value"] + (0..<60).map { $0 == row ? value : wave($0) })
    let error = #expect(throws: FileError.self) { try TrainingRun(plan(file)) }
    #expect(error?.file == file && error?.kind == .invalid)
    #expect(
      error?.reason.hasPrefix("line \(row + 2), column value: '\(value)' is beyond") ?? false,
      "\(error?.reason ?? "")")
  }

  /// A value that float32 holds, but not after it is scaled as the training part is.
  @Test func scaledBeyondFloat32() throws {
    let file = try folder.write(
      ["value"] + (0..<60).map { $0 == 57 ? "1e30" : "\($0 % 2 == 0 ? 1e-20 : 2e-20)" })
    let error = #expect(throws: FileError.self) { try TrainingRun(plan(file)) }
    #expect(
      error?.reason.hasPrefix("line 59, column value: 1e+30 ") ?? false, "\(error?.reason ?? "")")
  }

  /// A live stream answers such a row with an error, and is as it was before it.
  @Test(arguments: ["1e39", "-1e40", "1e300"])
  func streamsBeyondFloat32(value: String) throws {
    let file = try folder.write(["value"] + (0..<60).map(wave))
    let model = folder.path("model.h5")
    try TrainingRun(plan(file)).train(saving: try CheckpointSchedule(path: model))
    let session = try LiveStream(try ModelFile(model, savingTo: model), learns: false)
    var answer: [UInt8] = []
    try Array("5".utf8).withUnsafeBufferPointer {
      try session.answer($0, number: 1, adding: &answer)
    }
    let known = answer
    let error = #expect(throws: LineError.self) {
      try Array(value.utf8).withUnsafeBufferPointer {
        try session.answer($0, number: 2, adding: &answer)
      }
    }
    #expect(error?.description.hasPrefix("stdin: line 2, column value: ") ?? false)
    #expect(answer == known && session.rowsSeen == 1)
    try session.save()
    #expect(try CheckpointFile.load(model).stream?.rowsSeen == 1)
  }

  @Test(arguments: [
    (["sequence,label", "1 2,a", "1e40 2,b"], "line 3, column sequence: '1e40' is beyond", false),
    (["sequence,label", "1 2,3", "1 2,1e300"], "line 3, column label: '1e300' is beyond", true),
  ])
  func labelledBeyondFloat32(lines: [String], reason: String, regression: Bool) throws {
    var labelled = LabelsTask(file: try folder.write(lines), sequence: "sequence", label: "label")
    labelled.isRegression = regression
    let error = #expect(throws: FileError.self) { try TrainingRun(TrainingPlan(labelled)) }
    #expect(error?.reason.hasPrefix(reason) ?? false, "\(error?.reason ?? "")")
  }

  /// Arrays with anything that is not a number, in each kind of file.
  @Test(arguments: ["nan", "inf", "1e40"])
  func arraysAreFinite(value: String) throws {
    let csv = try folder.write(["1,2", "3,\(value)"], "array.csv")
    let error = #expect(throws: FileError.self) { try Tensor(contentsOf: csv) }
    #expect(error?.reason.hasPrefix("line 2, column 2: '\(value)' is ") ?? false)

    let number = Float(value) ?? .infinity
    let npy = folder.path("array.npy")
    try Data(NumPyFormat.bytes([1, 2, 3, number], type: "<f4", shape: [2, 1, 2])).write(
      to: URL(filePath: npy))
    let hdf5 = folder.path("array.h5")
    let image = try FileImage()
    let file = try File.create(in: image, reportedAs: hdf5)
    try file.root.write("x", shape: [2, 1, 2], [1, 2, 3, number])
    try file.close()
    try Data(image.bytes).write(to: URL(filePath: hdf5))
    for path in [npy, hdf5 + ":x"] {
      let error = #expect(throws: FileError.self) { try Tensor(contentsOf: path) }
      #expect(error?.reason.hasPrefix("[1, 0, 1]: is \(number)") ?? false, "\(error?.reason ?? "")")
    }
  }

  @Test func wrongCountsAreRefused() throws {
    #expect(throws: (any Error).self) { try Tensor(shape: [4, 10, 1], values: [1, 2]) }
    #expect(throws: (any Error).self) { try Tensor(shape: [.max, 3], values: [1, 2]) }
    #expect(throws: (any Error).self) { try Tensor(shape: [-1, -2], values: [1, 2]) }
    #expect(try Tensor(shape: [], values: [1]).values == [1])
  }

  /// No text of HDF5 holds a NUL.
  @Test func labelsAndSeriesWithNULAreRefused() throws {
    let labels = try folder.write(
      [#"{"sequence": "a", "label": "x\u0000y"}"#, #"{"sequence": "b", "label": "x\u0000z"}"#],
      "rows.jsonl")
    let error = #expect(throws: FileError.self) {
      try TrainingRun(
        TrainingPlan(LabelsTask(file: labels, sequence: "sequence", label: "label")))
    }
    #expect(error?.reason.hasPrefix("line 1, column label: ") ?? false, "\(error?.reason ?? "")")
    let series = try folder.write(["key,value"] + (0..<60).map { "a\0b,\(wave($0))" })
    let other = #expect(throws: FileError.self) {
      try TrainingRun(plan(series) { $0.key = "key" })
    }
    #expect(other?.reason.hasPrefix("line 2, column key: ") ?? false, "\(other?.reason ?? "")")
  }

  /// Names that look like JSON come back as they are.
  @Test(arguments: ["model.h5", "model.safetensors"], ["[1]", "[\"a\"]", "[", "{}"])
  func namesThatLookLikeJSON(model: String, name: String) throws {
    let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
    let file = try folder.write([quoted] + (0..<60).map(wave))
    var series = SeriesTask(file: file, target: name)
    series.sequenceLength = 4
    let path = folder.path(model)
    try CheckpointFile.save(
      try TrainingRun(TrainingPlan(series)).checkpoint(), to: path, lock: try FileLock(path))
    let task = try ModelFile(path).task(as: SeriesTask.self)
    #expect(task.target == name && task.features == [name])
  }

  /// Counts that the reader of a checkpoint refuses are refused before training.
  @Test func countsBeyondTheReaders() throws {
    let file = try folder.write(["value"] + (0..<60).map(wave))
    for change in [
      { (plan: inout TrainingPlan) in plan.earlyStopping = .max }, { $0.validateEvery = .max },
      { $0.earlyStopping = 0 },
    ] {
      var plan = plan(file)
      change(&plan)
      #expect(throws: ConfigurationError.self) { try TrainingRun(plan) }
    }
  }
}
