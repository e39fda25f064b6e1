import Files
import Testing

@testable import Recurrent

/// What layers of attention, `Dot` and `GlobalAveragePooling1D` take, and what comes out. Their gradients are in
/// `LayerGradientTests`; numbers beside Keras' in `KerasModelTests`.
@Suite struct AttentionTests {
  private func layer(
    _ className: String, _ name: String, _ inputs: [String], _ options: [String: JSONValue] = [:]
  ) -> LayerConfiguration {
    var layer = LayerConfiguration(className, name: name, options: options)
    layer.inputs = inputs.map { ValueName($0) }
    return layer
  }

  private func model(_ layers: [LayerConfiguration], timeSteps: Int? = 3) -> ModelConfiguration {
    ModelConfiguration(
      name: "functional", batch: nil, input: .sequence(timeSteps: timeSteps, features: 2),
      layers: layers, functionalInput: "input_layer")
  }

  @Test func whatIsNotComputedIsRefused() {
    let mean = layer("GlobalAveragePooling1D", "mean", ["input_layer"])
    let wide = layer("Dense", "wide", ["input_layer"], ["units": 3])
    for (layers, words) in [
      ([layer("AdditiveAttention", "a", ["input_layer"])], "two or three sequences"),
      (
        [mean, layer("AdditiveAttention", "a", ["mean", "input_layer"])], "two or three sequences"
      ),
      ([wide, layer("AdditiveAttention", "a", ["wide", "input_layer"])], "the same features"),
      (
        [wide, layer("Attention", "a", ["input_layer", "input_layer", "wide"])], "the same features"
      ),
      (
        [layer("Attention", "a", ["input_layer", "input_layer"], ["score_mode": "sum"])],
        "score_mode sum is neither dot nor concat"
      ),
      ([layer("MultiHeadAttention", "a", ["input_layer"])], "two or three sequences"),
      (
        [layer("MultiHeadAttention", "a", ["input_layer", "input_layer"], ["attention_axes": 2])],
        "attention_axes 2 is not supported"
      ),
      (
        [
          layer(
            "MultiHeadAttention", "a", ["input_layer", "input_layer"],
            ["num_heads": 1_000_000, "key_dim": 1_000_000])
        ], "num_heads 1000000 of 1000000 units are more than"
      ),
      ([wide, layer("Dot", "a", ["input_layer", "wide"])], "have 2 and 3 values"),
      ([layer("Dot", "a", ["input_layer"])], "takes two inputs, not 1"),
      (
        [layer("Dot", "a", ["input_layer", "input_layer"], ["axes": 0])], "axes 0 is not supported"
      ),
      ([mean, layer("Dot", "a", ["mean", "input_layer"], ["axes": 2])], "has no axis 2"),
      (
        [wide, layer("Concatenate", "a", ["wide", "input_layer"], ["axis": 1])],
        "different features"
      ),
      (
        [layer("GlobalAveragePooling1D", "a", ["input_layer"], ["data_format": "channels_middle"])],
        "data_format channels_middle is not supported"
      ),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try model(layers).validate() }
      #expect(error?.description.contains(words) ?? false, "\(error?.description ?? "")")
    }
  }

  /// A mean of vectors (1, 4), (2, 5), (6, 0), without and with the first one hidden.
  @Test func theMeanIsOfTheStepsThatCount() throws {
    for (first, expected) in [([1, 4], [3, 3]), ([0, 0], [4, 2.5])] as [([Float], [Float])] {
      let configuration = model([
        layer("Masking", "masking", ["input_layer"]),
        layer("GlobalAveragePooling1D", "mean", ["masking"]),
      ])
      let parameters = try ParameterStore<Float>(configuration)
      let model = try Sequential(parameters: parameters, batch: 1, timeSteps: 3)
      for (index, value) in (first + [2, 5, 6, 0]).enumerated() { model.input[index] = value }
      let output = Array(model.forward(rows: 1))
      #expect(zip(output, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(output)")
    }
  }

  /// Without a scale the scores of values (0, 0) and (ln 2, 0) for a query of zeros are 0 and tanh(ln 2) = 0.6.
  @Test func weightsAreTheSoftmaxOfScores() throws {
    let configuration = model(
      [
        layer("Dense", "query", ["input_layer"], ["units": 2, "kernel_initializer": "Zeros"]),
        layer("AdditiveAttention", "a", ["query", "input_layer"], ["use_scale": false]),
      ], timeSteps: 2)
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 1)
    let model = try Sequential(parameters: parameters, batch: 1, timeSteps: 2)
    for (index, value) in [0, 0, 0.6931471805599453, 0].enumerated() {
      model.input[index] = Float(value)
    }
    // e^0.6 / (1 + e^0.6) of ln 2, for each of the two queries.
    let output = Array(model.forward(rows: 1))
    let expected: [Float] = [0.44754, 0, 0.44754, 0]
    #expect(zip(output, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(output)")
  }

  /// The first of two queries sees the first value alone, the second sees both with equal scores.
  @Test(arguments: ["Attention", "AdditiveAttention"])
  func aCausalQuerySeesNoLaterStep(className: String) throws {
    let configuration = model(
      [
        layer("Dense", "query", ["input_layer"], ["units": 2, "kernel_initializer": "Zeros"]),
        layer("Dense", "key", ["input_layer"], ["units": 2, "kernel_initializer": "Zeros"]),
        layer(className, "a", ["query", "input_layer", "key"], ["use_causal_mask": true]),
      ], timeSteps: 2)
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 1)
    let model = try Sequential(parameters: parameters, batch: 1, timeSteps: 2)
    for (index, value) in ([1, 2, 5, 6] as [Float]).enumerated() { model.input[index] = value }
    #expect(Array(model.forward(rows: 1)) == [1, 2, 3, 4])
  }

  @Test func aVectorBeginsByItsSize() throws {
    let configuration = model([
      layer("AdditiveAttention", "a", ["input_layer", "input_layer"])
    ])
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 1)
    // Glorot: √(6 / (2 + 2)).
    let scale = try #require(parameters.parameters.first)
    #expect(scale.shape == [2] && scale.name == "scale")
    #expect(parameters[scale].allSatisfy { abs($0) <= 1.2247449 && $0 != 0 })
  }
}
