import Checkpoints
import Files
import Foundation
import Recurrent
import Tasks
import TestSupport
import Testing

/// Metrics that a model was compiled with, while it is trained on.
@Suite struct CompiledMetricTrainingTests {
  private static let metrics = [
    CompiledMetric(name: "auc", function: "auc"),
    CompiledMetric(name: "recall", function: "recall", options: ["thresholds": 0.4]),
    CompiledMetric(name: "f1", function: "f1_score", options: ["average": "macro"]),
    CompiledMetric(name: "mine", function: "my_metric"),
  ]

  /// A model that classifies, with samples of three classes beside it.
  private func write(_ folder: TemporaryFolder) throws -> String {
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .sequence(timeSteps: 3, features: 2),
        layers: [
          LayerConfiguration("GRU", name: "gru", options: ["units": 4]),
          LayerConfiguration(
            "Dense", name: "dense", options: ["units": 3, "activation": "softmax"]),
        ]))
    try parameters.initialize(seed: 1)
    var model = Checkpoint(
      parameters: parameters,
      optimizer: try Optimizer(.adam(learningRate: 0.01), parameters: parameters),
      loss: .categoricalCrossEntropy, recurrentState: nil)
    model.metrics = Self.metrics
    let path = folder.path("model.h5")
    try CheckpointFile.save(model, to: path, lock: try FileLock(path))
    try Tensor(shape: [10, 3, 2], values: (0..<60).map { Float($0 % 7) / 7 }).write(
      to: folder.path("x.npy"))
    try Tensor(shape: [10, 3], values: (0..<30).map { $0 % 3 == $0 / 3 % 3 ? 1 : 0 }).write(
      to: folder.path("y.npy"))
    return path
  }

  private func run(_ path: String, _ folder: TemporaryFolder) throws -> TrainingRun {
    var plan = TrainingPlan(
      ArraysTask(model: path, inputs: [folder.path("x.npy")], targets: [folder.path("y.npy")]))
    (plan.epochs, plan.batchSize, plan.validationSplit) = (4, 2, 0.2)
    return try TrainingRun(plan)
  }

  /// Stopped in the middle of the third epoch.
  @Test func theyAreMeasuredAndGoOnExactly() throws {
    let folder = try TemporaryFolder()
    let path = try write(folder)
    let whole = try run(path, folder)
    try whole.train(saving: try CheckpointSchedule(path: folder.path("whole.h5")))
    let history = whole.trainer.progress.history
    for name in ["auc", "recall", "f1", "val_auc", "val_recall", "val_f1"] {
      #expect(history.others[name]?.count == 4, "\(name)")
      #expect(history.last(name).map { (0...1).contains($0) } ?? false, "\(name)")
    }
    var updates = 0
    let first = try run(path, folder)
    try first.train(
      saving: try CheckpointSchedule(path: folder.path("parts.h5")),
      shouldStop: {
        updates += 1
        return updates == 10
      })
    try TrainingRun(resuming: try ModelFile(folder.path("parts.h5"))).train(
      saving: try CheckpointSchedule(path: folder.path("again.h5")))
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("whole.h5")))
        == Data(contentsOf: URL(filePath: folder.path("again.h5"))))
    let kept = try CheckpointFile.load(folder.path("again.h5")).metrics ?? []
    #expect(kept.map(\.name) == ["auc", "recall", "f1"])
  }
}
