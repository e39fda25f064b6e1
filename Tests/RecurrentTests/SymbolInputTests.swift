import Files
import Kernels
import Testing

@testable import Recurrent

/// Numbers of symbols in the place of the rows that they stand for.
@Suite struct SymbolInputTests {
  typealias Chain = LayerGradientTests.Chain

  private func makeModel(
    _ chain: Chain, rows: Int
  ) throws -> (model: Sequential<Float>, optimizer: Optimizer<Float>) {
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .sequence(timeSteps: chain.timeSteps, features: chain.features),
        inputIsSymbols: chain.symbols, layers: chain.layers, functionalInput: "input_layer"))
    try parameters.initialize(seed: 1)
    return (
      try Sequential(parameters: parameters, batch: rows, timeSteps: chain.timeSteps),
      try Optimizer(.adam(), parameters: parameters)
    )
  }

  /// Output, gradients, and the weights after an update.
  private func results(
    _ chain: Chain, rows: Int, _ load: (Sequential<Float>) -> Void
  ) throws -> [[Float]] {
    let (model, optimizer) = try makeModel(chain, rows: rows)
    let targets = (0..<model.outputSteps * rows * model.outputUnits).map { Float($0 % 3) / 3 }
    load(model)
    let output = Array(model.forward(rows: rows, training: true))
    model.backward(targetValues: targets, loss: .meanSquaredError, rows: rows)
    let store = model.parameters
    let gradients = store.parameters.map { Array(store.gradient($0)) }
    model.forward(rows: rows, training: true)
    model.backward(
      targetValues: targets, loss: .meanSquaredError, rows: rows, optimizer: optimizer)
    return [output] + gradients + store.parameters.map { Array(store[$0]) }
  }

  private static func chain(
    _ description: String, _ layers: [(String, [String: JSONValue])]
  ) -> Chain {
    Chain(
      description: description,
      layers: layers.enumerated().map {
        LayerConfiguration($1.0, name: "layer_\($0)", options: $1.1)
      })
  }

  /// Layers whose output is symbols again, below ones that take them and one that does not.
  static let dropouts: [Chain] = [
    chain(
      "Dropout twice, masked",
      [
        ("Dropout", ["rate": 0.3]), ("Masking", [:]), ("Dropout", ["rate": 0.4]),
        ("LSTM", ["units": 4, "dropout": 0.3, "go_backwards": true]),
      ]),
    chain("Dropout below Dense", [("Dropout", ["rate": 0.3]), ("Dense", ["units": 2])]),
    chain("Dropout alone", [("Dropout", ["rate": 0.3])]),
    chain(
      "dropouts of other kinds",
      [
        ("SpatialDropout1D", ["rate": 0.3]), ("GaussianDropout", ["rate": 0.2]),
        ("GRU", ["units": 3]),
      ]),
    chain("another mask", [("Masking", ["mask_value": 1]), ("GRU", ["units": 3])]),
  ]

  /// Every layer, on one row, whose gradients are computed on the way, and on several; on inputs that are wide enough to
  /// be looked up, and on ones that are written out.
  @Test(
    arguments: LayerGradientTests.recurrent + LayerGradientTests.others
      + LayerGradientTests.convolutions + LayerGradientTests.graphs + dropouts,
    [(1, 17), (3, 17), (3, 5)])
  func theyGiveWhatTheirRowsGive(chain: Chain, size: (rows: Int, columns: Int)) throws {
    var chain = chain
    if !chain.symbols { chain.features = size.columns }
    let rows = size.rows
    var generator = PhiloxGenerator(seed: 2, stream: .trainingData)
    let numbers = (0..<chain.timeSteps * rows).map { place in
      // Steps at the beginning of some rows do not count.
      let counts = place / rows >= place % rows
      return chain.symbols
        ? counts ? Int32(1 + generator.uniform(below: 4)) : 0
        : counts ? Int32(generator.uniform(below: chain.features)) : -1
    }
    let ofSymbols = try results(chain, rows: rows) { model in
      model.input.update(repeating: .nan)
      _ = model.symbols.update(fromContentsOf: numbers)
      model.readsSymbols = true
    }
    let ofRows = try results(chain, rows: rows) { model in
      for (row, number) in numbers.enumerated() {
        if chain.symbols {
          model.input[row] = Float(number)
        } else if number >= 0 {
          model.input[row * chain.features + Int(number)] = 1
        }
      }
    }
    #expect(ofSymbols == ofRows)
    #expect(ofRows[0].contains { $0 != 0 })
  }

  @Test(arguments: [3, -2, Int32.max]) func otherNumbersAreReported(number: Int32) throws {
    let (model, _) = try makeModel(Self.chain("", [("LSTM", ["units": 2])]), rows: 2)
    model.readsSymbols = true
    model.symbols.update(repeating: 0)
    model.symbols[5] = number
    model.forward(rows: 2)
    #expect(
      throws: SymbolOutOfRange(
        range: SymbolRange(layer: "layer_0", count: 3), value: Float(number), sample: 1, timeStep: 2
      )
    ) { try model.checkSymbols() }
  }

  @Test func oneHotRowsOfADatasetAreSymbols() throws {
    func dataset(_ inputs: [Float]) throws -> SequenceDataset {
      try SequenceDataset(
        samples: 2, timeSteps: 2, features: 2, targetSteps: 2, inputs: inputs,
        targets: [0, 1, 0, 1])
    }
    var chain = Self.chain("", [("Dense", ["units": 2])])
    (chain.timeSteps, chain.features) = (2, 2)
    let (model, _) = try makeModel(chain, rows: 2)
    #expect(try dataset([0, 1, 1, 0, 0, 0, 0, 1]).givesSymbols)
    #expect(!(try dataset([0, 1, 1, 0, 0, 0, 0, 2]).givesSymbols))
    #expect(!(try dataset([0, 1, 1, 1, 0, 0, 0, 1]).givesSymbols))
    try model.load(try dataset([0, 1, 1, 0, 0, 0, 0, 1]))
    #expect(Array(model.symbols) == [1, -1, 0, 1] && model.readsSymbols)
    try model.load(try dataset([0, 1, 1, 0, 0, 0, 0, 2]))
    #expect(Array(model.input) == [0, 1, 0, 0, 1, 0, 0, 2] && !model.readsSymbols)
  }
}
