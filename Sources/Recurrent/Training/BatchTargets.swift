import Kernels

/// The targets of a batch: where a source of samples puts them, and where losses and metrics read them.
///
/// Memory: `batch × outputSteps` class numbers, or as many rows of values.
final class BatchTargets {
  private let classes: UnsafeMutableBufferPointer<Int32>
  private let values: UnsafeMutableBufferPointer<Float>
  /// Whether the source gives classes, and whether the loss takes what it gives as classes.
  private let givesClasses, takesClasses: Bool
  private let outputSteps: Int

  init(of source: some SampleSource, for model: Sequential<Float>, loss: Loss) {
    givesClasses = source.targetUnits == 0
    takesClasses = givesClasses || loss.takesClasses
    outputSteps = model.outputSteps
    let count = outputSteps * model.batch
    // Never empty, so that there is always a place.
    classes = .allocate(capacity: max(1, takesClasses ? count : 0))
    values = .allocate(capacity: max(1, count * source.targetUnits))
    classes.initialize(repeating: 0)
    values.initialize(repeating: 0)
  }

  deinit {
    classes.deallocate()
    values.deallocate()
  }

  /// What ``load(_:order:first:rows:into:)`` put here last.
  var targets: Targets<Float> {
    guard let classes = classes.baseAddress, let values = values.baseAddress else {
      preconditionFailure("no place for targets")
    }
    return takesClasses ? .classes(classes) : .values(values)
  }

  /// Loads samples of a source into a model, and their targets.
  ///
  /// - Throws: What the source throws.
  func load(
    _ source: some SampleSource, order: [Int32]?, first: Int, rows: Int,
    into model: Sequential<Float>
  ) throws {
    model.readsSymbols = source.givesSymbols
    guard let input = model.input.baseAddress, let classes = classes.baseAddress,
      let values = values.baseAddress
    else { return }
    func load(_ order: UnsafeBufferPointer<Int32>?) throws {
      try source.load(
        SampleBatch(
          order: order, first: first, rows: rows, input: input,
          symbols: model.readsSymbols ? model.symbols.baseAddress : nil, classes: classes,
          values: values))
    }
    if let order {
      try order.withUnsafeBufferPointer { try load($0) }
    } else {
      try load(nil)
    }
    guard takesClasses, !givesClasses else { return }
    // Arrays hold class numbers as they hold other numbers.
    for row in 0..<outputSteps * rows { classes[row] = Int32(values[row]) }
  }
}
