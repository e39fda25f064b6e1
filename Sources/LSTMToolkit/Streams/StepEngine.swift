import Recurrent

/// A model that is fed one step of one sequence at a time: the memory that all its streams compute in, one after the other.
final class StepEngine: @unchecked Sendable {
  /// The layers that carry a state, with what it is called and how many values it has.
  let layout: [StateLayout]
  /// The values of all states together.
  let stateCount: Int
  let features: Int
  /// The numbers that a symbol can have.
  let symbolCount: Int
  private let takesSymbols: Bool
  private let lock: ModelLock
  private let model: Sequential<Float>

  /// - Throws: `ConfigurationError` if a layer needs the whole sequence at once, or `OutOfMemory`.
  init(_ parameters: ParameterStore<Float>, lock: ModelLock) throws {
    let configuration = try parameters.configuration.stepByStep(batch: 1)
    // Layers that need a fixed number of steps cannot do with any.
    try configuration.validate()
    guard configuration.input.isSequence else {
      throw ConfigurationError("the model has no time axis, so that it has no streams")
    }
    if let layer = configuration.layers.first(where: { $0.className == "RepeatVector" }) {
      throw ConfigurationError(
        "layer \(layer.name) (RepeatVector) makes a sequence of each step, so that there are no streams"
      )
    }
    model = try Sequential(
      parameters: parameters, as: configuration, batch: 1, timeSteps: 1)
    self.lock = lock
    let state = model.recurrentState
    layout = (state?.layers ?? []).flatMap { layer in
      layer.valueNames.map { StateLayout(layer: layer.name, name: $0, units: layer.units) }
    }
    stateCount = layout.reduce(0) { $0 + $1.units }
    features = configuration.features
    takesSymbols = configuration.inputSymbols != nil
    symbolCount = configuration.inputSymbols?.count ?? features
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
    guard (0..<symbolCount).contains(symbol) else {
      throw ConfigurationError(
        "\(symbol) is not a symbol of the model, which takes numbers from 0 to \(symbolCount - 1)")
    }
    return try lock.locked {
      model.readsSymbols = true
      model.symbols[0] = Int32(symbol)
      return try step(state: &state)
    }
  }

  /// Puts the state in, computes, and takes it out.
  private func step(state: inout [Float]) throws -> [Float] {
    var place = 0
    state.withUnsafeBufferPointer { state in
      for values in model.states {
        guard let to = values.baseAddress, let from = state.baseAddress else { continue }
        to.update(from: from + place, count: values.count)
        place += values.count
      }
    }
    let output = Array(model.forward(rows: 1))
    try model.checkSymbols()
    place = 0
    state.withUnsafeMutableBufferPointer { state in
      for values in model.states {
        guard let from = values.baseAddress, let to = state.baseAddress else { continue }
        (to + place).update(from: from, count: values.count)
        place += values.count
      }
    }
    return output
  }
}

/// One state of one layer.
struct StateLayout: Codable, Equatable, Sendable {
  let layer: String
  let name: String
  let units: Int
}
