import Files
import Testing

@testable import Recurrent

extension LayerGradientTests {
  /// Each kind of attention under masks of query and value that differ.
  static let attentions: [Chain] = {
    let below = [
      layer("masking", "Masking", ["input_layer"]),
      layer("gru", "GRU", ["masking"], ["units": 3, "return_sequences": true]),
      // Its first steps count where the last ones of the others do.
      layer(
        "back", "GRU", ["masking"],
        ["units": 3, "return_sequences": true, "go_backwards": true, "zero_output_for_mask": true]),
      layer("others", "Masking", ["back"]),
      layer("key", "Dense", ["gru"], ["units": 3]),
      layer("wide", "Dense", ["gru"], ["units": 4]),
      layer("free", "Dense", ["input_layer"], ["units": 3]),
    ]
    let kinds: [(String, [String: JSONValue])] = [
      ("Attention", [:]), ("Attention", ["use_scale": true, "dropout": 0.3]),
      ("Attention", ["score_mode": "concat"]),
      ("Attention", ["score_mode": "concat", "use_scale": true]),
      ("AdditiveAttention", ["dropout": 0.3]), ("AdditiveAttention", ["use_scale": false]),
      ("MultiHeadAttention", ["num_heads": 2, "key_dim": 3]),
      ("MultiHeadAttention", ["num_heads": 2, "key_dim": 2, "value_dim": 3, "dropout": 0.3]),
      ("MultiHeadAttention", ["num_heads": 3, "softmax_robust_masking": true, "use_bias": false]),
      ("MultiHeadAttention", ["key_dim": 2, "softmax_robust_masking": false, "output_shape": [5]]),
    ]
    return kinds.flatMap { className, options -> [Chain] in
      let inputs = [
        ["others", "gru"], ["gru", "gru"], ["gru", "others"], ["gru", "wide", "key"],
        ["free", "free"], ["free", "others", "free"],
      ]
      // Where everything is hidden from a query, by two masks and what comes later, or by its own mask in tf-keras' way,
      // scores of -10⁹ leave no digits for a difference.
      let hidesAll = options["softmax_robust_masking"] == false
      return inputs.filter { !hidesAll || $0[0] == "free" }.flatMap { inputs in
        (inputs == ["others", "gru"] ? [false] : [false, true]).map { isCausal in
          Chain(
            description: "\(className) \(options.keys.sorted()) of \(inputs)"
              + (isCausal ? ", causal" : ""),
            layers: below.filter { below in
              inputs.contains(below.name)
                || ["masking", "gru", "back", "others"].contains(below.name)
            } + [
              layer(
                "attention", className, inputs,
                options.merging(["use_causal_mask": .bool(isCausal)]) { own, _ in own }),
              layer("both", "Concatenate", ["attention", "others", "gru"]),
              layer("flatten", "Flatten", ["both"]),
              layer("dense", "Dense", ["flatten"], ["units": 2]),
            ])
        }
      }
    }
  }()
}
