import Files
import Testing

@testable import Recurrent

/// The options and shapes of convolutions with strides and dilation, and of normalizations.
@Suite struct WindowTests {
  private static func output(
    _ className: String, _ options: [String: JSONValue],
    of input: SampleShape = .sequence(timeSteps: 7, features: 4)
  ) throws -> SampleShape {
    try LayerConfiguration(className, name: "layer", options: options).described().output(of: input)
  }

  @Test(arguments: [
    ("valid", 3, 1, 1, 5), ("valid", 3, 2, 1, 3), ("valid", 3, 1, 3, 1), ("same", 3, 2, 1, 4),
    ("same", 2, 1, 3, 7), ("same", 3, 7, 1, 1),
  ])
  func stepsAreKeras(padding: String, size: Int, strides: Int, dilation: Int, steps: Int) throws {
    for name in ["Conv1D", "SeparableConv1D", "DepthwiseConv1D"] {
      let shape = try Self.output(
        name,
        [
          "kernel_size": .integer(size), "strides": .integer(strides),
          "dilation_rate": .integer(dilation), "padding": .string(padding),
        ])
      #expect(shape.timeSteps == steps, "\(name)")
    }
  }

  @Test func whatCannotBeComputedIsNamed() {
    let wrong: [(String, [String: JSONValue], String)] = [
      ("Conv1D", ["kernel_size": 3, "dilation_rate": 4], "cannot take 7 time steps"),
      ("DepthwiseConv1D", ["padding": "causal"], "padding causal is not supported"),
      ("SeparableConv1D", ["groups": 2], "groups 2 is not supported"),
      ("DepthwiseConv1D", ["data_format": "channels_middle"], "data_format"),
      ("GroupNormalization", ["groups": 3], "cannot make 3 groups of 4 features"),
      ("GroupNormalization", ["axis": 1, "groups": 7], "last axis only"),
      ("LayerNormalization", ["axis": [0]], "axis [0] is not supported"),
      ("LayerNormalization", ["axis": [1, -2]], "cannot go over the axes"),
      ("UnitNormalization", ["axis": "last"], "axis last is not supported"),
      ("Normalization", ["mean": [1, 2], "variance": [1, 2]], "has 2 means"),
      ("Normalization", ["mean": 1], "variance null does not have the shape"),
      ("Normalization", ["mean": "a", "variance": 1], "is not an array of numbers"),
      ("Discretization", [:], "bin_boundaries null"),
      ("Discretization", ["bin_boundaries": [2, 1]], "is not a list of rising numbers"),
      ("Discretization", ["bin_boundaries": [1], "output_mode": "count"], "output_mode count"),
      ("Discretization", ["bin_boundaries": [1], "output_mode": "one_hot"], "takes one feature"),
      ("AlphaDropout", ["rate": 1], "rate 1"),
    ]
    for (name, options, reason) in wrong {
      let error = #expect(throws: ConfigurationError.self, "\(name) \(options)") {
        try Self.output(name, options)
      }
      #expect("\(error as Any)".contains(reason), "\(error as Any)")
    }
  }

  @Test func sequencesOfAnyLengthHaveNoNormalizedSteps() {
    let any = SampleShape.sequence(timeSteps: nil, features: 4)
    #expect(throws: ConfigurationError.self) {
      try Self.output("LayerNormalization", ["axis": [1, 2]], of: any)
    }
    #expect(throws: Never.self) { try Self.output("LayerNormalization", ["axis": [2]], of: any) }
  }
}
