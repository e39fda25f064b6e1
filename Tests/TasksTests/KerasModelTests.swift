import Checkpoints
import Files
import Foundation
import HDF5
import Recurrent
import Tasks
import TestSupport
import Testing

/// Models of every layer, loss and optimizer beside real Keras: the files in `Reference` were written by
/// `tools/keras/make_layer_reference.py`.
@Suite struct KerasModelTests {
  /// `peepholes` to `cell-states` are made of the layers of `tools/keras/toolkit_layers.py`.
  static let names =
    ["keras3", "keras2"].flatMap { flavour in
      [
        "lstm", "gru", "rnn", "bidirectional", "dropout", "huber", "adagrad", "regularized",
        "functional", "convolution", "convolution-steps", "attention", "attention-steps",
        "pooling", "steps",
        "rectifiers", "rectifiers-masked", "merges", "merges-steps",
        "states", "directions", "nested", "steps-of-steps",
        "planes", "planes-of-steps", "conv-lstm", "operations", "transposed", "volumes",
        "depthwise", "volumes-back", "axes", "open-steps",
        "adamax", "lion", "ftrl", "schedule",
        "dot-attention", "dot-attention-steps", "heads", "heads-dropout", "heads-steps",
        "heads-residual", "dots",
        "cells", "cells-stateful",
        "penalties",
        "categories",
        "windows", "normalizations", "peepholes", "layer-norm", "minimal", "exponential",
        "cell-states",
      ].map {
        "\(flavour)-\($0)"
      }
    } + [
      "keras3-nadam", "keras3-integers", "keras3-ctc", "keras3-lamb", "keras3-accumulation",
      "keras2-cudnn", "keras2-channels-first", "keras2-one-hot",
    ]
    + ["adam", "sgd", "adadelta", "alone-adam", "alone-sgd"].map { "keras2-legacy-\($0)" }

  /// As a run ends, their weights become the means, from which the next one goes on, as in Keras.
  static let averages = ["keras3-averages", "keras2-averages"]

  private func path(_ name: String) throws -> String {
    try #require(
      Bundle.module.url(forResource: name, withExtension: "h5", subdirectory: "Reference")
    ).path
  }

  @Test(arguments: names + averages) func answersAreThoseOfKeras(name: String) throws {
    let path = try path(name)
    let inputs = try Tensor(contentsOf: "\(path):reference/inputs")
    let expected = try Tensor(contentsOf: "\(path):reference/outputs")
    let found = try ArrayPredictor(try ModelFile(path)).predict(inputs, continues: false)
    #expect(found.shape == expected.shape)
    expectEqual(found.values, expected.values, within: 1e-5)
  }

  @Test(arguments: names + averages) func trainingGoesAsInKeras(name: String) throws {
    let path = try path(name)
    let run = try makeRun(path, epochs: 20)
    try run.trainer.train { _ in false }
    let trained = run.trainer.model.parameters
    for (index, parameter) in trained.parameters.enumerated() {
      let expected = try Tensor(contentsOf: "\(path):reference/trained/\(index)")
      #expect(parameter.shape == expected.shape, "\(parameter.layer)/\(parameter.name)")
      expectEqual(Array(trained[parameter]), expected.values, within: 1e-4)
    }
  }

  /// Twelve epochs and eight after them, from the file, end as twenty do.
  @Test(arguments: names) func resumingIsExact(name: String) throws {
    let path = try path(name)
    let folder = try TemporaryFolder()
    let whole = try makeRun(path, epochs: 20)
    try whole.train(saving: try CheckpointSchedule(path: folder.path("whole.h5")))
    let first = try makeRun(path, epochs: 12)
    try first.train(saving: try CheckpointSchedule(path: folder.path("parts.h5")))
    let second = try TrainingRun(
      resuming: try ModelFile(folder.path("parts.h5")), epochs: 8)
    try second.train(saving: try CheckpointSchedule(path: folder.path("again.h5")))
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("whole.h5")))
        == Data(contentsOf: URL(filePath: folder.path("again.h5"))))
  }

  @Test func resumingWithDropoutIsExact() throws {
    let folder = try TemporaryFolder()
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .sequence(timeSteps: 3, features: 2),
        layers: [
          LayerConfiguration(
            "LSTM", name: "lstm",
            options: ["units": 4, "dropout": 0.3, "recurrent_dropout": 0.2]),
          LayerConfiguration("Dropout", name: "dropout", options: ["rate": 0.4]),
          LayerConfiguration("GaussianNoise", name: "noise", options: ["stddev": 0.2]),
          LayerConfiguration("GaussianDropout", name: "factors", options: ["rate": 0.1]),
          LayerConfiguration("Dense", name: "dense", options: ["units": 1]),
        ]))
    try parameters.initialize(seed: 1)
    let model = Checkpoint(
      parameters: parameters,
      optimizer: try Optimizer(.adam(learningRate: 0.01), parameters: parameters),
      loss: .meanSquaredError, recurrentState: nil)
    let path = folder.path("model.h5")
    try CheckpointFile.save(model, to: path, lock: try FileLock(path))
    let inputs = (0..<60).map { Float($0 % 7) / 7 }
    try Tensor(shape: [10, 3, 2], values: inputs).write(to: folder.path("x.npy"))
    try Tensor(shape: [10, 1], values: Array(inputs.prefix(10))).write(
      to: folder.path("y.npy"))
    func run(epochs: Int) throws -> TrainingRun {
      var plan = TrainingPlan(
        ArraysTask(model: path, inputs: [folder.path("x.npy")], targets: [folder.path("y.npy")]))
      (plan.epochs, plan.batchSize, plan.shuffle) = (epochs, 4, true)
      return try TrainingRun(plan)
    }
    let (whole, parts, again) = ("whole.h5", "parts.h5", "again.h5")
    try run(epochs: 6).train(saving: try CheckpointSchedule(path: folder.path(whole)))
    // Stopped in the middle of the third epoch.
    var updates = 0
    let first = try run(epochs: 6)
    try first.train(
      saving: try CheckpointSchedule(path: folder.path(parts)),
      shouldStop: {
        updates += 1
        return updates == 8
      })
    try TrainingRun(resuming: try ModelFile(folder.path(parts))).train(
      saving: try CheckpointSchedule(path: folder.path(again)))
    #expect(
      try Data(contentsOf: URL(filePath: folder.path(whole)))
        == Data(contentsOf: URL(filePath: folder.path(again))))
  }

  private func makeRun(_ path: String, epochs: Int) throws -> TrainingRun {
    var plan = TrainingPlan(
      ArraysTask(
        model: path, inputs: ["\(path):reference/inputs"], targets: ["\(path):reference/targets"]))
    (plan.epochs, plan.batchSize, plan.shuffle) = (epochs, 4, false)
    return try TrainingRun(plan)
  }

  /// Relative to the largest.
  private func expectEqual(_ found: [Float], _ expected: [Float], within bound: Float) {
    let largest = max(expected.map(abs).max() ?? 0, 0.1)
    let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(found.count == expected.count && worst <= bound * largest, "\(worst) of \(largest)")
  }
}
