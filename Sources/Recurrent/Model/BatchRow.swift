/// One row of a batch: where the input of a sample goes, and where its output comes.
package struct BatchRow {
  fileprivate let model: Sequential<Float>
  fileprivate let output: UnsafeBufferPointer<Float>
  private let row: Int
  private let rows: Int

  fileprivate init(
    _ model: Sequential<Float>, row: Int, of rows: Int, output: UnsafeBufferPointer<Float>
  ) {
    (self.model, self.row, self.rows, self.output) = (model, row, rows, output)
  }

  /// Gives the row its input.
  ///
  /// - Parameter values: `[timeSteps, features]`, row-major.
  package func setInput(_ values: ArraySlice<Float>) {
    let features = model.configuration.features
    for (index, value) in values.enumerated() {
      let (step, feature) = (index / features, index % features)
      model.input[(step * rows + row) * features + feature] = value
    }
  }

  /// Gives the row numbers of symbols for its input, see ``Sequential/readsSymbols``.
  ///
  /// - Parameter numbers: `[timeSteps]`.
  package func setSymbols(_ numbers: ArraySlice<Int32>) {
    for (step, number) in numbers.enumerated() { model.symbols[step * rows + row] = number }
  }

  /// A value of the output.
  package func output(step: Int = 0, unit: Int) -> Float {
    output[(step * rows + row) * model.outputUnits + unit]
  }

  /// The likeliest class at a step of the output.
  package func likeliestClass(step: Int = 0) -> Int {
    (0..<model.outputUnits).reduce(0) { best, unit in
      output(step: step, unit: unit) > output(step: step, unit: best) ? unit : best
    }
  }
}

extension Sequential where Scalar == Float {
  /// Computes samples batch by batch: Keras' `predict`.
  ///
  /// - Parameters:
  ///   - load: Gives the input of a sample.
  ///   - read: Takes its output.
  /// - Throws: ``SymbolOutOfRange``, or what `load` and `read` throw.
  package func compute(
    samples: Int, load: (_ sample: Int, BatchRow) throws -> Void,
    read: (_ sample: Int, BatchRow) throws -> Void
  ) throws {
    let nothing = UnsafeBufferPointer<Float>(start: nil, count: 0)
    for first in stride(from: 0, to: samples, by: batch) {
      let rows = min(batch, samples - first)
      for row in 0..<rows {
        try load(first + row, BatchRow(self, row: row, of: rows, output: nothing))
      }
      let output = forward(rows: rows)
      try checkSymbols { first + $0 }
      for row in 0..<rows {
        try read(first + row, BatchRow(self, row: row, of: rows, output: output))
      }
    }
  }
}
