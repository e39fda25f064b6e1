import Files
import Testing

@testable import Recurrent

/// Schedules of optimizers, as `keras.optimizers.schedules` of Keras 3.15.1 compute them.
@Suite struct LearningRateDecayTests {
  private static let references: [(String, [String: JSONValue], [Int: Double])] = [
    (
      "ExponentialDecay", ["initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.7],
      [
        0: 0.1000000015, 1: 0.0887904018, 3: 0.0700000003, 5: 0.0551861487, 8: 0.038630303,
        11: 0.0270412099, 20: 0.0092751356,
      ]
    ),
    (
      "ExponentialDecay",
      ["initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.7, "staircase": true],
      [
        0: 0.1000000015, 1: 0.1000000015, 3: 0.0700000003, 5: 0.0700000003, 8: 0.0489999987,
        11: 0.0342999995, 20: 0.0117648989,
      ]
    ),
    (
      "InverseTimeDecay", ["initial_learning_rate": 0.1, "decay_steps": 4, "decay_rate": 0.5],
      [
        0: 0.1000000015, 1: 0.088888891, 3: 0.0727272704, 5: 0.0615384616, 8: 0.0500000007,
        11: 0.042105265, 20: 0.0285714287,
      ]
    ),
    (
      "PiecewiseConstantDecay", ["boundaries": [3, 6], "values": [0.1, 0.03, 0.01]],
      [
        0: 0.1000000015, 1: 0.1000000015, 3: 0.1000000015, 5: 0.0299999993, 8: 0.0099999998,
        11: 0.0099999998, 20: 0.0099999998,
      ]
    ),
    (
      "PolynomialDecay", ["initial_learning_rate": 0.1, "decay_steps": 7, "power": 1.5],
      [
        0: 0.1000000015, 1: 0.0793766528, 3: 0.0432527401, 5: 0.0153567968, 8: 0.0001, 11: 0.0001,
        20: 0.0001,
      ]
    ),
    (
      "PolynomialDecay",
      ["initial_learning_rate": 0.1, "decay_steps": 4, "end_learning_rate": 0.02, "cycle": true],
      [
        0: 0.099999994, 1: 0.0799999982, 3: 0.0399999991, 5: 0.049999997, 8: 0.0199999996,
        11: 0.0266666636, 20: 0.0199999996,
      ]
    ),
    (
      "CosineDecay", ["initial_learning_rate": 0.1, "decay_steps": 9, "alpha": 0.1],
      [
        0: 0.1000000015, 1: 0.0972861722, 3: 0.0775000006, 5: 0.047185827, 8: 0.01271383,
        11: 0.0100000007, 20: 0.0100000007,
      ]
    ),
    (
      "CosineDecay",
      ["initial_learning_rate": 0.001, "decay_steps": 8, "warmup_target": 0.02, "warmup_steps": 5],
      [
        0: 0.001, 1: 0.0047999998, 3: 0.0124000004, 5: 0.0199999996, 8: 0.013826834,
        11: 0.0029289322, 20: 0.0,
      ]
    ),
    (
      "CosineDecayRestarts",
      [
        "initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 1.5, "m_mul": 0.8,
        "alpha": 0.05,
      ],
      [
        0: 0.1000000015, 1: 0.086087577, 3: 0.018912429, 5: 0.0759089738, 8: 0.0239999965,
        11: 0.0639666617, 20: 0.0529844537,
      ]
    ),
    (
      "CosineDecayRestarts", ["initial_learning_rate": 0.1, "first_decay_steps": 3, "t_mul": 1.0],
      [
        0: 0.1000000015, 1: 0.075000003, 3: 0.1000000015, 5: 0.025000006, 8: 0.0249999892,
        11: 0.0249999892, 20: 0.025000019,
      ]
    ),
  ]

  @Test(arguments: references.indices) func ratesAreKeras(index: Int) throws {
    let (className, config, rates) = Self.references[index]
    let decay = try #require(
      try LearningRateDecay(["class_name": .string(className), "config": .object(config)]))
    for (step, rate) in rates {
      #expect(abs(Double(decay.rate(step)) - rate) <= 1e-6 * rate + 1e-9, "\(className), \(step)")
    }
  }

  @Test func othersAreRefused() throws {
    #expect(try LearningRateDecay(0.1) == nil)
    let wrong: [JSONValue] = [
      ["class_name": "Mine", "config": [:]], ["class_name": "CosineDecay", "config": [:]],
      ["class_name": "CosineDecay", "config": ["initial_learning_rate": 0.1, "decay_steps": 0]],
      ["class_name": "PiecewiseConstantDecay", "config": ["boundaries": [1], "values": ["a"]]],
    ]
    for option in wrong {
      #expect(throws: ConfigurationError.self) { try LearningRateDecay(option) }
    }
  }
}
