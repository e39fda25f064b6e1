import Files
import Foundation
import HDF5
import Tasks
import TestSupport
import Testing

/// Weights of real PyTorch, made by `tools/pytorch/make_reference.py`.
@Suite struct PyTorchTests {
  private func path(_ name: String, _ suffix: String) throws -> String {
    try #require(
      Bundle.module.url(forResource: name, withExtension: suffix, subdirectory: "Reference")
    ).path
  }

  @Test func weightsOfPyTorchAnswerAsThere() throws {
    let model = try path("pytorch", "h5")
    let folder = try TemporaryFolder()
    for output in ["a.keras", "b.safetensors"] {
      try Conversion(
        try path("pytorch", "safetensors"), to: folder.path(output), model: model
      ).run()
      let expected = try Tensor(contentsOf: "\(model):reference/outputs")
      let found = try ArrayPredictor(try ModelFile(folder.path(output))).predict(
        try Tensor(contentsOf: "\(model):reference/inputs"), continues: false)
      #expect(found.shape == expected.shape)
      let worst = zip(found.values, expected.values).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst < 1e-5)
    }
  }

  @Test func tensorsOfAnotherModelAreRefusedByName() throws {
    let folder = try TemporaryFolder()
    let experiment = folder.path("alphabet.h5")
    try TrainingRun(
      {
        var plan = TrainingPlan(LettersTask(.stateful))
        plan.epochs = 1
        return plan
      }()
    ).train(saving: try CheckpointSchedule(path: experiment))
    let error = #expect(throws: FileError.self) {
      try Conversion(
        try path("pytorch", "safetensors"), to: folder.path("a.keras"), model: experiment)
    }
    #expect(error?.kind == .invalid)
    #expect(error?.reason.contains("encoder, head, norm, reader") == true)
  }
}
