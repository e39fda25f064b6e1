import Files
import Testing

@testable import Recurrent

/// What a recurrent layer does beside the plain steps must not change the plain steps.
@Suite struct RecurrentLayerTests {
  static let classes = [
    "LSTM", "GRU", "SimpleRNN", "PeepholeLSTM", "LayerNormLSTM", "MinGRU", "MinLSTM", "SLSTM",
  ]
  private let steps = 5
  private let rows = 6
  private let features = 3

  /// Output and gradients of a layer with a mask, or without one, of a batch without zeros.
  private func values(
    _ className: String, _ options: [String: JSONValue], masked: Bool
  ) throws -> [Float] {
    let layers =
      (masked ? [LayerConfiguration("Masking", name: "masking")] : [])
      + [
        LayerConfiguration(
          className, name: "recurrent",
          options: options.merging(["units": 7, "return_sequences": true]) { own, _ in own }),
        LayerConfiguration("Dense", name: "dense", options: ["units": 2]),
      ]
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: options["stateful"] == true ? rows : nil,
        input: .sequence(timeSteps: steps, features: features), layers: layers))
    try parameters.initialize(seed: 1)
    let model = try Sequential(parameters: parameters, batch: rows, timeSteps: steps)
    var generator = PhiloxGenerator(seed: 2, stream: .trainingData)
    var values: [Float] = []
    for _ in 0..<2 {
      for index in model.input.indices { model.input[index] = Float(generator.uniform()) + 0.1 }
      values += Array(model.forward(rows: rows, training: true))
      model.backward(
        targetValues: [Float](repeating: 0.5, count: steps * rows * 2), loss: .meanSquaredError,
        rows: rows)
      values += parameters.parameters.flatMap { Array(parameters.gradient($0)) }
    }
    return values
  }

  @Test(
    arguments: classes,
    [
      [:], ["stateful": true], ["zero_output_for_mask": true], ["go_backwards": true],
    ] as [[String: JSONValue]])
  func aMaskOfAllStepsChangesNoBit(className: String, options: [String: JSONValue]) throws {
    let masked = try values(className, options, masked: true)
    #expect(masked.contains { $0 != 0 })
    #expect(try values(className, options, masked: false) == masked)
  }

  /// A sequence that begins with steps that do not count gives what it gives without them.
  @Test(arguments: classes)
  func stepsThatDoNotCountAreLeftOut(className: String) throws {
    func output(steps: Int, padding: [Int]) throws -> [Float] {
      let parameters = try ParameterStore<Float>(
        ModelConfiguration(
          batch: nil, input: .sequence(timeSteps: nil, features: features),
          layers: [
            LayerConfiguration("Masking", name: "masking"),
            LayerConfiguration(className, name: "recurrent", options: ["units": 7]),
          ]))
      try parameters.initialize(seed: 1)
      let model = try Sequential(
        parameters: parameters, batch: padding.count, timeSteps: steps)
      for (row, padding) in padding.enumerated() {
        for index in 0..<steps * features {
          let (step, feature) = (index / features, index % features)
          let value = Float(step - padding + 1) + 0.1 * Float(feature)
          model.input[(step * model.batch + row) * features + feature] =
            step < padding ? 0 : value
        }
      }
      return Array(model.forward(rows: padding.count))
    }
    let padded = try output(steps: 4, padding: [2, 0, 2])
    let plain = try output(steps: 2, padding: [0, 0, 0])
    #expect(padded[..<7] == plain[..<7])
    #expect(padded[14...] == plain[14...])
    #expect(padded[7..<14] != plain[7..<14])
  }

  /// A stateful layer goes on where a batch ended: two halves give what the whole gives.
  @Test(arguments: classes) func aStatefulLayerGoesOn(className: String) throws {
    func outputs(steps: Int, parts: Int) throws -> [Float] {
      let parameters = try ParameterStore<Float>(
        ModelConfiguration(
          batch: 2, input: .sequence(timeSteps: nil, features: features),
          layers: [
            LayerConfiguration(
              className, name: "recurrent",
              options: ["units": 8, "stateful": true, "return_sequences": true])
          ]))
      try parameters.initialize(seed: 1)
      let model = try Sequential(parameters: parameters, batch: 2, timeSteps: steps)
      return (0..<parts).flatMap { part -> [Float] in
        for index in model.input.indices {
          model.input[index] = Float((index + part * model.input.count) % 11) / 4 - 1
        }
        return Array(model.forward(rows: 2))
      }
    }
    let whole = try outputs(steps: 6, parts: 1)
    #expect(try outputs(steps: 3, parts: 2) == whole)
    #expect(try outputs(steps: 1, parts: 6) == whole)
  }

  /// Exponents of any size leave the hidden state of an sLSTM in range.
  @Test(arguments: ["sigmoid", "exponential"])
  func exponentialGatesStayInRange(forgetActivation: String) throws {
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .sequence(timeSteps: 4, features: 1),
        layers: [
          LayerConfiguration(
            "SLSTM", name: "recurrent",
            options: [
              "units": 2, "forget_activation": .string(forgetActivation), "return_sequences": true,
            ])
        ]))
    try parameters.initialize(seed: 3)
    let model = try Sequential(parameters: parameters, batch: 1, timeSteps: 4)
    for inputs in [[-900, 900, 0, -900], [900, 900, -900, -900], [-900, -900, 900, 0]] as [[Float]]
    {
      for (index, input) in inputs.enumerated() { model.input[index] = input }
      #expect(model.forward(rows: 1).allSatisfy { abs($0) <= 1 })
    }
  }

  @Test func whatACellCannotComputeIsRefused() {
    for (className, options, text) in [
      ("SLSTM", ["units": 6, "heads": 4], "heads 4 does not divide the units, 6"),
      (
        "SLSTM", ["units": 6, "forget_activation": "tanh"],
        "forget_activation tanh is neither sigmoid nor exponential"
      ),
      ("SLSTM", ["units": 6, "activation": "relu"], "activation relu is not supported"),
      ("MinGRU", ["units": 6, "recurrent_dropout": 0.1], "recurrent_dropout 0.1 is not supported"),
      ("LayerNormLSTM", ["units": 6, "norm_epsilon": 0], "norm_epsilon 0 is not positive"),
    ] as [(String, [String: JSONValue], String)] {
      #expect {
        try LayerConfiguration(className, name: "cell", options: options).validate()
      } throws: {
        "\($0)" == "layer cell (\(className)): \(text)"
      }
    }
  }
}
