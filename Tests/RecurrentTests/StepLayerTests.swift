import Files
import Testing

@testable import Recurrent

/// What layers that pool, repeat or move steps take, and what they do to steps and masks. Their gradients are in
/// `LayerGradientTests`; numbers beside Keras' in `KerasModelTests`.
@Suite struct StepLayerTests {
  private func model(
    _ className: String, _ options: [String: JSONValue] = [:], below: [LayerConfiguration] = [],
    timeSteps: Int? = 7
  ) -> ModelConfiguration {
    ModelConfiguration(
      batch: nil, input: .sequence(timeSteps: timeSteps, features: 2),
      layers: below + [LayerConfiguration(className, name: "layer", options: options)])
  }

  private static let refused:
    [(className: String, option: String, value: JSONValue, message: String)] = [
      ("MaxPooling1D", "pool_size", [2, 2], "pool_size [2, 2] is not a number"),
      ("MaxPooling1D", "padding", "causal", "padding causal is not supported"),
      (
        "MaxPooling1D", "data_format", "channels_middle",
        "data_format channels_middle is not supported"
      ),
      ("AveragePooling1D", "strides", "x", "strides x is not a number"),
      (
        "AveragePooling1D", "data_format", "channels_middle",
        "data_format channels_middle is not supported"
      ),
      (
        "GlobalMaxPooling1D", "data_format", "channels_middle",
        "data_format channels_middle is not supported"
      ),
      (
        "ZeroPadding1D", "data_format", "channels_middle",
        "data_format channels_middle is not supported"
      ),
      ("ZeroPadding1D", "padding", [1, -1], "padding [1, -1] is not two numbers of steps"),
      ("ZeroPadding1D", "padding", [1, 2, 3], "padding [1, 2, 3] is not two numbers of steps"),
      ("Cropping1D", "cropping", "x", "cropping x is not two numbers of steps"),
      ("UpSampling1D", "size", 1.5, "size 1.5 is not a number"),
      ("Permute", "dims", [1, 3], "dims [1, 3] is not supported"),
      ("Permute", "dims", nil, "dims null is not supported"),
    ]

