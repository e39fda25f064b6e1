import Files
import Testing

@testable import Recurrent

/// `OrthogonalRegularizer` in double precision, against central finite differences.
@Suite struct OrthogonalPenaltyTests {
  @Test(arguments: ["rows", "columns"]) func gradientEqualsFiniteDifferences(mode: String) throws {
    let option: JSONValue = [
      "class_name": "OrthogonalRegularizer", "config": ["factor": 0.3, "mode": .string(mode)],
    ]
    let regularizer = try #require(Regularizer(option))
    let shape = [3, 4]
    var generator = PhiloxGenerator(seed: 1, stream: .initialWeights)
    var values: [Double] = (0..<12).map { _ in generator.uniform() - 0.4 }
    var gradient = [Double](repeating: 0, count: 12)
    values.withUnsafeMutableBufferPointer { weights in
      gradient.withUnsafeMutableBufferPointer { gradient in
        guard let base = gradient.baseAddress else { return }
        regularizer.addGradient(weights, shape: shape, to: base)
      }
      let h = 1e-6
      for index in weights.indices {
        let weight = weights[index]
        weights[index] = weight + h
        let above = regularizer.loss(weights, shape: shape)
        weights[index] = weight - h
        let below = regularizer.loss(weights, shape: shape)
        weights[index] = weight
        #expect(abs((above - below) / (2 * h) - gradient[index]) < 1e-8)
      }
    }
  }

  @Test func onlyMatricesHaveAngles() throws {
    let options: [String: JSONValue] = ["units": 2, "bias_regularizer": "OrthogonalRegularizer"]
    #expect(throws: ConfigurationError.self) {
      try LayerConfiguration("Dense", name: "dense", options: options).validate()
    }
  }
}
