import Files
import Recurrent

extension Model {
  /// A sequence that the model is fed step by step, from its beginning: the state is zero.
  ///
  /// Any number of streams share the model's weights and the memory that it computes in.
  ///
  /// - Throws: `ConfigurationError` if a layer needs the whole sequence at once, as ``Bidirectional`` and ``Conv1D`` do;
  ///   `OutOfMemory`.
  public func stream() throws -> Stream {
    let engine = try core.lock.locked { try core.stepEngine() }
    return Stream(
      engine: engine, state: [Float](repeating: 0, count: engine.stateCount), position: 0)
  }

  /// A stream that goes on where one of the model's own sequences stands.
  ///
  /// - Parameter row: The sequence's place in the batch.
  /// - Throws: `ConfigurationError` as ``stream()``, or if there is no such sequence.
  public func stream(fromRow row: Int) throws -> Stream {
    var stream = try stream()
    let state = core.lock.locked { core.recurrentState }
    guard let state, (0..<state.batch).contains(row),
      state.layers.flatMap({ layer in layer.valueNames.map { [layer.name, $0] } })
        == stream.engine.layout.map({ [$0.layer, $0.name] })
    else {
      throw ConfigurationError(
        "the model has no sequence \(row) that all its layers have a state of")
    }
    stream.state = state.row(row).layers.flatMap { $0.values.flatMap { $0 } }
    return stream
  }

  /// Feeds a step to each of many streams. What they give is the same as if each stepped by itself; the products with the
  /// weights are shared, which is faster.
  ///
  /// - Parameters:
  ///   - streams: Streams of this model.
  ///   - inputs: `[streams, features]`, or `[streams]` for a model that begins with an ``Embedding``.
  /// - Returns: `[streams, units]`.
  /// - Throws: `ConfigurationError` if a stream is not one of this model, or the inputs have another shape;
  ///   `SymbolOutOfRange`; `OutOfMemory`. The streams stay where they were.
  public func step(_ streams: inout [Stream], _ inputs: Tensor) throws -> Tensor {
    let engine = try core.lock.locked { try core.stepEngine() }
    guard streams.allSatisfy({ $0.engine === engine }) else {
      throw ConfigurationError("a stream is not one of this model")
    }
    let shape = [streams.count, engine.features]
    guard inputs.shape == shape || engine.features == 1 && inputs.shape == [streams.count] else {
      throw ConfigurationError(
        "inputs have shape \(inputs.shape); \(streams.count) streams of this model take \(shape)")
    }
    let output = try engine.step(inputs.values, of: &streams)
    return Tensor(checked: [streams.count, engine.outputUnits], output)
  }

  /// A sequence that a model is fed step by step: the state that is carried, and nothing else, so that a process can hold a
  /// million of them.
  ///
  /// ```swift
  /// var stream = try model.stream()
  /// for letter in 0..<25 { print(try stream.step([Float(letter) / 26])) }
  /// ```
  ///
  /// A copy is a stream of its own that stands at the same place. Streams of one model wait for each other while they
  /// step; a training that goes on meanwhile changes their weights too.
  ///
  /// Memory: 24 bytes, and an array of 32 bytes and ``stateCount`` scalars of 4.
  public struct Stream: Sendable {
    let engine: StepEngine
    /// The states of all layers, one behind the other, from input to output.
    public internal(set) var state: [Float]
    /// The steps that were made.
    public internal(set) var position: Int

    init(engine: StepEngine, state: [Float], position: Int) {
      self.engine = engine
      self.state = state
      self.position = position
    }

    /// The values of ``state``: for an LSTM twice its units, for a GRU or a simple recurrence once.
    public var stateCount: Int { state.count }

    /// Feeds a step.
    ///
    /// - Parameter input: `[features]`; the number of a symbol alone if the model begins with an ``Embedding``.
    /// - Returns: The output for this step, `[units]`.
    /// - Throws: `ConfigurationError` if the step has another number of values; `SymbolOutOfRange`. The stream stays where
    ///   it was.
    public mutating func step(_ input: [Float]) throws -> [Float] {
      let output = try engine.step(input, state: &state)
      position += 1
      return output
    }

    /// Feeds a symbol: its number for an ``Embedding``, and otherwise a step that is 1 in that place and 0 elsewhere.
    ///
    /// - Returns: The output for this step, `[units]`.
    /// - Throws: `ConfigurationError` if the model has no such symbol. The stream stays where it was.
    public mutating func step(symbol: Int) throws -> [Float] {
      let output = try engine.step(symbol: symbol, state: &state)
      position += 1
      return output
    }

    /// Begins a new sequence.
    public mutating func reset() {
      state = [Float](repeating: 0, count: state.count)
      position = 0
    }
  }
}

extension Model.Stream: Equatable {
  /// Whether the two stand at the same place.
  public static func == (one: Self, other: Self) -> Bool {
    one.position == other.position && one.state == other.state
      && (one.engine === other.engine || one.engine.layout == other.engine.layout)
  }
}