  @Test(arguments: refused.indices) func otherOptionsAreRefusedByName(index: Int) {
    let (className, option, value, message) = Self.refused[index]
    #expect(throws: ConfigurationError("layer layer (\(className)): \(message)")) {
      try model(className, [option: value]).validate()
    }
  }

  @Test(arguments: [("pool_size", 0), ("strides", 0)])
  func windowsHaveSizes(option: String, size: Int) {
    #expect(throws: ConfigurationError.self) {
      try model("MaxPooling1D", [option: .integer(size)]).validate()
    }
  }

  /// Of seven steps; without a fixed number of steps they are counted when they are known.
  private static let shapes: [(className: String, options: [String: JSONValue], steps: Int)] = [
    ("MaxPooling1D", [:], 3), ("MaxPooling1D", ["padding": "same"], 4),
    ("AveragePooling1D", ["pool_size": 3, "strides": [1]], 5),
    ("AveragePooling1D", ["pool_size": [9], "strides": 2, "padding": "same"], 4),
    ("UpSampling1D", ["size": 3], 21), ("ZeroPadding1D", ["padding": 2], 11),
    ("ZeroPadding1D", [:], 9), ("Cropping1D", ["cropping": [0, 4]], 3), ("Cropping1D", [:], 5),
    ("GlobalMaxPooling1D", ["keepdims": true], 1),
  ]

  @Test(arguments: shapes.indices) func stepsAreThoseOfKeras(index: Int) throws {
    let (className, options, steps) = Self.shapes[index]
    #expect(try model(className, options).described().last?.output.timeSteps == steps)
    let any = model(className, options, timeSteps: nil)
    #expect(any.outputSizes(timeSteps: 7) == [steps])
  }

  @Test func whatCannotBeMadeIsAnError() {
    for (configuration, message) in [
      (
        model("MaxPooling1D", ["pool_size": 3], timeSteps: 2),
        "MaxPooling1D with padding valid and pool_size 3 cannot take 2 time steps"
      ),
      (
        model("Cropping1D", ["cropping": [1, 2]], timeSteps: 3),
        "Cropping1D with cropping [1, 2] cannot take 3 time steps"
      ),
      (
        // Steps that may be any are no features of weights.
        model(
          "Dense", ["units": 2],
          below: [LayerConfiguration("Permute", name: "below", options: ["dims": [2, 1]])],
          timeSteps: nil),
        "Permute needs a fixed number of time steps"
      ),
      (
        model(
          "UpSampling1D", ["size": 1_000_000],
          below: [LayerConfiguration("UpSampling1D", name: "below", options: ["size": 1_000_000])]),
        "UpSampling1D gives too many time steps"
      ),
    ] {
      #expect(throws: ConfigurationError(message)) { try configuration.validate() }
    }
  }

  @Test func theyAreNotFedStepByStep() throws {
    for (className, options) in Self.shapes.map({ ($0.className, $0.options) }) {
      #expect(
        throws: ConfigurationError(
          "layer layer (\(className)) needs the whole sequence, not step by step")
      ) { try model(className, options).stepByStep(batch: 1) }
    }
    _ = try model("UpSampling1D", ["size": 1]).stepByStep(batch: 1)
  }

  /// Masked steps count as any others, and above these layers all do.
  @Test(arguments: shapes.indices) func masksEndHere(index: Int) throws {
    let (className, options, steps) = Self.shapes[index]
    let masking = LayerConfiguration("Masking", name: "masking")
    let parameters = try ParameterStore<Double>(model(className, options, below: [masking]))
    let sequential = try Sequential(parameters: parameters, batch: 2, timeSteps: 7)
    sequential.input.update(repeating: 0)
    sequential.forward(rows: 2)
    let sums = sequential.backward(
      targetValues: [Double](repeating: 1, count: 4 * steps), loss: .meanSquaredError, rows: 2)
    #expect(sums.rows == 2 * steps && sums.lossSum == Double(2 * steps))
  }

  /// One row of values 1, 1, 0, 2, 2, 2, -1, as Keras pools and moves them.
  @Test(
    arguments: [
      ("MaxPooling1D", ["pool_size": 3, "strides": 2, "padding": "same"], [1, 2, 2, 2]),
      ("AveragePooling1D", ["pool_size": 3, "strides": 2, "padding": "same"], [1, 1, 2, 0.5]),
      ("AveragePooling1D", ["pool_size": 4, "strides": 2], [1, 1.5]),
      ("MaxPooling1D", ["pool_size": 2, "strides": 5, "padding": "same"], [1, 2]),
      ("GlobalMaxPooling1D", [:], [2]),
      ("ZeroPadding1D", ["padding": [2, 1]], [0, 0, 1, 1, 0, 2, 2, 2, -1, 0]),
      ("Cropping1D", ["cropping": [1, 2]], [1, 0, 2, 2]),
      ("UpSampling1D", [:], [1, 1, 1, 1, 0, 0, 2, 2, 2, 2, 2, 2, -1, -1]),
      ("Permute", ["dims": [2, 1]], [1, 1, 0, 2, 2, 2, -1]),
    ] as [(String, [String: JSONValue], [Float])])
  func valuesAreThoseOfKeras(
    className: String, options: [String: JSONValue], expected: [Float]
  ) throws {
    let configuration = ModelConfiguration(
      batch: nil, input: .sequence(timeSteps: 7, features: 1),
      layers: [LayerConfiguration(className, name: "layer", options: options)])
    let model = try Sequential(
      parameters: ParameterStore<Float>(configuration), batch: 1, timeSteps: 7)
    for (index, value) in [1, 1, 0, 2, 2, 2, -1].enumerated() { model.input[index] = Float(value) }
    #expect(Array(model.forward(rows: 1)) == expected)
  }

  /// Of two steps with the largest value the first of a window has the whole gradient, and of a sequence both share it.
  @Test(
    arguments: [("MaxPooling1D", 1, 0), ("GlobalMaxPooling1D", 0.5, 0.5)]
      as [(String, Double, Double)])
  func equalValuesShareAsInKeras(className: String, first: Double, second: Double) throws {
    // Weights that make 3 of (1, 0) and of (0, 1).
    let configuration = ModelConfiguration(
      batch: nil, input: .sequence(timeSteps: 2, features: 2),
      layers: [
        LayerConfiguration("Dense", name: "dense", options: ["units": 1, "use_bias": false]),
        LayerConfiguration(className, name: "layer"),
      ])
    let parameters = try ParameterStore<Double>(configuration)
    let kernel = try #require(parameters.parameters.first)
    for index in 0..<2 { parameters[kernel][index] = 3 }
    let model = try Sequential(parameters: parameters, batch: 1, timeSteps: 2)
    for (index, value) in [1.0, 0, 0, 1].enumerated() { model.input[index] = value }
    model.forward(rows: 1)
    model.backward(targetValues: [2], loss: .meanSquaredError, rows: 1)
    #expect(Array(parameters.gradient(kernel)) == [2 * first, 2 * second])
  }
}
