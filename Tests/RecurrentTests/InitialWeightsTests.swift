import Files
import Foundation
import Testing

@testable import Recurrent

/// Weights start as Keras' defaults say.
@Suite struct InitialWeightsTests {
  private func makeParameters(seed: UInt64) throws -> ParameterStore<Float> {
    let parameters = try ParameterStore<Float>(
      .classifier(
        RecurrentStack(units: [24, 10]), classes: 6, timeSteps: 1, features: 8, statefulBatch: nil))
    try parameters.initialize(seed: seed)
    return parameters
  }

  @Test func kernelsAreGlorotUniform() throws {
    let parameters = try makeParameters(seed: 1)
    for parameter in parameters.parameters where parameter.name == "kernel" {
      let weights = Array(parameters[parameter])
      let limit = (6 / Float(parameter.shape[0] + parameter.shape[1])).squareRoot()
      #expect(weights.allSatisfy { abs($0) <= limit })
      #expect((weights.map(abs).max() ?? 0) > 0.9 * limit)
      let variance = weights.map { $0 * $0 }.reduce(0, +) / Float(weights.count)
      // A uniform distribution has a third of its limit's square.
      #expect(abs(variance / (limit * limit / 3) - 1) < 0.35, "\(parameter.layer)")
    }
  }

  @Test func rowsOfRecurrentKernelsAreOrthonormal() throws {
    let parameters = try makeParameters(seed: 2)
    for parameter in parameters.parameters where parameter.name == "recurrent_kernel" {
      let (units, columns) = (parameter.shape[0], parameter.shape[1])
      let weights = parameters[parameter]
      for first in 0..<units {
        for second in 0...first {
          let product = (0..<columns).reduce(Float(0)) {
            $0 + weights[first * columns + $1] * weights[second * columns + $1]
          }
          #expect(abs(product - (first == second ? 1 : 0)) < 1e-5)
        }
      }
    }
  }

  @Test func biasesAreZeroButForTheForgetGate() throws {
    let parameters = try makeParameters(seed: 3)
    for parameter in parameters.parameters where parameter.name == "bias" {
      let bias = Array(parameters[parameter])
      if parameter.layer == "dense" {
        #expect(bias == [Float](repeating: 0, count: 6))
      } else {
        let units = bias.count / 4
        let expected = (0..<bias.count).map { Float((units..<2 * units).contains($0) ? 1 : 0) }
        #expect(bias == expected)
      }
    }
  }

  @Test func seedsDecideEverything() throws {
    let (a, b, c) = (
      try makeParameters(seed: 4), try makeParameters(seed: 4), try makeParameters(seed: 5)
    )
    for (index, parameter) in a.parameters.enumerated() where parameter.name != "bias" {
      #expect(Array(a[parameter]) == Array(b[b.parameters[index]]))
      #expect(Array(a[parameter]) != Array(c[c.parameters[index]]))
    }
  }

  /// A kernel `[400, 300]` that begins as an option of Keras says.
  private func kernel(_ initializer: JSONValue) throws -> [Float] {
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .vector(features: 400),
        layers: [
          LayerConfiguration(
            "Dense", name: "dense",
            options: ["units": 300, "kernel_initializer": initializer])
        ]))
    try parameters.initialize(seed: 3)
    return Array(parameters[parameters.parameters[0]])
  }

  /// A deviation of √(scale / fan), as `keras.initializers.VarianceScaling` has it: a uniform distribution up to √3
  /// times that, a truncated normal one up to 2 / 0.8796 times that, and another one beyond.
  @Test(arguments: [
    ("uniform", 0.0...0.1415), ("truncated_normal", 0.17...0.1857),
    ("untruncated_normal", 0.28...1),
  ])
  func varianceScalingIsKeras(distribution: String, largest: ClosedRange<Double>) throws {
    let weights = try kernel([
      "class_name": "VarianceScaling",
      "config": ["scale": 2, "mode": "fan_out", "distribution": .string(distribution)],
    ])
    let variance = weights.map { Double($0 * $0) }.reduce(0, +) / Double(weights.count)
    #expect(abs(variance.squareRoot() / (2 / 300.0).squareRoot() - 1) < 0.02)
    #expect(largest.contains(Double(weights.map(abs).max() ?? 0)))
  }

  /// Keras' short names, all of which `keras.initializers.get` knows.
  @Test(arguments: [
    "constant", "random_uniform", "random_normal", "truncated_normal", "lecun_uniform",
    "lecun_normal", "variance_scaling", "zero", "one", "orthogonal",
  ])
  func shortNamesBeginAsLongOnes(name: String) throws {
    let long =
      [
        "zero": "Zeros", "one": "Ones",
      ][name] ?? name.split(separator: "_").map(\.capitalized).joined()
    #expect(try kernel(.string(name)) == kernel(["class_name": .string(long), "config": [:]]))
    let glorot = try kernel("glorot_uniform")
    #expect(try kernel(.string(name)) != glorot)
  }

  @Test func anUnknownInitializerIsAnError() throws {
    #expect(throws: ConfigurationError("layer dense: kernel's initializer STFT is not supported")) {
      try kernel(["class_name": "STFT", "config": [:]])
    }
  }
}
