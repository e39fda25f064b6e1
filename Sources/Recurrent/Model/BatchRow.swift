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
  /// - Parameters:
  ///   - values: `[timeSteps, features]`, row-major.
  ///   - number: Which of the model's inputs it is.
  package func setInput(_ values: ArraySlice<Float>, input number: Int = 0) {
    let features = model.inputs[number].features
    let input = model.inputs[number].values
    for (index, value) in values.enumerated() {
      let (step, feature) = (index / features, index % features)
      input[(step * rows + row) * features + feature] = value
    }
  }

  /// Gives the row numbers of symbols for its input, see ``Sequential/readsSymbols``.
  ///
  /// - Parameters:
  ///   - numbers: `[timeSteps]`.
  ///   - input: Which of the model's inputs it is.
  package func setSymbols(_ numbers: ArraySlice<Int32>, input: Int = 0) {
    let symbols = model.inputs[input].symbols
    for (step, number) in numbers.enumerated() { symbols[step * rows + row] = number }
  }

  /// A value of the first output.
  package func output(step: Int = 0, unit: Int) -> Float {
    output[(step * rows + row) * model.outputUnits + unit]
  }

  /// A value of one of the outputs.
  package func output(step: Int, unit: Int, of number: Int) -> Float {
    let output = model.outputs[number]
    return output.place[(step * rows + row) * output.units + unit]
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
