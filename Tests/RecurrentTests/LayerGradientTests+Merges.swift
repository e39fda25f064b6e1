import Files
import Testing

@testable import Recurrent

/// Layers that join several inputs.
extension LayerGradientTests {
  /// Each merge of masked sequences, of a vector, and of one step and one feature, with an output taken twice.
  static let merges: [Chain] = [
    "Add", "Subtract", "Average", "Multiply", "Maximum", "Minimum",
  ].flatMap { name -> [Chain] in
    let below = [
      layer("masking", "Masking", ["input_layer"]),
      layer("lstm", "LSTM", ["masking"], ["units": 3, "return_sequences": true]),
      layer("gru", "GRU", ["masking"], ["units": 3, "return_sequences": true]),
      // Its first steps count where the last ones of the others do.
      layer(
        "back", "GRU", ["masking"],
        ["units": 3, "return_sequences": true, "go_backwards": true, "zero_output_for_mask": true]),
      layer("others", "Masking", ["back"]),
    ]
    let more = name == "Subtract" ? [] : ["dense", "lstm"]
    return [false, true].map { needsAllMasks in
      let options: [String: JSONValue] = ["needs_all_masks": .bool(needsAllMasks)]
      return Chain(
        description: "\(name) masked" + (needsAllMasks ? ", all masks" : ""),
        layers: below
          + (more.isEmpty ? [] : [layer("dense", "Dense", ["input_layer"], ["units": 3])])
          + [
            layer("merge", name, ["others", "gru"] + more, options),
            layer("same", name, ["gru", "lstm"], options),
            layer("again", name, ["same", "merge"], options),
            layer("rnn", "SimpleRNN", ["again"], ["units": 2, "return_sequences": true]),
          ])
    } + [
      Chain(
        description: "\(name) of vector and steps",
        layers: below + [
          layer("vector", "SimpleRNN", ["masking"], ["units": 3]),
          layer("merge", name, ["lstm", "vector"]),
          layer("again", name, ["vector", "others"]),
          layer("gru_above", "GRU", ["gru"], ["units": 2, "return_sequences": true]),
          layer("join", "Concatenate", ["merge", "again", "gru_above"]),
          layer("dense", "Dense", ["join"], ["units": 2]),
        ]),
      Chain(
        description: "\(name) of one step and one feature",
        layers: below + [
          layer("mean", "GlobalAveragePooling1D", ["gru"], ["keepdims": true]),
          layer("one", "Dense", ["gru"], ["units": 1]),
          layer("merge", name, ["mean", "one"]),
          layer("same", name, ["lstm", "others"]),
          layer("again", name, ["same", "merge"]),
          layer("dense", "Dense", ["again"], ["units": 2]),
        ]),
    ]
  }

  /// Products over each axis, of sequences and of vectors.
  static let dots: [Chain] = {
    let below = [
      layer("masking", "Masking", ["input_layer"]),
      layer("gru", "GRU", ["masking"], ["units": 4, "return_sequences": true]),
      layer("dense", "Dense", ["input_layer"], ["units": 4]),
      layer("vector", "SimpleRNN", ["masking"], ["units": 4]),
      layer("other", "SimpleRNN", ["gru"], ["units": 4]),
    ]
    let inputs: [([String], JSONValue)] = [
      (["gru", "dense"], 2), (["gru", "dense"], 1), (["gru", "dense"], [2, -1]),
      (["gru", "dense"], [1, 2]), (["gru", "dense"], [-1, -2]), (["gru", "vector"], -1),
      (["vector", "gru"], [1, 2]), (["vector", "other"], 1), (["gru", "gru"], [2, 2]),
    ]
    return inputs.flatMap { inputs, axes in
      [false, true].map { normalizes in
        let isSequence = !inputs.contains("vector")
        return Chain(
          description: "Dot of \(inputs) over \(axes.shortText), \(normalizes)",
          layers: below + [
            layer("dot", "Dot", inputs, ["axes": axes, "normalize": .bool(normalizes)])
          ] + (isSequence ? [layer("flatten", "Flatten", ["dot"])] : [])
            + [
              layer("sum", "SimpleRNN", ["dense"], ["units": 2]),
              layer(
                "all", "Concatenate", [isSequence ? "flatten" : "dot", "sum", "other", "vector"]),
              layer("last", "Dense", ["all"], ["units": 2]),
            ], timeSteps: 4)
      }
    } + [
      Chain(
        description: "Concatenate over steps",
        layers: below + [
          layer("steps", "Concatenate", ["gru", "dense", "gru"], ["axis": 1]),
          layer("rnn", "LSTM", ["steps"], ["units": 4]),
          layer("all", "Concatenate", ["rnn", "vector", "other"], ["axis": 1]),
          layer("last", "Dense", ["all"], ["units": 2]),
        ])
    ]
  }()
}
