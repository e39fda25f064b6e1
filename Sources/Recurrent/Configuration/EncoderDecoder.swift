import Files

/// A recurrent network that reads one sequence of symbols and writes another (Sutskever, Vinyals & Le 2014; Cho et al.
/// 2014).
package struct EncoderDecoder: Equatable, Sendable {
  /// The layers of the encoder, and of the decoder: in a bidirectional encoder each direction has so many units, and the
  /// decoder twice as many.
  package var stack: RecurrentStack
  /// The symbols that the encoder reads, and those that the decoder writes, padding among them: number 0.
  package var sourceSymbols, targetSymbols: Int
  /// The units of the embedding of each.
  package var embedding: Int
  /// Whether the recurrent layers of the decoder do not look at the mask, as Keras 3 has it where the states to begin
  /// with are given.
  package var ignoresMask: Bool

  package init(
    _ stack: RecurrentStack, sourceSymbols: Int, targetSymbols: Int, embedding: Int,
    ignoresMask: Bool
  ) {
    self.stack = stack
    self.sourceSymbols = sourceSymbols
    self.targetSymbols = targetSymbols
    self.embedding = embedding
    self.ignoresMask = ignoresMask
  }

  /// Keras' functional model for training, whose decoder is given the true target (Williams & Zipser 1989): inputs `source`
  /// and `target`, and at every step of the target the probabilities of its next symbol.
  package var configuration: ModelConfiguration {
    var graph = LayerList()
    var source = graph.add("Embedding", "source_embedding", on: ["source"], symbols(sourceSymbols))
    var target = graph.add("Embedding", "target_embedding", on: ["target"], symbols(targetSymbols))
    for (index, units) in stack.units.enumerated() {
      let suffix = index == 0 ? "" : "_\(index)"
      let isRead = stack.hasAttention || index + 1 < stack.units.count
      let encoder = graph.add(
        stack.isBidirectional ? "Bidirectional" : stack.cell.className, "encoder" + suffix,
        on: [source], encoderOptions(units: units, name: "encoder_cell" + suffix, isRead))
      target = graph.add(
        stack.cell.className, "decoder" + suffix,
        on: [target] + states(of: encoder, suffix, in: &graph),
        [
          "units": .integer(units * (stack.isBidirectional ? 2 : 1)), "return_sequences": true,
          "ignores_mask": .bool(ignoresMask),
        ])
      if isRead { source = dropout(of: encoder, in: &graph) }
      target = dropout(of: target, in: &graph)
    }
    if stack.hasAttention {
      let context = graph.add("AdditiveAttention", "attention", on: [target, source])
      target = graph.add("Concatenate", "concatenate", on: [target, context])
    }
    target = graph.add(
      "Dense", "dense", on: [target],
      ["units": .integer(targetSymbols), "activation": "softmax"])
    return ModelConfiguration(
      batch: nil,
      inputs: ["source", "target"].map {
        InputConfiguration($0, .sequence(timeSteps: nil, features: 1), isSymbols: true)
      }, layers: graph.ordered(below: target), outputs: [target])
  }

  /// The options of an embedding. Within ±1, where Keras begins within ±0.05, symbols differ from the first step on: on the
  /// pairs of `docs/pairs.md` as many epochs then reach more.
  private func symbols(_ count: Int) -> [String: JSONValue] {
    [
      "input_dim": .integer(count), "output_dim": .integer(embedding), "mask_zero": true,
      "embeddings_initializer": [
        "class_name": "RandomUniform", "config": ["minval": -1, "maxval": 1],
      ],
    ]
  }

  private func encoderOptions(
    units: Int, name: String, _ isRead: Bool
  ) -> [String: JSONValue] {
    let options: [String: JSONValue] = [
      "units": .integer(units), "return_state": true, "return_sequences": .bool(isRead),
    ]
    guard stack.isBidirectional else { return options }
    let inner = options.merging(["name": .string(name)]) { _, new in new }
    return ["layer": ["class_name": .string(stack.cell.className), "config": .object(inner)]]
  }

  /// The states that a layer of the decoder begins with: those of both directions side by side.
  private func states(
    of encoder: ValueName, _ suffix: String, in graph: inout LayerList
  ) -> [ValueName] {
    let names = stack.cell.stateNames
    return names.enumerated().map { index, name in
      let state = ValueName(encoder.name, output: 1 + index)
      guard stack.isBidirectional else { return state }
      return graph.add(
        "Concatenate", "encoder_\(name)" + suffix,
        on: [state, ValueName(encoder.name, output: 1 + names.count + index)])
    }
  }

  private func dropout(of value: ValueName, in graph: inout LayerList) -> ValueName {
    stack.dropout == 0
      ? value
      : graph.add(
        "Dropout", value.name + "_dropout", on: [value], ["rate": .number(stack.dropout)])
  }
}

/// The layers of a functional model, each behind those that it takes.
private struct LayerList {
  private var layers: [LayerConfiguration] = []

  /// - Returns: The first output of the layer.
  mutating func add(
    _ className: String, _ name: String, on inputs: [ValueName],
    _ options: [String: JSONValue] = [:]
  ) -> ValueName {
    var layer = LayerConfiguration(className, name: name, options: options)
    layer.inputs = inputs
    layers.append(layer)
    return ValueName(name)
  }

  /// The layers in Keras' order, which is that of the weights in its files: the further from the output the earlier, and
  /// those that are equally far as they are met on the way from it (`keras.src.ops.function.map_graph`).
  func ordered(below output: ValueName) -> [LayerConfiguration] {
    var distances: [String: Int] = [:]
    for layer in layers.reversed() {
      for input in layer.inputs {
        distances[input.name] = max(
          distances[input.name] ?? 0, 1 + (distances[layer.name] ?? 0))
      }
    }
    var met: [String] = []
    func meet(_ name: String) {
      guard !met.contains(name) else { return }
      met.append(name)
      for input in layers.first(where: { $0.name == name })?.inputs ?? [] { meet(input.name) }
    }
    meet(output.name)
    return met.enumerated().compactMap { place, name in
      layers.first { $0.name == name }.map { (-(distances[name] ?? 0), place, $0) }
    }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }
}

extension ValueName: ExpressibleByStringLiteral {
  package init(stringLiteral name: String) { self.init(name) }
}
