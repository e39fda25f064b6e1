import Foundation
import LSTMToolkit
import Testing

/// What Keras makes of small models: `Reference/library.json`, as `make_library_reference.py` writes it.
struct KerasReference: Decodable {
  let sequential, functional, symbols: Training
  let stateful: Stateful
  let shapes: Prediction

  static func load() throws -> KerasReference {
    let url = try #require(
      Bundle.module.url(forResource: "library", withExtension: "json", subdirectory: "Reference"))
    return try JSONDecoder().decode(KerasReference.self, from: Data(contentsOf: url))
  }

  struct Array: Decodable {
    let shape: [Int]
    let values: [Float]

    func tensor() throws -> Tensor { try Tensor(shape: shape, values: values) }
  }

  struct Training: Decodable {
    let names: [String]
    let x, y: Array
    let weights, trained: [Array]
    let outputs: Array
    let evaluated: [String: Double]
    let history: [String: [Double]]
  }

  struct Stateful: Decodable {
    let x: Array
    let weights, steps, states: [Array]
  }

  struct Prediction: Decodable {
    let names: [String]
    let x: Array
    let weights: [Array]
    let outputs: Array
  }
}

extension Model {
  /// Gives the model all weights, in Keras' order.
  func setAll(_ values: [KerasReference.Array]) throws {
    try #require(values.count == weights.count)
    for (weight, value) in zip(weights, values) {
      try setWeight(weight.name, of: weight.layer, to: value.tensor())
    }
  }

  func expectWeights(
    _ values: [KerasReference.Array], within tolerance: Float,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    for (weight, value) in zip(weights, values) {
      expectNear(
        try self.weight(weight.name, of: weight.layer), try value.tensor(), within: tolerance,
        location)
    }
  }
}

/// Whether two tensors are equal but for rounding.
func expectNear(
  _ one: Tensor, _ other: Tensor, within tolerance: Float,
  _ location: SourceLocation = #_sourceLocation
) {
  #expect(one.shape == other.shape, sourceLocation: location)
  let largest = zip(one.values, other.values).map { abs($0 - $1) }.max() ?? 0
  #expect(largest <= tolerance, sourceLocation: location)
}
