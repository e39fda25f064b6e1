import Files
import Testing

@testable import Recurrent

/// Models that a file may describe and nobody can build: errors, whatever the numbers are.
@Suite struct UnbuildableModelTests {
  private func layer(
    _ className: String, _ name: String, _ inputs: [String], _ options: [String: JSONValue] = [:]
  ) -> LayerConfiguration {
    var layer = LayerConfiguration(className, name: name, options: options)
    layer.inputs = inputs.map { ValueName($0) }
    return layer
  }

  @Test func shapesTooLargeAreRefused() {
    let sizes = [JSONValue](repeating: .integer(1 << 20), count: 6)
    let model = ModelConfiguration(
      batch: nil, input: .vector(features: 6),
      layers: [LayerConfiguration("Reshape", name: "a", options: ["target_shape": .array(sizes)])])
    #expect(throws: ConfigurationError.self) { try model.validate() }
  }

  @Test(arguments: [[4, -2, -3], [4, 0, 3], [4, 1 << 21, 1]]) func axesAreChecked(sizes: [Int])
    throws
  {
    let sample = try #require(SampleShape(sizes: sizes))
    let model = ModelConfiguration(
      batch: nil, input: sample, layers: [LayerConfiguration("Flatten", name: "flatten")])
    #expect(throws: ConfigurationError.self) { try model.validate() }
  }

  /// Layers that hold the place of every value are refused before they are made.
  @Test(
    arguments: [
      ("ops.Sum", ["axis": 1]), ("ops.Max", ["axis": -1]), ("ops.Softmax", ["axis": -1]),
      ("Softmax", ["axis": 1]),
    ] as [(String, [String: JSONValue])])
  func valuesOfTooManyPlacesAreRefused(className: String, options: [String: JSONValue]) throws {
    let model = ModelConfiguration(
      batch: nil, input: .sequence(timeSteps: 1 << 20, features: 1 << 10),
      layers: [LayerConfiguration(className, name: "a", options: options)])
    #expect(
      throws: ConfigurationError(
        "\(className) takes 1048576 × 1024 values; it can take 16777216")
    ) { try model.validate() }
  }

  /// A model inside that is called on more than it takes.
  @Test func modelsTakeTheirInputsOnly() {
    let inner = ModelConfiguration(
      name: "inner", batch: nil, input: .vector(features: 2),
      layers: [layer("Dense", "dense", ["x"])], functionalInput: "x")
    var called = LayerConfiguration(inner)
    called.inputs = [ValueName("a"), ValueName("b")]
    let model = ModelConfiguration(
      batch: nil,
      inputs: ["a", "b"].map { InputConfiguration($0, .vector(features: 2)) }, layers: [called],
      outputs: [ValueName("inner")])
    #expect(!model.embeds(input: 0) && !model.embeds(input: 1))
    #expect(throws: ConfigurationError("model inner/ takes 1 inputs, not 2")) {
      try model.validate()
    }
  }

  @Test func stepsAreOfOneInputAndOneOutput() throws {
    let ends = ["a", "b"].map { InputConfiguration($0, .sequence(timeSteps: nil, features: 2)) }
    let model = ModelConfiguration(
      batch: nil, inputs: ends,
      layers: [
        layer("GRU", "one", ["a"], ["return_sequences": true]),
        layer("Add", "add", ["one", "b"]),
      ], outputs: [ValueName("add")])
    try model.validate()
    #expect(throws: ConfigurationError.self) { try model.stepByStep(batch: 1) }
  }
}
