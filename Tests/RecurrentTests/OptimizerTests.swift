import Files
import Testing

@testable import Recurrent

/// Weights that are updated as their gradients come, against weights that wait until all gradients are stored.
@Suite struct OptimizerTests {
  static let configurations: [(String, [String: JSONValue])] = [
    ("Adam", [:]), ("Adam", ["amsgrad": true]), ("Adam", ["weight_decay": 0.1]), ("AdamW", [:]),
    ("Nadam", [:]), ("SGD", [:]), ("SGD", ["momentum": 0.9, "nesterov": true]),
    ("RMSprop", ["momentum": 0.5]), ("RMSprop", ["centered": true]), ("Adagrad", [:]),
    ("Adadelta", ["learning_rate": 0.5]), ("Adamax", [:]), ("Lion", [:]), ("Ftrl", [:]),
    ("Adafactor", [:]), ("Lamb", [:]), ("Adam", ["use_ema": true, "ema_overwrite_frequency": 2]),
  ]

  private func weights(
    _ className: String, _ options: [String: JSONValue], rows: Int
  ) throws -> [Double] {
    let layers = [
      LayerConfiguration(
        "LSTM", name: "lstm",
        options: [
          "units": 4,
          "kernel_regularizer": [
            "class_name": "L1L2", "config": ["l1": 0.01, "l2": 0.02],
          ],
          "recurrent_constraint": ["class_name": "MaxNorm", "config": ["max_value": 0.7]],
        ]),
      LayerConfiguration("Dense", name: "frozen", options: ["units": 3, "trainable": false]),
      LayerConfiguration("Dense", name: "dense", options: ["units": 2]),
    ]
    let parameters = try ParameterStore<Double>(
      ModelConfiguration(
        batch: nil, input: .sequence(timeSteps: 1, features: 3), layers: layers))
    try parameters.initialize(seed: 1)
    let frozen = parameters.parameters.filter { !$0.isTrainable }.map { Array(parameters[$0]) }
    let optimizer = try Optimizer(
      OptimizerConfiguration(className, options: options), parameters: parameters)
    let model = try Sequential(parameters: parameters, batch: rows, timeSteps: 1)
    var generator = PhiloxGenerator(seed: 2, stream: .trainingData)
    for _ in 0..<4 {
      for index in 0..<rows * 3 { model.input[index] = generator.uniform() - 0.5 }
      model.forward(rows: rows, training: true)
      model.backward(
        targetValues: (0..<rows * 2).map { _ in generator.uniform() }, loss: .meanSquaredError,
        rows: rows, optimizer: optimizer)
    }
    #expect(
      parameters.parameters.filter { !$0.isTrainable }.map { Array(parameters[$0]) } == frozen)
    return parameters.parameters.flatMap { Array(parameters[$0]) }
  }

  /// A few rows, whose gradients are computed on the way, and many.
  @Test(arguments: configurations.indices, [1, 3, 12])
  func gradientsThatAreUsedAtOnceGiveTheSameWeights(index: Int, rows: Int) throws {
    let (className, options) = Self.configurations[index]
    let atOnce = try weights(className, options, rows: rows)
    // A norm that nothing is cut down to.
    let stored = try weights(
      className, options.merging(["global_clipnorm": 1e30]) { own, _ in own }, rows: rows)
    #expect(zip(atOnce, stored).allSatisfy { abs($0 - $1) <= 1e-9 })
  }

  /// Of four batches, four make an update, and five make none.
  @Test func gradientsOfBatchesAreMeans() throws {
    let options: [String: JSONValue] = ["learning_rate": 0.5, "gradient_accumulation_steps": 4]
    let one = try weights("SGD", ["learning_rate": 0], rows: 3)
    #expect(try weights("SGD", options, rows: 3) != one)
    let five = options.merging(["gradient_accumulation_steps": 5]) { _, new in new }
    #expect(try weights("SGD", five, rows: 3) == one)
  }

  @Test func valuesAreCutOffOnTheWay() throws {
    let free = try weights("SGD", ["learning_rate": 1], rows: 1)
    let cut = try weights("SGD", ["learning_rate": 1, "clipvalue": 1e-3], rows: 1)
    #expect(zip(free, cut).contains { abs($0 - $1) > 1e-2 })
  }
}
