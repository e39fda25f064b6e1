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

  /// The outputs of all samples of files.
  ///
  /// - Parameter data: A file for each input of the model, see ``NamedFiles``.
  /// - Returns: What ``predict(_:continues:)`` returns.
  /// - Throws: `FileError` if one cannot be read, or has a value that is not a symbol where the model takes
  ///   symbols; `ConfigurationError` if the shape is not one that the model takes.
  package func predict(contentsOf data: [String], continues: Bool) throws -> [Tensor] {
    let inputs = checkpoint.configuration.inputs
    let files = try NamedFiles.all(data, for: inputs.map(\.givenName), "input")
    let arrays = try zip(files, inputs).map { file, input in
      let array = try input.read(file)
      return file.hasSuffix(".csv") ? array.asSamples(input.sizes) : array
    }
    do {
      return try predict(arrays, continues: continues)
    } catch let error as SymbolOutOfRange {
      throw FileError(.invalid, file: files[error.input], error.description)
    }
  }

  /// The files of the outputs; `nil` for one that none is given for.
  ///
  /// - Throws: `ConfigurationError` if there are others.
  package func outputFiles(_ arguments: [String]) throws(ConfigurationError) -> [String?] {
    try NamedFiles.files(arguments, for: checkpoint.configuration.outputNames, "output")
  }

  /// The outputs of all samples.
  ///
  /// - Parameters:
  ///   - inputs: For each input of the model `[samples, timeSteps, features]`; `[samples, timeSteps]` where it is symbols,
  ///     and `[samples, features]` where it has no time.
  ///   - continues: Whether the state is the file's, not zero.
  /// - Returns: For each output of the model `[samples, units]`, or `[samples, timeSteps, units]`.
  /// - Throws: `ConfigurationError` if the shape is not one that the model takes; `SymbolOutOfRange` if a value is no
  ///   symbol of an `Embedding`.
  package func predict(_ inputs: [Tensor], continues: Bool) throws -> [Tensor] {
    let configuration = checkpoint.configuration
    let samples = try configuration.samples(ofInputs: inputs.map(\.shape), "has")
    let steps = configuration.steps(ofInputs: inputs.map(\.shape))
    for (number, symbols) in configuration.symbolsOfInputs.enumerated() {
      try symbols?.check(inputs[number].values, timeSteps: steps[number], input: number)
    }
    let batch =
      configuration.isStateful ? configuration.stateRows : min(samples, Self.rowsAtOnce)
    guard !configuration.isStateful || samples % batch == 0 else {
      throw ConfigurationError(
        "the input has \(samples) samples; the model's batch of \(batch) does not divide them")
    }
    let model = try Sequential(parameters: checkpoint.parameters, batch: batch, steps: steps)
    if continues, let state = checkpoint.recurrentState { try model.restore(state) }
    self.model = model

    let symbols = zip(inputs, configuration.inputs).map { array, input in
      array.values.oneHotNumbers(columns: input.sample.features)
    }
    for (input, symbols) in zip(model.inputs, symbols) { input.isSymbols = symbols != nil }
    var outputs = model.outputs.map { output in
      [Float](repeating: 0, count: samples * output.steps * output.units)
    }
    try model.compute(samples: samples) { sample, row in
      for (number, input) in model.inputs.enumerated() {
        let steps = input.timeSteps
        if let symbols = symbols[number] {
          row.setSymbols(symbols[sample * steps..<(sample + 1) * steps], input: number)
        } else {
          let size = steps * input.features
          row.setInput(
            inputs[number].values[sample * size..<(sample + 1) * size], input: number)
        }
      }
    } read: { sample, row in
      for (number, output) in model.outputs.enumerated() {
        for step in 0..<output.steps {
          let place = (sample * output.steps + step) * output.units
          for unit in 0..<output.units {
            outputs[number][place + unit] = row.output(step: step, unit: unit, of: number)
          }
        }
      }
    }
    let shapes = try configuration.outputShapes(timeSteps: steps)
    return try zip(shapes, outputs).map { shape, values in
      try Tensor(shape: [samples] + shape.sizes.compactMap { $0 }, values: values)
    }
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
