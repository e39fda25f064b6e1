import Testing

@testable import Recurrent

/// The engine's gradients, in double precision, against central finite differences of its loss.
@Suite struct GradientTests {
  struct Shape: CustomStringConvertible, Sendable {
    var units: [Int]
    var batch: Int
    var timeSteps: Int
    var features: Int
    var stateful = false
    /// Rows that a batch really has; less than `batch` is a last partial batch.
    var rows: Int? = nil
    /// A target for every step instead of for the last.
    var sequences = false
    /// An input of symbols.
    var symbols = false

    var description: String {
      "units \(units), batch \(batch), steps \(timeSteps), features \(features)"
        + (stateful ? ", stateful" : "") + (rows.map { ", \($0) rows" } ?? "")
        + (sequences ? ", sequences" : "") + (symbols ? ", symbols" : "")
    }
  }

  static let classes = 5

  @Test(arguments: [
    Shape(units: [4], batch: 1, timeSteps: 1, features: 1),
    Shape(units: [4], batch: 1, timeSteps: 1, features: 3),
    Shape(units: [5], batch: 2, timeSteps: 4, features: 2),
    Shape(units: [5], batch: 4, timeSteps: 3, features: 2, rows: 3),
    Shape(units: [3, 4], batch: 2, timeSteps: 3, features: 2),
    Shape(units: [3, 4, 2], batch: 2, timeSteps: 3, features: 2),
    Shape(units: [3, 4], batch: 2, timeSteps: 3, features: 2, sequences: true),
    Shape(units: [4], batch: 2, timeSteps: 1, features: 1, stateful: true),
    Shape(units: [3, 4], batch: 2, timeSteps: 3, features: 2, stateful: true),
    Shape(units: [], batch: 3, timeSteps: 1, features: 4),
    Shape(units: [4], batch: 3, timeSteps: 4, features: 17, sequences: true, symbols: true),
  ])
  func gradientsEqualFiniteDifferences(shape: Shape) throws {
    let model = try makeModel(shape)
    let parameters = model.parameters
    let rows = shape.rows ?? shape.batch
    var generator = PhiloxGenerator(seed: 3, stream: .trainingData)
    let symbols =
      shape.symbols
      ? (0..<shape.timeSteps * rows).map { _ in
        Int32(generator.uniform(below: shape.features + 1)) - 1
      } : []
    let input = (0..<shape.timeSteps * rows * shape.features).map { _ in
      2 * generator.uniform() - 1
    }
    model.readsSymbols = shape.symbols
    let targets = (0..<model.outputSteps * rows).map { _ in
      Int32(generator.uniform(below: Self.classes))
    }
    let begin = model.states.map { state in state.map { _ in 2 * generator.uniform() - 1 } }
    /// The mean loss with the weights as they are, from the same state each time.
    func forward() {
      for (state, values) in zip(model.states, begin) { _ = state.update(fromContentsOf: values) }
      _ = model.input.update(fromContentsOf: input)
      _ = model.symbols.update(fromContentsOf: symbols)
      model.forward(rows: rows)
    }
    func loss() -> Double {
      forward()
      return model.evaluate(targets: targets, rows: rows).lossSum
        / Double(rows * model.outputSteps)
    }

    forward()
    model.backward(targets: targets, rows: rows)
    for parameter in parameters.parameters {
      let analytic = Array(parameters.gradient(parameter))
      let weights = parameters[parameter]
      var numeric: [Double] = []
      for index in weights.indices {
        let weight = weights[index]
        // Fourth-order central difference: its error is far below the bound.
        let h = 1e-3
        func at(_ offset: Double) -> Double {
          weights[index] = weight + offset
          return loss()
        }
        numeric.append((8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h))
        weights[index] = weight
      }
      let difference = zip(analytic, numeric).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
      let size = numeric.map { $0 * $0 }.reduce(0, +)
      // A single step from zeros does not reach the recurrent kernel: both must then be exactly 0.
      let reached = parameter.name != "recurrent_kernel" || shape.timeSteps > 1 || shape.stateful
      #expect(reached == (size > 0), "\(parameter.layer)/\(parameter.name)")
      #expect(
        difference.squareRoot() <= 1e-6 * size.squareRoot(),
        "\(parameter.layer)/\(parameter.name): \(difference.squareRoot()) of \(size.squareRoot())")
    }
  }

  private func makeModel(_ shape: Shape) throws -> Sequential<Double> {
    let configuration = ModelConfiguration.classifier(
      RecurrentStack(units: shape.units), classes: Self.classes, timeSteps: shape.timeSteps,
      features: shape.features, statefulBatch: shape.stateful ? shape.batch : nil,
      returnSequences: shape.sequences)
    let parameters = try ParameterStore<Double>(configuration)
    try parameters.initialize(seed: 5)
    // Biases away from their symmetric start.
    var generator = PhiloxGenerator(seed: 6, stream: .initialWeights)
    for parameter in parameters.parameters where parameter.name == "bias" {
      let bias = parameters[parameter]
      for index in bias.indices { bias[index] += generator.uniform() - 0.5 }
    }
    return try Sequential(
      parameters: parameters, batch: shape.batch, timeSteps: shape.timeSteps)
  }
}
