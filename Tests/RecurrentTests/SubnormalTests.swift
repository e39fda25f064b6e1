import Kernels
import Testing

@testable import Recurrent

/// Results too small to be normal count as zero, wherever a model computes and however many threads share the work.
extension ThreadTests {
  /// A product whose every element is 1e-40, a subnormal number in float32.
  @Test(arguments: [1, 2, 5]) func productsBelowTheSmallestNormalNumberAreZero(threads: Int) {
    let before = ComputeThreads.count
    ComputeThreads.use(threads)
    defer { ComputeThreads.use(before) }
    let size = 128
    let left = [Float](repeating: 1e-20 / Float(size), count: size * size)
    let right = [Float](repeating: 1e-20, count: size * size)
    var result = [Float](repeating: 1, count: size * size)
    Float.multiply(
      left, transposeLeft: false, right, transposeRight: false, rows: size, columns: size,
      inner: size, into: &result, accumulate: false)
    #expect(result.allSatisfy { $0 == 0 })
    // What is only subnormal on the way counts.
    result = [Float](repeating: 1e-36, count: size * size)
    Float.multiply(
      left, transposeLeft: false, right, transposeRight: false, rows: size, columns: size,
      inner: size, into: &result, accumulate: true)
    #expect(result.allSatisfy { $0 > 1e-36 })
  }

  @Test func predictionsAndTrainingFollowOneRule() throws {
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .vector(features: 1),
        layers: [LayerConfiguration("Dense", name: "dense", options: ["units": 1])]))
    parameters[parameters.parameters[0]][0] = 1e-20
    let model = try Sequential(parameters: parameters, batch: 1, timeSteps: 1)
    for training in [false, true] {
      model.input[0] = 1e-20
      #expect(model.forward(rows: 1, training: training)[0] == 0)
    }
    // The gradient of the weight would be 2 · 1e-20 · 1e-20.
    model.input[0] = 1e-20
    model.forward(rows: 1)
    model.backward(targetValues: [1e-20], loss: .meanSquaredError, rows: 1)
    #expect(parameters.gradient(parameters.parameters[0])[0] == 0)
    // The caller computes as before.
    #expect(model.input[0] * 1e-20 != 0)
  }
}
