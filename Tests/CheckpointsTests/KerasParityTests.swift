import Checkpoints
import HDF5
import Recurrent
import TestSupport
import Testing

/// The engine beside real Keras: the files in `Reference` were written by `tools/keras/make_reference.py`.
@Suite struct KerasParityTests {
  @Test(arguments: [
    "keras3-stateful-0", "keras3-stateful-250", "keras3-timesteps-0", "keras3-timesteps-250",
    "keras3-batch-0", "keras3-batch-250", "keras3-stacked-0", "keras3-stacked-250",
    "keras3-partial-250",
    "keras2-stateful-25", "keras2-stacked-25",
  ])
  func predictionsOfLoadedWeightsAreKerasOwn(name: String) throws {
    let reference = try Reference(name)
    let checkpoint = try CheckpointFile.load(reference.path)
    let inputs: [Float] = try reference.array("reference/inputs")
    let shape = try reference.shape("reference/inputs")
    let outputs: [Float] = try reference.array("reference/outputs")
    let (samples, steps, features) = (shape[0], shape[1], shape[2])
    let batch = checkpoint.configuration.isStateful ? checkpoint.configuration.batch ?? 1 : samples
    let model = try Sequential(parameters: checkpoint.parameters, batch: batch, timeSteps: steps)
    var worst: Float = 0
    for first in stride(from: 0, to: samples, by: batch) {
      let rows = min(batch, samples - first)
      for (row, step, feature) in indices(rows, steps, features) {
        model.input[(step * rows + row) * features + feature] =
          inputs[((first + row) * steps + step) * features + feature]
      }
      let found = model.forward(rows: rows)
      #expect(found.allSatisfy { $0.isFinite })
      for (index, value) in found.enumerated() {
        worst = max(worst, abs(value - outputs[first * found.count / rows + index]))
      }
    }
    #expect(worst <= 1e-6)
  }

  @Test(
    arguments: [
      ("stateful", 1, true), ("timesteps", 1, false), ("batch", 25, false), ("stacked", 5, true),
      ("partial", 10, false),
    ])
  func trainingFromKerasWeightsGoesAsInKeras(
    experiment: String, batchSize: Int, stateful: Bool
  ) throws {
    let start = try Reference("keras3-\(experiment)-0")
    let checkpoint = try CheckpointFile.load(start.path)
    let inputs: [Float] = try start.array("reference/inputs")
    let shape = try start.shape("reference/inputs")
    // In the alphabet, the sample's last letter stands before its target.
    let targets = (0..<shape[0]).map { Int32($0 + shape[1]) }
    let dataset = try SequenceDataset(
      samples: shape[0], timeSteps: shape[1], features: shape[2], inputs: inputs, targets: targets)
    let trainer = try Trainer(
      parameters: checkpoint.parameters, optimizer: try #require(checkpoint.optimizer),
      source: dataset,
      options: TrainingOptions(
        batchSize: batchSize, shuffle: false, resetStatesEachEpoch: stateful, randomSeed: 7),
      progress: TrainingProgress(samples: shape[0], targetEpochs: 1000, randomSeed: 7))
    var updates = 0
    for wanted in [1, 25, 250] {
      while updates < wanted {
        try trainer.update()
        updates += 1
      }
      let reference = try Reference("keras3-\(experiment)-\(wanted)")
      let keras = try CheckpointFile.load(reference.path)
      let kerasOptimizer = try #require(keras.optimizer)
      #expect(trainer.optimizer.iterations == kerasOptimizer.iterations)
      for parameter in checkpoint.parameters.parameters {
        let name = "\(parameter.layer)/\(parameter.name) after \(wanted)"
        expectClose(checkpoint.parameters[parameter], keras.parameters[parameter], name)
        expectClose(
          trainer.optimizer.slot("momentum", of: parameter),
          kerasOptimizer.slot("momentum", of: parameter),
          "momentum of " + name)
        expectClose(
          trainer.optimizer.slot("velocity", of: parameter),
          kerasOptimizer.slot("velocity", of: parameter),
          "velocity of " + name)
      }
      for layer in trainer.model.recurrentState?.layers ?? [] {
        let state = "reference/states/\(layer.name)"
        expectClose(
          layer.values[0], try reference.array("\(state)/hidden") as [Float],
          "hidden after \(wanted)")
        expectClose(
          layer.values[1], try reference.array("\(state)/cell") as [Float], "cell after \(wanted)")
      }
    }
  }

  @Test func textsOfFixedLengthAreRead() throws {
    let file = try File.open(try Reference("keras3-batch-0").path)
    let attributes = try file.root.group("reference").attributes
    #expect(try attributes.string("fixed") == "lstm")
    #expect(try attributes.strings("fixed_names") == ["lstm", "dense_1"])
  }

  /// Within a hundred-thousandth of the array's largest value.
  private func expectClose(
    _ found: some Collection<Float>, _ expected: some Collection<Float>, _ what: String
  ) {
    #expect(found.count == expected.count)
    let largest = expected.map(abs).max() ?? 0
    let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(found.allSatisfy { $0.isFinite }, "\(what)")
    #expect(worst <= 1e-5 * largest, "\(what): \(worst) of \(largest)")
  }

  private func indices(_ a: Int, _ b: Int, _ c: Int) -> [(Int, Int, Int)] {
    (0..<a).flatMap { i in (0..<b).flatMap { j in (0..<c).map { (i, j, $0) } } }
  }
}
