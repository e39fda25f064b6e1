import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Models of several inputs and outputs beside real Keras: the files in `Reference/ends` were written by
/// `tools/keras/make_ends_reference.py`.
@Suite struct SeveralEndsTests {
  static let trained = ["keras3", "keras2"].flatMap {
    ["\($0)-list", "\($0)-dictionary", "\($0)-given-mask"]
  }
  static let all = trained + ["keras3-stateful", "keras2-stateful"]

  private func path(_ name: String) throws -> String {
    try #require(
      Bundle.module.url(forResource: name, withExtension: "h5", subdirectory: "Reference/ends")
    ).path
  }

  private func arrays(_ path: String, _ name: String) -> [String] {
    (0..<2).map { "\(path):reference/\(name)/\($0)" }
  }

  private func makeRun(_ path: String, epochs: Int) throws -> TrainingRun {
    var plan = TrainingPlan(
      ArraysTask(model: path, inputs: arrays(path, "inputs"), targets: arrays(path, "targets")))
    (plan.epochs, plan.batchSize, plan.shuffle) = (epochs, 4, false)
    return try TrainingRun(plan)
  }

  @Test(arguments: all) func answersAreThoseOfKeras(name: String) throws {
    let path = try path(name)
    let found = try ArrayPredictor(try ModelFile(path)).predict(
      contentsOf: arrays(path, "inputs"), continues: false)
    #expect(found.count == 2)
    for (output, file) in zip(found, arrays(path, "outputs")) {
      let expected = try Tensor(contentsOf: file)
      #expect(output.shape == expected.shape)
      expectClose(output.values, expected.values, within: 1e-5)
    }
  }

  /// The state after the first batch, stored and gone on from, gives what the whole gives at once.
  @Test(arguments: ["keras3-stateful", "keras2-stateful"])
  func stateGoesOnFromFiles(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try path(name)
    let inputs = try arrays(path, "inputs").map { try Tensor(contentsOf: $0) }
    func half(_ array: Tensor, _ number: Int) throws -> Tensor {
      let size = array.values.count / 2
      return try Tensor(
        shape: [2] + array.shape.dropFirst(),
        values: Array(array.values[number * size..<(number + 1) * size]))
    }
    let moved = folder.path("moved.h5")
    let file = try ModelFile(path, savingTo: moved)
    let predictor = ArrayPredictor(file)
    _ = try predictor.predict(try inputs.map { try half($0, 0) }, continues: false)
    predictor.store()
    try file.save()
    let second = try ArrayPredictor(try ModelFile(moved)).predict(
      try inputs.map { try half($0, 1) }, continues: true)
    for (output, file) in zip(second, arrays(path, "outputs")) {
      expectClose(
        output.values, try half(try Tensor(contentsOf: file), 1).values, within: 1e-5)
    }
  }

  @Test(arguments: trained) func trainingGoesAsInKeras(name: String) throws {
    let path = try path(name)
    let run = try makeRun(path, epochs: 12)
    try run.trainer.train { _ in false }
    let trained = run.trainer.model.parameters
    for (index, parameter) in trained.parameters.enumerated() {
      let expected = try Tensor(contentsOf: "\(path):reference/trained/\(index)")
      #expect(parameter.shape == expected.shape, "\(parameter.layer)/\(parameter.name)")
      expectClose(Array(trained[parameter]), expected.values, within: 1e-4)
    }
    let history = run.trainer.progress.history
    expectClose(
      history.loss.map(Float.init),
      try Tensor(contentsOf: "\(path):reference/history/loss").values, within: 1e-4)
    // tf-keras calls the outputs of a dictionary by their layers.
    let names =
      name == "keras2-dictionary" ? ["flag", "tags"] : run.trainer.model.configuration.outputNames
    for (own, keras) in zip(run.trainer.model.configuration.outputNames, names) {
      let losses = try #require(history.others["\(own)_loss"])
      expectClose(
        losses.map(Float.init),
        try Tensor(contentsOf: "\(path):reference/history/\(keras)_loss").values, within: 1e-4)
    }
  }

  /// Five epochs and seven after them, from the file, end as twelve do; losses and their weights are kept.
  @Test(arguments: trained) func resumingIsExact(name: String) throws {
    let path = try path(name)
    let folder = try TemporaryFolder()
    try makeRun(path, epochs: 12).train(
      saving: try CheckpointSchedule(path: folder.path("whole.h5")))
    try makeRun(path, epochs: 5).train(
      saving: try CheckpointSchedule(path: folder.path("parts.h5")))
    let kept = try CheckpointFile.load(folder.path("parts.h5")).losses
    #expect(try CheckpointFile.load(path).losses == kept)
    try TrainingRun(resuming: try ModelFile(folder.path("parts.h5")), epochs: 7).train(
      saving: try CheckpointSchedule(path: folder.path("again.h5")))
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("whole.h5")))
        == Data(contentsOf: URL(filePath: folder.path("again.h5"))))
  }

  @Test(arguments: [
    (["a.npy"], "there is no file for the input facts"),
    (["steps=a.npy", "steps=b.npy"], "the input steps is given twice"),
    (["a.npy", "nobody=b.npy"], "the model has no input nobody"),
    (["a.npy", "b.npy", "c.npy"], "there are 3 input files"),
  ]) func wrongFilesAreNamed(files: [String], reason: String) throws {
    let file = try ModelFile(try path("keras3-list"))
    let error = #expect(throws: ConfigurationError.self) {
      try ArrayPredictor(file).predict(contentsOf: files, continues: false)
    }
    #expect(error?.description.contains(reason) == true, "\(error as Any)")
  }

  /// Relative to the largest.
  private func expectClose(_ found: [Float], _ expected: [Float], within bound: Float) {
    let largest = max(expected.map(abs).max() ?? 0, 0.1)
    let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(found.count == expected.count && worst <= bound * largest, "\(worst) of \(largest)")
  }
}
