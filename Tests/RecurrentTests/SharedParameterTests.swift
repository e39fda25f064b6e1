import Kernels
import Testing

@testable import Recurrent

/// Layers that share their weights.
@Suite struct SharedParameterTests {
  /// An update is that by the sum of all gradients, whether the optimizer stores them all or not.
  @Test(arguments: [[:], ["global_clipnorm": 1e6]] as [[String: Double]])
  func gradientsOfAllUsesAreAddedUp(options: [String: Double]) throws {
    let (rows, units) = (2, 3)
    let configuration = ModelConfiguration(
      batch: nil, input: .vector(features: units),
      layers: [
        LayerConfiguration(
          "Dense", name: "dense", options: ["units": .integer(units), "activation": "tanh"])
      ])
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 1)
    let optimizer = try Optimizer(
      try OptimizerConfiguration(named: "sgd").with(options: options), parameters: parameters)
    // The layer twice, the second on the output of the first.
    let described = try #require(try configuration.described().first)
    let plan = try MemoryPlan<Float>()
    let uses = ParameterUses(parameters: parameters.parameters.count)
    func makeLayer() -> any Layer<Float> {
      described.description.makeLayer(
        LayerBuilder(
          name: "dense", parameters: parameters, uses: uses, inputs: [described.input],
          input: described.input, output: described.output, batch: rows, plan: plan,
          isMasked: false, number: 0, seesMasks: [true]))
    }
    let layers = [makeLayer(), makeLayer()]
    let gradient = plan.reserve(rows * units)
    let between = plan.reserve(rows * units)
    let input = plan.reserve(rows * units)
    try plan.allocate()
    #expect(uses.counts == [2, 2] && uses.areShared)
    let batch = BatchContext<Float>()
    batch.rows = rows
    for index in 0..<rows * units { plan[input][index] = Float(index) / 7 - 0.3 }

    func goBack(_ sink: any GradientSink<Float>) {
      let middle = layers[0].forward(only: plan[input], in: batch)
      _ = layers[1].forward(only: middle, in: batch)
      for index in 0..<rows * units { plan[gradient][index] = Float(index % 4) - 1.5 }
      layers[1].backward(
        outputGradient: plan[gradient], onlyInputGradient: plan[between], in: batch, sink: sink)
      layers[0].backward(
        outputGradient: plan[between], onlyInputGradient: nil, in: batch, sink: sink)
    }
    parameters.gradients.begin()
    goBack(parameters.gradients)
    let gradients = parameters.parameters.map { Array(parameters.gradient($0)) }
    let before = parameters.parameters.map { Array(parameters[$0]) }
    optimizer.beginUpdate(uses)
    goBack(optimizer.sink)
    optimizer.endUpdate()
    for (index, parameter) in parameters.parameters.enumerated() {
      for place in 0..<parameter.count {
        let expected = before[index][place] - optimizer.learningRate * gradients[index][place]
        #expect(abs(parameters[parameter][place] - expected) <= 1e-6)
        #expect(gradients[index][place] != 0)
      }
    }
  }
}
