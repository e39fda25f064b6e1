import Kernels

/// Where the input of a batch goes, as values or as numbers of symbols, and how the layers that read it take it.
///
/// Memory: `batch × timeSteps × features` scalars from the model's plan, which are written only if the input is values
/// or a layer needs them, and as many numbers as steps.
final class ModelInput<Scalar: KernelScalar> {
  let symbols: StepBuffer<Int32>  // [timeSteps, rows]
  /// Whether what comes is numbers of symbols, not values.
  var isSymbols = false

  private let plan: MemoryPlan<Scalar>
  private let region: MemoryPlan<Scalar>.Region  // [timeSteps, rows, features]
  private let timeSteps, features: Int
  /// The symbols that stand for one-hot rows; `nil` if an `Embedding` takes their numbers.
  private let oneHot: SymbolRange?
  /// Whether a layer reads it that cannot take symbols.
  private let needsValues: Bool
  /// Which layers take symbols in the place of values, by their numbers.
  let takesSymbols: [Bool]

  init(
    _ configuration: ModelConfiguration, _ described: [ModelConfiguration.DescribedLayer],
    batch: Int, timeSteps: Int, plan: MemoryPlan<Scalar>
  ) {
    self.plan = plan
    self.timeSteps = timeSteps
    features = configuration.features
    region = plan.reserve(timeSteps * batch * features)
    symbols = StepBuffer(count: timeSteps * batch, of: -1)
    let takesSymbols: [Bool]
    if configuration.inputSymbols != nil {
      oneHot = nil
      takesSymbols = described.map { $0.description.symbolCount != nil && $0.sources == [nil] }
    } else {
      oneHot = SymbolRange(layer: described.first?.name ?? "", count: features)
      takesSymbols =
        features >= Self.enoughColumns
        ? Self.takersOfOneHot(described) : described.map { _ in false }
    }
    self.takesSymbols = takesSymbols
    needsValues = zip(described, takesSymbols).contains { $0.sources.contains(nil) && !$1 }
  }

  /// From so many columns on a look-up is faster than a product; narrower rows are written out.
  private static var enoughColumns: Int { 16 }

  /// Which layers take the numbers of one-hot rows: those that can, if those can that take what they pass on.
  private static func takersOfOneHot(_ described: [ModelConfiguration.DescribedLayer]) -> [Bool] {
    var canTake = [Bool](repeating: false, count: described.count)
    for (number, layer) in described.enumerated().reversed() {
      let takers = described.indices.filter { described[$0].sources.contains(number) }
      switch layer.description.symbolUse {
      case .none: break
      case .lookUp: canTake[number] = layer.sources.count == 1
      case .passOn: canTake[number] = !takers.isEmpty && takers.allSatisfy { canTake[$0] }
      }
    }
    var takes = canTake
    for (number, layer) in described.enumerated() where canTake[number] {
      for case let source? in layer.sources {
        takes[number] = takes[source] && described[source].description.symbolUse == .passOn
      }
    }
    return takes
  }

  /// Where values go.
  var values: UnsafeMutableBufferPointer<Scalar> { plan.buffer(region) }

  /// Makes the input ready for the layers.
  ///
  /// - Returns: What takes the place of values for the layers that ``takesSymbols`` names; `nil` if it is values.
  func prepare(in batch: BatchContext<Scalar>) -> SymbolRows<Scalar>? {
    guard isSymbols, let numbers = symbols.values.baseAddress else { return nil }
    let (rows, values) = (timeSteps * batch.rows, plan[region])
    if let oneHot {
      for row in 0..<rows where Int(numbers[row]) >= oneHot.count || numbers[row] < -1 {
        batch.report(Scalar(numbers[row]), row: row, of: oneHot)
        numbers[row] = -1
      }
    }
    let symbols = SymbolRows<Scalar>(numbers: UnsafePointer(numbers))
    if needsValues, oneHot != nil {
      Scalar.write(symbols, to: values, rows: rows, columns: features)
    } else if needsValues {
      Scalar.writeNumbers(of: symbols, to: values, rows: rows)
    }
    return symbols
  }
}
