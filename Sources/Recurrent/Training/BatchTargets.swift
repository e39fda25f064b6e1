import Kernels

/// Where a source of samples puts a batch: inputs in a model's own places, and the targets of each output here, where
/// losses and metrics read them.
///
/// Memory: `batch × steps` class numbers of each output, or as many rows of values.
package final class BatchTargets {
  /// The targets of one output.
  private struct Output {
    let classes: UnsafeMutableBufferPointer<Int32>
    let values: UnsafeMutableBufferPointer<Float>
    /// Whether the source gives classes, and whether the loss takes what it gives as classes.
    let givesClasses, takesClasses: Bool
    let steps: Int
    let place: TargetPlace
  }

  private let outputs: [Output]
  private let inputPlaces: [InputPlace]
  private let targetPlaces: [TargetPlace]

  /// - Parameter losses: One for each output.
  package init(of source: some SampleSource, for model: Sequential<Float>, losses: [Loss]) {
    outputs = zip(zip(model.outputs, source.targetShapes), losses).map { pair, loss in
      let (output, shape) = pair
      let givesClasses = shape.units == 0
      let takesClasses = givesClasses || loss.takesClasses
      let count = output.steps * model.batch
      // Never empty, so that there is always a place.
      let classes = UnsafeMutableBufferPointer<Int32>.allocate(
        capacity: max(1, takesClasses ? count : 0))
      let values = UnsafeMutableBufferPointer<Float>.allocate(
        capacity: max(1, count * shape.units))
      classes.initialize(repeating: 0)
      values.initialize(repeating: 0)
      guard let toClasses = classes.baseAddress, let toValues = values.baseAddress else {
        preconditionFailure("no place for targets")
      }
      return Output(
        classes: classes, values: values, givesClasses: givesClasses, takesClasses: takesClasses,
        steps: output.steps, place: TargetPlace(classes: toClasses, values: toValues))
    }
    inputPlaces = zip(model.inputs, source.inputShapes).map { input, shape in
      input.isSymbols = shape.givesSymbols
      return InputPlace(
        values: input.place, symbols: shape.givesSymbols ? input.symbols.baseAddress : nil)
    }
    targetPlaces = outputs.map(\.place)
  }

  deinit {
    for output in outputs {
      output.classes.deallocate()
      output.values.deallocate()
    }
  }

  /// What ``load(_:order:first:rows:into:)`` put here last for an output.
  package func targets(ofOutput number: Int = 0) -> Targets<Float> {
    let output = outputs[number]
    return output.takesClasses ? .classes(output.place.classes) : .values(output.place.values)
  }

  /// Loads samples of a source into a model, and their targets.
  ///
  /// - Throws: What the source throws.
  package func load(
    _ source: some SampleSource, order: [Int32]?, first: Int, rows: Int,
    into model: Sequential<Float>
  ) throws {
    for index in inputPlaces.indices {
      model.inputs[index].isSymbols = inputPlaces[index].symbols != nil
    }
    func load(_ order: UnsafeBufferPointer<Int32>?) throws {
      try source.load(
        SampleBatch(
          order: order, first: first, rows: rows, inputs: inputPlaces, targets: targetPlaces))
    }
    if let order {
      try order.withUnsafeBufferPointer { try load($0) }
    } else {
      try load(nil)
    }
    for output in outputs where output.takesClasses && !output.givesClasses {
      // Arrays hold class numbers as they hold other numbers.
      for row in 0..<output.steps * rows { output.classes[row] = Int32(output.values[row]) }
    }
  }

  /// Hands over each step of a batch that no mask leaves out.
  func forEach(
    _ output: UnsafeBufferPointer<Float>, of model: Sequential<Float>, rows: Int,
    _ body: (MeasuredOutput) -> Void
  ) {
    let (units, mask, targets) = (model.outputUnits, model.outputMask, targets())
    for row in 0..<model.outputSteps * rows where mask.map({ $0[row] != 0 }) ?? true {
      let target: MeasuredOutput.Target =
        switch targets {
        case .classes(let classes): .classNumber(Int(classes[row]))
        case .values(let values):
          .values(UnsafeBufferPointer(start: values + row * units, count: units))
        }
      body(
        MeasuredOutput(
          target: target,
          output: UnsafeBufferPointer(rebasing: output[row * units..<(row + 1) * units])))
    }
  }
}
