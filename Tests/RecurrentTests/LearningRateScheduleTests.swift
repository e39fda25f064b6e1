import Kernels
import Testing

@testable import Recurrent

@Suite struct LearningRateScheduleTests {
  /// Beside Keras 3.15.1: `CosineDecay(0, 20, warmup_target=0.01, warmup_steps=5)`,
  /// `ExponentialDecay(0.01, 10, 0.5, staircase=True)` and the same without `staircase`.
  @Test func ratesAreThoseOfKeras() throws {
    let updates = [0, 1, 4, 5, 6, 12, 20, 24, 25, 30]
    let expected: [(schedule: LearningRateSchedule, rates: [Double])] = [
      (
        try LearningRateSchedule(.cosine(epochs: 2), rate: 0.01, warmUp: 5),
        [
          0, 0.0020000000949949026, 0.00800000037997961, 0.009999999776482582,
          0.009938441216945648, 0.007269951980561018, 0.0014644660986959934,
          6.155818846309558e-05, 0, 0,
        ]
      ),
      (
        try LearningRateSchedule(.step(epochs: 1, factor: 0.5), rate: 0.01),
        [
          0.009999999776482582, 0.009999999776482582, 0.009999999776482582,
          0.009999999776482582, 0.009999999776482582, 0.004999999888241291,
          0.0024999999441206455, 0.0024999999441206455, 0.0024999999441206455,
          0.0012499999720603228,
        ]
      ),
      (
        try LearningRateSchedule(.exponential(factor: 0.5), rate: 0.01),
        [
          0.009999999776482582, 0.009330329485237598, 0.007578582502901554,
          0.007071067579090595, 0.006597538944333792, 0.004352752584964037,
          0.0024999999441206455, 0.0018946455093100667, 0.0017677668947726488,
          0.0012499999720603228,
        ]
      ),
    ]
    for (schedule, rates) in expected {
      for (update, rate) in zip(updates, rates) {
        let own = schedule.rate(update: update, updatesPerEpoch: 10, reduction: 1)
        #expect(abs(Double(own) - rate) < 1e-8, "\(schedule.course), update \(update)")
      }
    }
  }

  @Test func impossibleNumbersAreRefused() {
    #expect(throws: ConfigurationError.self) {
      try LearningRateSchedule(.step(epochs: 0, factor: 0.5), rate: 0.01)
    }
    #expect(throws: ConfigurationError.self) {
      try LearningRateSchedule(.exponential(factor: -1), rate: 0.01)
    }
    #expect(throws: ConfigurationError.self) {
      try LearningRateSchedule(.constant, rate: 0.01, warmUp: -1)
    }
  }

  /// Gradients with class weights against central finite differences of the weighted mean loss.
  @Test func classWeightsWeighGradients() throws {
    let parameters = try ParameterStore<Double>(
      .classifier(
        RecurrentStack(units: [4]), classes: 3, timeSteps: 2, features: 2, statefulBatch: nil,
        returnSequences: true))
    try parameters.initialize(seed: 5)
    let model = try Sequential(parameters: parameters, batch: 3, timeSteps: 2)
    var generator = PhiloxGenerator(seed: 1, stream: .trainingData)
    for index in model.input.indices { model.input[index] = generator.uniform() - 0.5 }
    let targets: [Int32] = [0, 1, 2, 2, 1, 0]
    let weights = [0.5, 2, 0.0]
    func loss() -> Double {
      let output = model.forward(rows: 3)
      let losses = targets.enumerated().map { row, target in
        -weights[Int(target)] * Elementary.logarithm(output[row * 3 + Int(target)])
      }
      return losses.reduce(0, +) / 6
    }
    model.forward(rows: 3)
    let sums = model.backward(targets: targets, classWeights: weights, rows: 3)
    #expect(abs(sums.lossSum / 6 - loss()) < 1e-12)
    for parameter in parameters.parameters {
      for index in 0..<parameter.count {
        let gradient = parameters.gradient(parameter)[index]
        let value = parameters[parameter][index]
        parameters[parameter][index] = value + 1e-6
        let above = loss()
        parameters[parameter][index] = value - 1e-6
        let below = loss()
        parameters[parameter][index] = value
        #expect(abs((above - below) / 2e-6 - gradient) < 1e-8)
      }
    }
  }
}
