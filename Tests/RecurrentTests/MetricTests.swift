import Files
import Testing

@testable import Recurrent

/// Loss, accuracy and metrics beside Keras 3.15.1, which was given the same weights and samples: `fit` with a
/// learning rate of 0 on one batch, and `evaluate`.
@Suite struct MetricTests {
  /// The last steps of each sample are masked, and so is one in the middle.
  private static let inputs: [Float] = [1, 2, 0, 3, 4, 0, 0, 0, 5, 6, 7, 0]

  /// `Masking` and a `Dense` at every step.
  private func maskedModel(
    kernel: [Float], bias: [Float], activation: JSONValue
  ) throws -> ParameterStore<Float> {
    let units = kernel.count
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .sequence(timeSteps: 4, features: 1),
        layers: [
          LayerConfiguration("Masking", name: "masking", options: [:]),
          LayerConfiguration(
            "Dense", name: "dense", options: ["units": .integer(units), "activation": activation]),
        ]))
    for (parameter, values) in zip(parameters.parameters, [kernel, bias]) {
      _ = parameters[parameter].update(fromContentsOf: values)
    }
    return parameters
  }

  /// What an epoch of one batch measures, with a learning rate of 0, and what the evaluation after it does.
  private func measure(
    _ parameters: ParameterStore<Float>, _ samples: SequenceDataset, loss: Loss,
    metrics: [Metric] = []
  ) throws -> (training: History, evaluation: Evaluator.Result) {
    var options = TrainingOptions(
      batchSize: samples.samples, shuffle: false, resetStatesEachEpoch: false, randomSeed: 1)
    options.metrics = metrics
    let trainer = try Trainer(
      parameters: parameters,
      optimizer: try Optimizer(
        try OptimizerConfiguration("SGD", options: ["learning_rate": 0]), parameters: parameters),
      losses: [OutputLoss(loss)], source: samples, validation: samples, options: options,
      progress: TrainingProgress(samples: samples.samples, targetEpochs: 1, randomSeed: 1))
    try trainer.train { _ in false }
    let evaluator = try Evaluator(
      parameters: parameters, losses: [OutputLoss(loss)], source: samples, batchSize: 2,
      metrics: metrics)
    return (trainer.progress.history, try evaluator.evaluate())
  }

  private func expectClose(_ found: Double?, _ keras: Double, _ what: String) {
    #expect(abs((found ?? .nan) - keras) <= 1e-6 * max(1, abs(keras)), "\(what): \(found ?? .nan)")
  }

  @Test func maskedStepsCountForNoMetric() throws {
    // Where a step is masked, its target is far off.
    var targets: [Float] = []
    for (place, x) in Self.inputs.enumerated() {
      let (sample, step) = (Float(place / 4), Float(place % 4))
      targets += x == 0 ? [100, 100] : [x * 0.5 + 0.1 * sample, x - 0.2 * step]
    }
    let (history, evaluation) = try measure(
      try maskedModel(kernel: [0.6, 0.9], bias: [0.05, -0.1], activation: "linear"),
      try SequenceDataset(
        samples: 3, timeSteps: 4, features: 1, targetSteps: 4, targetUnits: 2,
        inputs: Self.inputs, targetValues: targets),
      loss: .meanSquaredError,
      metrics: [.meanSquaredError, .meanAbsoluteError, .rootMeanSquaredError])
    let (mse, mae) = (0.1476786583662033, 0.35357147455215454)
    // Keras' own `RootMeanSquaredError` ignores masks; ours is the root of what it says for `mse`.
    let expected = ["mse": mse, "mae": mae, "rmse": mse.squareRoot()]
    expectClose(history.loss.last, mse, "loss")
    // Two batches, each by its samples.
    expectClose(evaluation.loss, 0.13347227871418, "evaluated loss")
    for (name, value) in expected {
      expectClose(history.last(name), value, name)
      expectClose(history.last("val_\(name)"), value, "val_\(name)")
      expectClose(
        evaluation.metrics[try #require(Metric(rawValue: name))], value, "evaluated \(name)")
    }
  }

  /// Targets that are class numbers, under a mask.
  private func classes() throws -> SequenceDataset {
    try SequenceDataset(
      samples: 3, timeSteps: 4, features: 1, targetSteps: 4, inputs: Self.inputs,
      targets: [6, 1, 0, 5, 0, 2, 3, 4, 6, 6, 5, 0])
  }

  private func classifier() throws -> ParameterStore<Float> {
    try maskedModel(
      kernel: (0..<7).map { Float($0) / 3 - 1 }, bias: [Float](repeating: 0, count: 7),
      activation: "softmax")
  }

  @Test(arguments: [Loss.categoricalCrossEntropy, .sparseCategoricalCrossEntropy])
  func maskedStepsCountForNoClass(loss: Loss) throws {
    let (history, evaluation) = try measure(
      try classifier(), try classes(), loss: loss, metrics: [.topFiveAccuracy])
    expectClose(history.loss.last, 2.536658525466919, "loss")
    expectClose(history.last("val_loss"), 2.536658525466919, "val_loss")
    expectClose(history.accuracy.last, 3.0 / 7, "accuracy")
    expectClose(evaluation.accuracy, 3.0 / 7, "evaluated accuracy")
    expectClose(history.last("top_5_accuracy"), 5.0 / 7, "top_5_accuracy")
    expectClose(evaluation.metrics[.topFiveAccuracy], 5.0 / 7, "evaluated top_5_accuracy")
  }

  /// Classes are one-hot rows to the losses that take rows, as they are to Keras.
  @Test(arguments: [
    (Loss.meanSquaredError, 0.1262354999780655, 0.13346253335475922),
    (.meanAbsoluteError, 0.19070200622081757, 0.20285654067993164),
    // Of the probabilities by themselves: in a model, Keras takes what is below the softmax for a sigmoid's.
    (.binaryCrossEntropy, 0.5136118531227112, 0.5557363828023275),
    (.huber(delta: 1), 0.06311774998903275, 0.06673126667737961),
  ])
  func classesAreMeasuredByTheLossThatIsAskedFor(
    loss: Loss, keras: Double, twoBatches: Double
  ) throws {
    let (history, evaluation) = try measure(try classifier(), try classes(), loss: loss)
    expectClose(history.loss.last, keras, "loss")
    expectClose(history.last("val_loss"), keras, "val_loss")
    expectClose(evaluation.loss, twoBatches, "evaluated loss")
  }

  /// One update by SGD from class numbers and from one-hot rows of the same classes, as Keras sees them.
  @Test(arguments: [
    Loss.categoricalCrossEntropy, .meanSquaredError, .binaryCrossEntropy, .huber(delta: 0.2),
  ])
  func classesTrainAsTheirOneHotRows(loss: Loss) throws {
    let classes = try classes()
    func train(_ samples: SequenceDataset) throws -> [Float] {
      let parameters = try classifier()
      let trainer = try Trainer(
        parameters: parameters,
        optimizer: try Optimizer(
          try OptimizerConfiguration("SGD", options: ["learning_rate": 0.5]),
          parameters: parameters), losses: [OutputLoss(loss)], source: samples,
        options: TrainingOptions(
          batchSize: 3, shuffle: false, resetStatesEachEpoch: false, randomSeed: 1),
        progress: TrainingProgress(samples: 3, targetEpochs: 3, randomSeed: 1))
      try trainer.train { _ in false }
      return parameters.parameters.flatMap { Array(parameters[$0]) }
    }
    let rows = try SequenceDataset(
      samples: 3, timeSteps: 4, features: 1, targetSteps: 4, targetUnits: 7,
      inputs: classes.inputs,
      targetValues: classes.targets.flatMap { target in
        (0..<7).map { $0 == target ? 1 : 0 }
      })
    let (found, expected) = (try train(classes), try train(rows))
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 })
  }

  /// Three units with a sigmoid and with penalties on their weights.
  @Test func binaryAccuracyAndTheValidationsLossAreKeras() throws {
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .vector(features: 2),
        layers: [
          LayerConfiguration(
            "Dense", name: "dense",
            options: [
              "units": 3, "activation": "sigmoid",
              "kernel_regularizer": [
                "class_name": "L1L2", "config": ["l1": 0.02, "l2": 0.1],
              ],
              "bias_regularizer": ["class_name": "L2", "config": ["l2": 0.3]],
            ])
        ]))
    let weights: [[Float]] = [[1, -1, 0.5, 0.3, 0.8, -0.7], [0.1, -0.2, 0.3]]
    for (parameter, values) in zip(parameters.parameters, weights) {
      _ = parameters[parameter].update(fromContentsOf: values)
    }
    let samples = try SequenceDataset(
      samples: 4, timeSteps: 1, features: 2, targetSteps: 1, targetUnits: 3,
      inputs: [1, 2, -1, 0.5, 0.3, -2, 2, -1],
      // 0.7 is neither right nor wrong to Keras: no answer is equal to it.
      targetValues: [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0.7])
    let (history, evaluation) = try measure(parameters, samples, loss: .binaryCrossEntropy)
    expectClose(history.accuracy.last, 0.5, "accuracy")
    expectClose(history.last("val_accuracy"), 0.5, "val_accuracy")
    expectClose(history.loss.last, 1.3093435764312744, "loss")
    expectClose(history.last("val_loss"), 1.3093435764312744, "val_loss")
    expectClose(evaluation.loss, 1.3093435764312744, "evaluated loss")
    let three = try Evaluator(
      parameters: parameters, losses: [OutputLoss(.binaryCrossEntropy)],
      source: try samples.part(0..<3),
      batchSize: 3
    ).evaluate()
    expectClose(three.accuracy, 0.6666666865348816, "accuracy of three")
    expectClose(three.loss, 0.950958788394928, "loss of three")
  }
}
