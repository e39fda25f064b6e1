import Recurrent

/// A model that is fed one step of one sequence at a time: the memory that all its streams compute in, one after the other.
final class StepEngine: @unchecked Sendable {
  /// The layers that carry a state, with what it is called and how many values it has.
  let layout: [StateLayout]
  /// The values of all states together.
  let stateCount: Int
  let features: Int
  /// The values of an output.
  let outputUnits: Int
  /// The symbols that a step is, where it is one.
  private let symbols: SymbolRange?
  private let lock: ModelLock
  private let model: Sequential<Float>
  private let configuration: ModelConfiguration
  /// The same for several streams at once; made when it is asked for.
  private var wide: Sequential<Float>?

  /// - Throws: `ConfigurationError` if a layer needs the whole sequence at once, or `OutOfMemory`.
  init(_ parameters: ParameterStore<Float>, lock: ModelLock) throws {
    configuration = try parameters.configuration.stepByStep(batch: 1)
    // Layers that need a fixed number of steps cannot do with any.
    try configuration.validate()
    guard configuration.input.isSequence else {
      throw ConfigurationError("the model has no time axis, so that it has no streams")
    }
    if let layer = configuration.sequenceMaker {
      throw ConfigurationError(
        "layer \(layer.name) (\(layer.className)) makes a sequence of each step, so that there are no streams"
      )
    }
    model = try Sequential(
      parameters: parameters, as: configuration, batch: 1, timeSteps: 1)
    guard model.outputSteps == 1 else {
      throw ConfigurationError(
        "the model does not answer each step once, so that it has no streams")
    }
    self.lock = lock
    let state = model.recurrentState
    layout = (state?.layers ?? []).flatMap { layer in
      layer.valueNames.map { StateLayout(layer: layer.name, name: $0, units: layer.units) }
    }
    stateCount = layout.reduce(0) { $0 + $1.units }
    features = configuration.features
    outputUnits = model.outputUnits
    symbols = configuration.inputSymbols
  }

  /// A step by values.
  ///
  /// - Parameter state: What is carried from step to step; it stays as it was if this throws.
  /// - Throws: `ConfigurationError` if the step has another number of values; `SymbolOutOfRange`.
  func step(_ input: [Float], state: inout [Float]) throws -> [Float] {
    guard input.count == features else {
      throw ConfigurationError("a step has \(input.count) values; the model takes \(features)")
    }
    return try lock.locked {
      model.readsSymbols = false
      _ = model.input.update(fromContentsOf: input)
      return try step(state: &state)
    }
  }

  /// A step by the number of a symbol.
  func step(symbol: Int, state: inout [Float]) throws -> [Float] {
    let count = symbols?.count ?? features
    guard (0..<count).contains(symbol) else {
      throw ConfigurationError(
        "\(symbol) is not a symbol of the model, which takes numbers from 0 to \(count - 1)")
    }
    return try lock.locked {
      model.readsSymbols = true
      model.symbols[0] = Int32(symbol)
      return try step(state: &state)
    }
  }

  /// A step of many streams.
  ///
  /// - Parameter inputs: `[streams, features]`, row-major.
  /// - Returns: `[streams, units]`, row-major.
  /// - Throws: `SymbolOutOfRange` before any stream has stepped, or `OutOfMemory`.
  func step(_ inputs: [Float], of streams: inout [Model.Stream]) throws -> [Float] {
    try symbols?.check(inputs, timeSteps: 1)
    return try lock.locked {
      let model = try wideModel()
      let units = model.outputUnits
      model.readsSymbols = false
      var output: [Float] = []
      output.reserveCapacity(streams.count * units)
      for first in stride(from: 0, to: streams.count, by: model.batch) {
        let rows = first..<min(first + model.batch, streams.count)
        _ = model.input.update(
          fromContentsOf: inputs[rows.lowerBound * features..<rows.upperBound * features])
        for (row, number) in rows.enumerated() {
          Self.exchange(&streams[number].state, model, row: row, takesOut: false)
        }
        output += model.forward(rows: rows.count)
        for (row, number) in rows.enumerated() {
          Self.exchange(&streams[number].state, model, row: row, takesOut: true)
          streams[number].position += 1
        }
      }
      return output
    }
  }

  /// The streams that are computed at once.
  private static let rowsAtOnce = 64

  private func wideModel() throws -> Sequential<Float> {
    if let wide { return wide }
    let made = try Sequential(
      parameters: model.parameters, as: try configuration.stepByStep(batch: Self.rowsAtOnce),
      batch: Self.rowsAtOnce, timeSteps: 1)
    wide = made
    return made
  }

  /// Puts a stream's state in a row of the model's, or takes it out.
  private static func exchange(
    _ state: inout [Float], _ model: Sequential<Float>, row: Int, takesOut: Bool
  ) {
    var place = 0
    state.withUnsafeMutableBufferPointer { state in
      guard let state = state.baseAddress else { return }
      for values in model.states {
        guard let base = values.baseAddress else { continue }
        let units = values.count / model.batch
        let own = base + row * units
        if takesOut {
          (state + place).update(from: own, count: units)
        } else {
          own.update(from: state + place, count: units)
        }
        place += units
      }
    }
  }

  /// Puts the state in, computes, and takes it out.
  private func step(state: inout [Float]) throws -> [Float] {
    Self.exchange(&state, model, row: 0, takesOut: false)
    let output = Array(model.forward(rows: 1))
    try model.checkSymbols()
    Self.exchange(&state, model, row: 0, takesOut: true)
    return output
  }
}

/// One state of one layer.
struct StateLayout: Codable, Equatable, Sendable {
  let layer: String
  let name: String
  let units: Int
}
