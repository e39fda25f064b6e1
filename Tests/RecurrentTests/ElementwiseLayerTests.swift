import Files
import Testing

@testable import Recurrent

/// What layers that go value by value take, and what those do that draw random numbers. Their numbers are in
/// `LayerGradientTests` and, beside Keras', in `KerasModelTests`.
@Suite struct ElementwiseLayerTests {
  private func model(
    _ className: String, _ options: [String: JSONValue] = [:],
    below: [LayerConfiguration] = [], input: SampleShape = .sequence(timeSteps: 5, features: 2)
  ) -> ModelConfiguration {
    ModelConfiguration(
      batch: nil, input: input,
      layers: below + [LayerConfiguration(className, name: "layer", options: options)])
  }

  private static let refused: [(layer: String, option: String, value: JSONValue, what: String)] = [
    ("ReLU", "max_value", -1.0, "max_value -1.0 is negative"),
    ("ReLU", "negative_slope", nil, "negative_slope null is not a number"),
    ("ReLU", "threshold", -0.5, "threshold -0.5 is negative"),
    ("LeakyReLU", "negative_slope", "a", "negative_slope a is not a number"),
    ("ELU", "alpha", nil, "alpha null is not a number"),
    ("Softmax", "axis", [1, 2], "axis [1, 2] is not supported"),
    ("PReLU", "shared_axes", [3], "shared_axes [3] is not supported"),
    ("PReLU", "shared_axes", [1, 1], "shared_axes [1, 1] is not supported"),
    ("SpatialDropout1D", "rate", 1.0, "rate 1.0 is not from 0 to below 1"),
    ("GaussianDropout", "rate", 1.0, "rate 1.0 is not from 0 to below 1"),
    ("GaussianNoise", "stddev", -0.1, "stddev -0.1 is negative"),
    ("Rescaling", "scale", [1.0, 2.0], "scale [1.0, 2.0] is not a number"),
  ]

  @Test(arguments: refused.indices) func otherOptionsAreRefusedByName(index: Int) {
    let (layer, option, value, what) = Self.refused[index]
    #expect(throws: ConfigurationError("layer layer (\(layer)): \(what)")) {
      try model(layer, [option: value]).validate()
    }
  }

  @Test func aSoftmaxTakesAnAxisAndNoMask() throws {
    try model("Softmax", ["axis": 2]).validate()
    try model("Softmax", ["axis": [-1]]).validate()
    try model("Softmax", ["axis": 1]).validate()
    #expect(
      throws: ConfigurationError("Softmax takes an input with an axis 3, not of 3 axes")
    ) {
      try model("Softmax", ["axis": 3]).validate()
    }
    #expect(
      throws: ConfigurationError(
        "Softmax goes over the samples, each of which is computed by itself")
    ) {
      try model("Softmax", ["axis": 0]).validate()
    }
    let masking = LayerConfiguration("Masking", name: "masking")
    #expect(
      throws: ConfigurationError("layer layer (Softmax) cannot take steps that are masked")
    ) {
      try model("Softmax", below: [masking]).validate()
    }
    let last = LayerConfiguration("LSTM", name: "lstm", options: ["units": 3])
    try model("Softmax", below: [masking, last]).validate()
  }

  @Test func weightsOfAPReLUFollowItsAxes() throws {
    func shape(
      _ axes: JSONValue, _ input: SampleShape = .sequence(timeSteps: 5, features: 2)
    ) throws -> [Int]? {
      try model("PReLU", ["shared_axes": axes], input: input).described().last?.parameters.first?
        .shape
    }
    #expect(try shape(nil) == [5, 2])
    #expect(try shape([1]) == [1, 2])
    #expect(try shape([2]) == [5, 1])
    #expect(try shape([1, 2]) == [1, 1])
    #expect(try shape(nil, .vector(features: 3)) == [3])
    #expect(try shape(1, .vector(features: 3)) == [1])
    #expect(throws: ConfigurationError.self) { try shape([2], .vector(features: 3)) }
    let any = SampleShape.sequence(timeSteps: nil, features: 2)
    #expect(try shape([1], any) == [1, 2])
    #expect(
      throws: ConfigurationError(
        "PReLU needs a fixed number of time steps, or to share axis 1")
    ) {
      try shape(nil, any)
    }
    #expect(throws: ConfigurationError.self) { try model("PReLU").stepByStep(batch: 1) }
    _ = try model("PReLU", ["shared_axes": [1]]).stepByStep(batch: 1)
    _ = try model("PReLU", input: .vector(features: 2)).stepByStep(batch: 1)
  }

  private static let random: [(String, [String: JSONValue])] = [
    ("Dropout", ["rate": 0.4]), ("SpatialDropout1D", ["rate": 0.4]),
    ("GaussianDropout", ["rate": 0.2]), ("GaussianNoise", ["stddev": 0.5]),
  ]

  /// What comes of ones.
  private func outputs(
    _ className: String, _ options: [String: JSONValue], seed: UInt64, training: Bool,
    rows: Int = 100
  ) throws -> [Float] {
    let input = SampleShape.sequence(timeSteps: 20, features: 10)
    let sequential = try Sequential(
      parameters: ParameterStore<Float>(model(className, options, input: input)), batch: rows,
      timeSteps: 20)
    sequential.dropoutSeed = seed
    sequential.input.update(repeating: 1)
    return Array(sequential.forward(rows: rows, training: training))
  }

  @Test(arguments: random.indices) func randomNumbersFollowTheSeed(index: Int) throws {
    let (layer, options) = Self.random[index]
    let one = try outputs(layer, options, seed: 1, training: true)
    #expect(try outputs(layer, options, seed: 1, training: true) == one)
    #expect(try outputs(layer, options, seed: 2, training: true) != one)
    let answers = try outputs(layer, options, seed: 1, training: false)
    #expect(answers == [Float](repeating: 1, count: one.count))
  }

  /// Means and deviations are those of Keras' layers.
  @Test(arguments: random.indices) func randomNumbersHaveMeanAndDeviation(index: Int) throws {
    let (layer, options) = Self.random[index]
    let values = try outputs(layer, options, seed: 3, training: true).map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    let expected = [0.4 / 0.6, 0.4 / 0.6, 0.2 / 0.8, 0.25][index]
    // A spatial dropout draws a twentieth as many.
    let error = index == 1 ? 0.12 : 0.025
    #expect(abs(mean - 1) < error)
    #expect(abs(variance - expected) < error)
  }

  @Test func aSpatialDropoutLeavesFeaturesOutOfAllSteps() throws {
    let values = try outputs("SpatialDropout1D", ["rate": 0.4], seed: 5, training: true, rows: 3)
    let step = 3 * 10
    #expect(Set(values).count == 2)
    for index in step..<values.count { #expect(values[index] == values[index - step]) }
  }
}
