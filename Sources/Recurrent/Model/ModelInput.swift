import Kernels

/// Where an input of a batch goes, as values or as numbers of symbols, and how the layers that read it take it.
///
/// Memory: `batch × timeSteps × features` scalars from the model's plan, which are written only if the input is values
/// or a layer needs them, and as many numbers as steps.
package final class ModelInput<Scalar: KernelScalar> {
  /// The steps of a sequence; 1 of a sample without steps.
  package let timeSteps: Int
  /// The values of one step.
  package let features: Int
  /// Whether what comes is numbers of symbols, not values.
  package var isSymbols = false
  let numbers: StepBuffer<Int32>  // [timeSteps, rows]

  private let plan: MemoryPlan<Scalar>
  private let region: MemoryPlan<Scalar>.Region  // [timeSteps, rows, features]
  /// The symbols that stand for one-hot rows; `nil` if an `Embedding` takes their numbers.
  private let oneHot: SymbolRange?
  /// Whether a layer reads it that cannot take symbols.
  private let needsValues: Bool
  /// What takes the place of values in the batch under way; `nil` if it is values.
  private(set) var prepared: SymbolRows<Scalar>?

  /// - Parameters:
  ///   - number: Which of the model's inputs it is.
  ///   - takesSymbols: Which calls take symbols where they come.
  init(
    number: Int, of graph: CallGraph, symbols: SymbolRange?,
    takesSymbols: [Bool], batch: Int, plan: MemoryPlan<Scalar>
  ) {
    let source = ValueSource.input(number)
    let shape = graph.shape(of: source)
    self.plan = plan
    timeSteps = shape.steps
    features = shape.features
    region = plan.reserve(timeSteps * batch * features)
    numbers = StepBuffer(count: timeSteps * batch, of: -1)
    let readers = zip(graph.calls, takesSymbols).filter { $0.0.sources.contains(source) }
    oneHot =
      symbols == nil ? SymbolRange(layer: readers.first?.0.name ?? "", count: features) : nil
    needsValues = readers.contains { call, takes in
      !takes || call.sources.dropFirst().contains(source)
    }
  }

  /// Where values go, `[timeSteps, rows, features]`.
  package var values: UnsafeMutableBufferPointer<Scalar> { plan.buffer(region) }
  /// Where numbers of symbols go, `[timeSteps, rows]`.
  package var symbols: UnsafeMutableBufferPointer<Int32> { numbers.values }

  var place: UnsafeMutablePointer<Scalar> { plan[region] }

  /// Makes the input ready for the layers.
  func prepare(in batch: BatchContext<Scalar>) {
    prepared = nil
    guard isSymbols, let numbers = numbers.values.baseAddress else { return }
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
    prepared = symbols
  }
}

extension CallGraph {
  /// From so many columns on a look-up is faster than a product; narrower rows are written out.
  private static var enoughColumns: Int { 16 }

  /// Which calls take the numbers of symbols where they come: an `Embedding` those of its input, other layers those of
  /// one-hot rows, if they can and those that take what they pass on can.
  ///
  /// - Parameter symbols: The symbols that each input of the model is made of; `nil` where no `Embedding` reads it.
  func takersOfSymbols(_ symbols: [SymbolRange?]) -> [Bool] {
    var canTake = [Bool](repeating: false, count: calls.count)
    for (number, call) in calls.enumerated().reversed() {
      let takers = calls.indices.filter { taker in
        calls[taker].sources.contains(.call(number, output: 0))
      }
      switch call.description.symbolUse {
      case .none: break
      case .lookUp: canTake[number] = true
      case .passOn:
        canTake[number] =
          !takers.isEmpty && call.layer.activityRegularizer == nil
          && !outputs.contains(.call(number, output: 0))
          && takers.allSatisfy { taker in
            canTake[taker]
              && !calls[taker].sources.dropFirst().contains(.call(number, output: 0))
          }
      }
    }
    var takes = canTake
    for (number, call) in calls.enumerated() {
      switch call.sources.first {
      case .input(let input) where symbols[input] != nil:
        takes[number] = call.description.symbolCount != nil
      case .input(let input):
        takes[number] =
          canTake[number] && shape(of: .input(input)).features >= Self.enoughColumns
      case .call(let below, 0):
        takes[number] =
          canTake[number] && takes[below] && calls[below].description.symbolUse == .passOn
      default: takes[number] = false
      }
    }
    return takes
  }
}
