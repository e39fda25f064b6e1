import Files
import Testing

@testable import Recurrent

/// What `Conv1D` takes, and what it does to steps and masks. Its numbers are in `LayerGradientTests` and, beside
/// Keras', in `KerasModelTests`.
@Suite struct Conv1DTests {
  private func model(
    _ options: [String: JSONValue], below: [LayerConfiguration] = [], timeSteps: Int? = 5
  ) -> ModelConfiguration {
    ModelConfiguration(
      batch: nil, input: .sequence(timeSteps: timeSteps, features: 2),
      layers: below + [
        LayerConfiguration(
          "Conv1D", name: "conv",
          options: ["filters": 3, "kernel_size": 3].merging(options) { _, given in given })
      ])
  }

  private static let refused: [(option: String, value: JSONValue, message: String)] = [
    ("groups", 3, "groups 3 is not supported"),
    ("data_format", "channels_middle", "data_format channels_middle is not supported"),
    ("padding", "full", "padding full is not supported"),
    ("kernel_size", [3, 3], "kernel_size [3, 3] is not a number"),
    (
      "kernel_constraint", ["class_name": "MaxNorm", "config": ["axis": 3]],
      "kernel_constraint MaxNorm is not supported"
    ),
  ]

  @Test(arguments: refused.indices) func otherOptionsAreRefusedByName(index: Int) {
    let (option, value, message) = Self.refused[index]
    #expect(throws: ConfigurationError("layer conv (Conv1D): \(message)")) {
      try model([option: value]).validate()
    }
  }

  @Test(arguments: [("valid", 3), ("same", 5), ("causal", 5)])
  func stepsAreThoseOfKeras(padding: String, steps: Int) throws {
    #expect(try model(["padding": .string(padding)]).described().last?.output.timeSteps == steps)
    let any = model(["padding": .string(padding)], timeSteps: nil)
    #expect(any.outputSizes(timeSteps: 5) == [steps])
  }

  @Test func aSequenceShorterThanTheKernelIsAnError() {
    #expect(
      throws: ConfigurationError(
        "Conv1D with padding valid and kernel_size 3 cannot take 2 time steps")
    ) { try model([:], timeSteps: 2).validate() }
  }

  @Test func itIsNotFedStepByStep() throws {
    #expect(
      throws: ConfigurationError("layer conv (Conv1D) needs the whole sequence, not step by step")
    ) { try model(["padding": "causal"]).stepByStep(batch: 1) }
    _ = try model(["kernel_size": 1]).stepByStep(batch: 1)
  }

  /// Above a convolution all steps count: a loss is the mean over all of them.
  @Test func masksEndHere() throws {
    let masking = LayerConfiguration("Masking", name: "masking")
    let parameters = try ParameterStore<Double>(model(["padding": "same"], below: [masking]))
    let sequential = try Sequential(parameters: parameters, batch: 2, timeSteps: 5)
    sequential.input.update(repeating: 0)
    sequential.forward(rows: 2)
    let sums = sequential.backward(
      targetValues: [Double](repeating: 1, count: 30), loss: .meanSquaredError, rows: 2)
    #expect(sums.rows == 10 && sums.lossSum == 10)
  }

  /// Keras counts the steps of the kernel into what goes in and what comes out of a unit.
  @Test func itBeginsWithGlorotsRange() throws {
    let configuration = ModelConfiguration(
      batch: nil, input: .sequence(timeSteps: 5, features: 40),
      layers: [
        LayerConfiguration("Conv1D", name: "conv", options: ["filters": 60, "kernel_size": 5])
      ])
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 1)
    #expect(parameters.parameters.map(\.shape) == [[5, 40, 60], [60]])
    let largest = parameters[parameters.parameters[0]].map(abs).max() ?? 0
    let limit = Float(6 / Double(5 * (40 + 60))).squareRoot()
    #expect(largest <= limit && largest > 0.999 * limit)
  }

  /// Along the axis that is asked for, the other two apart.
  @Test(arguments: 0..<3) func constraintsGoAlongAnyAxis(axis: Int) throws {
    let shape = [2, 3, 4]
    var weights = (0..<24).map { Double($0 + 1) }
    let before = weights
    var scratch = weights
    let constraint = try #require(
      Constraint(["class_name": "UnitNorm", "config": ["axis": .integer(axis)]]))
    weights.withUnsafeMutableBufferPointer { weights in
      scratch.withUnsafeMutableBufferPointer { scratch in
        guard let room = scratch.baseAddress else { return }
        constraint.apply(to: weights, shape: shape, scratch: room)
      }
    }
    let strides = [12, 4, 1]
    for index in before.indices {
      let place = index / strides[axis] % shape[axis]
      let first = index - place * strides[axis]
      let norm = (0..<shape[axis]).map { before[first + $0 * strides[axis]] }
        .reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(weights[index] - before[index] / norm) < 1e-6)
    }
  }
}
