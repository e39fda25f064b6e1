import Checkpoints
import Files
import Recurrent

/// A model on arrays: all samples in, all outputs out. A stateful model takes its batch after batch with the
/// state carried on, as `keras.Model.predict` does, and can go on where a file says.
package final class ArrayPredictor {
  private let file: ModelFile
  private var checkpoint: Checkpoint { file.checkpoint }
  private var model: Sequential<Float>?

  /// The rows that a model without a fixed batch computes at once.
  private static let rowsAtOnce = 256

  package init(_ file: ModelFile) { self.file = file }

  /// The outputs of all samples of a file.
  ///
  /// - Throws: `FileError` if it cannot be read, or has a value that is not a symbol where the model takes
  ///   symbols; `ConfigurationError` if the shape is not one that the model takes.
  package func predict(contentsOf data: String, continues: Bool) throws -> Tensor {
    let input = try Tensor(contentsOf: data)
    do {
      return try predict(input, isRows: data.hasSuffix(".csv"), continues: continues)
    } catch let error as SymbolOutOfRange {
      throw FileError(.invalid, file: data, error.description)
    }
  }

  /// The outputs of all samples.
  ///
  /// - Parameters:
  ///   - input: `[samples, timeSteps, features]`; `[samples, timeSteps]` for a model of symbols, and
  ///     `[samples, features]` for one without time.
  ///   - isRows: Whether it is rows and columns, of which samples are to be made.
  ///   - continues: Whether the state is the file's, not zero.
  /// - Returns: `[samples, units]`, or `[samples, timeSteps, units]`.
  /// - Throws: `ConfigurationError` if the shape is not one that the model takes; `SymbolOutOfRange` if a value is no
  ///   symbol of an `Embedding`.
  package func predict(
    _ input: Tensor, isRows: Bool = false, continues: Bool
  ) throws -> Tensor {
    let configuration = checkpoint.configuration
    let input = isRows ? input.asSamples(configuration.inputSizes) : input
    try configuration.check(inputShape: input.shape, "the input has")
    let samples = input.shape[0]
    let timeSteps = configuration.input.isSequence ? input.shape[1] : 1
    try configuration.inputSymbols?.check(input.values, timeSteps: timeSteps)
    let batch =
      configuration.isStateful ? configuration.stateRows : min(samples, Self.rowsAtOnce)
    guard !configuration.isStateful || samples % batch == 0 else {
      throw ConfigurationError(
        "the input has \(samples) samples; the model's batch of \(batch) does not divide them")
    }
    let model = try Sequential(
      parameters: checkpoint.parameters, batch: batch, timeSteps: timeSteps)
    if continues, let state = checkpoint.recurrentState { try model.restore(state) }
    self.model = model

    let features = configuration.features
    let (steps, units) = (model.outputSteps, model.outputUnits)
    var output = [Float](repeating: 0, count: samples * steps * units)
    let symbols = input.values.oneHotNumbers(columns: features)
    model.readsSymbols = symbols != nil
    let size = timeSteps * features
    try model.compute(samples: samples) { sample, row in
      if let symbols {
        row.setSymbols(symbols[sample * timeSteps..<(sample + 1) * timeSteps])
      } else {
        row.setInput(input.values[sample * size..<(sample + 1) * size])
      }
    } read: { sample, row in
      for step in 0..<steps {
        for unit in 0..<units {
          output[(sample * steps + step) * units + unit] = row.output(step: step, unit: unit)
        }
      }
    }
    return try Tensor(
      shape: [samples] + configuration.outputSizes(timeSteps: timeSteps) + [units], values: output)
  }

  /// Stores the state after the last sample.
  package func store() {
    guard let model else { return }
    file.moveStream { checkpoint in
      checkpoint.recurrentState = model.recurrentState
      // The position of training in its data does not belong to this state.
      checkpoint.stream = nil
    }
  }
}
