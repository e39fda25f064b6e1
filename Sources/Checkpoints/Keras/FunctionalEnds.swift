import Files
import HDF5
import Recurrent

/// Where a functional model begins and ends, Keras' `input_layers` and `output_layers`, and which calls of the models
/// inside it are meant.
struct FunctionalEnds {
  private let inputs, outputs: JSONValue
  private let version: KerasVersion

  init(_ config: JSONValue, version: KerasVersion) {
    inputs = config["input_layers"] ?? nil
    outputs = config["output_layers"] ?? nil
    self.version = version
  }

  /// Gives a model its inputs, whose shapes are still to come, and its outputs.
  ///
  /// - Parameter layers: What the model was read from.
  func set(in model: inout ModelConfiguration, layers: [JSONValue]) {
    model.inputs = FunctionalCall.values(in: inputs).map {
      InputConfiguration($0.name, .vector(features: 1))
    }
    model.outputs = FunctionalCall.values(in: outputs)
    model.inputKeys = Self.keys(inputs)
    model.outputKeys = Self.keys(outputs)
    // The calls of some models inside it are counted from 1: that of the model by itself comes first.
    for (index, layer) in model.layers.enumerated() {
      guard let inner = layer.model else { continue }
      let json = layers.first { ($0["config"]?["name"] ?? $0["name"])?.string == layer.name }
      let beginsWithInput =
        json?["config"]?["layers"]?.array?.first?["class_name"] == "InputLayer"
      let countsItself = inner.isFunctional || version == .two && beginsWithInput
      guard countsItself else { continue }
      model.outputs = model.outputs.map { Self.counted($0, of: model.layers[index]) }
      guard version == .two else { continue }
      for taker in model.layers.indices {
        for call in model.layers[taker].calls.indices {
          model.layers[taker].calls[call].inputs = model.layers[taker].calls[call].inputs.map {
            Self.counted($0, of: model.layers[index])
          }
        }
      }
    }
  }

  /// The same value, counted from 0.
  private static func counted(_ value: ValueName, of layer: LayerConfiguration) -> ValueName {
    guard value.name == layer.name else { return value }
    return ValueName(value.name, call: max(0, value.call - 1), output: value.output)
  }

  /// The names of values in a dictionary, in their order; `nil` if they are in none.
  private static func keys(_ ends: JSONValue) -> [String]? {
    guard case .object(let members) = ends else { return nil }
    return members.keys.sorted()
  }

  /// The ends of a model as Keras writes them.
  static func write(
    _ model: ModelConfiguration, version: KerasVersion
  ) -> (inputs: JSONValue, outputs: JSONValue) {
    (
      write(
        model.inputs.map { ValueName($0.givenName) }, keys: model.inputKeys, of: model, version),
      write(model.givenOutputs, keys: model.outputKeys, of: model, version)
    )
  }

  private static func write(
    _ values: [ValueName], keys: [String]?, of model: ModelConfiguration, _ version: KerasVersion
  ) -> JSONValue {
    let ends = values.map { value -> JSONValue in
      let inner = model.layers.first { $0.name == value.name }?.model
      let first = inner.map { $0.isFunctional || version == .two ? 1 : 0 } ?? 0
      return [.string(value.name), .integer(value.call + first), .integer(value.output)]
    }
    if let keys, keys.count == ends.count {
      return .object(Dictionary(zip(keys, ends)) { one, _ in one })
    }
    // One end may stand alone.
    return ends.count == 1 && version == .three ? ends[0] : .array(ends)
  }
}
