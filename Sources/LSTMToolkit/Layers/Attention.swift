import Files
import Recurrent

/// Attention by dot products (Luong, Pham & Manning 2015), `keras.layers.Attention`: called on query and value, or on
/// query, value and key.
///
/// Each query gives the mean of the values by the softmax of `query · key`.
///
/// Shapes: query `[batch, queries, features]`, key `[batch, timeSteps, features]`, value `[batch, timeSteps, width]`,
/// output `[batch, queries, width]`.
public struct Attention: Layer {
  public let settings: LayerSettings

  /// How a query and a key are compared.
  public enum ScoreMode: String, Sendable {
    /// By their dot product.
    case dot
    /// By `weight · Σ tanh(query + key)`.
    case concat
  }

  /// - Parameters:
  ///   - useScale: Whether scores, or in `concat` the sums of query and key, are multiplied by a weight.
  ///   - scoreMode: How a query and a key are compared.
  ///   - dropout: The fraction of the weights that is left out in training.
  ///   - isCausal: Whether a query sees no step after its own, Keras' `use_causal_mask` of the call.
  ///   - name: `attention`, `attention_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    useScale: Bool = false, scoreMode: ScoreMode = .dot, dropout: Double = 0,
    isCausal: Bool = false, name: String? = nil, trainable: Bool = true
  ) {
    settings = LayerSettings(
      "Attention", name: name, trainable: trainable,
      options: [
        "use_scale": .bool(useScale), "score_mode": .string(scoreMode.rawValue),
        "dropout": .number(dropout), "use_causal_mask": .bool(isCausal),
      ])
  }
}

/// Additive attention (Bahdanau, Cho & Bengio 2015), `keras.layers.AdditiveAttention`: called on query and value, or on
/// query, value and key.
///
/// Each query gives the mean of the values by the softmax of `Σ scale ∘ tanh(query + key)`.
///
/// Shapes: query `[batch, queries, features]`, key `[batch, timeSteps, features]`, value `[batch, timeSteps, width]`,
/// output `[batch, queries, width]`.
public struct AdditiveAttention: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - useScale: Whether the scores have a weight for each feature.
  ///   - dropout: The fraction of the weights that is left out in training.
  ///   - isCausal: Whether a query sees no step after its own, Keras' `use_causal_mask` of the call.
  ///   - name: `additive_attention`, `additive_attention_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    useScale: Bool = true, dropout: Double = 0, isCausal: Bool = false, name: String? = nil,
    trainable: Bool = true
  ) {
    settings = LayerSettings(
      "AdditiveAttention", name: name, trainable: trainable,
      options: [
        "use_scale": .bool(useScale), "dropout": .number(dropout),
        "use_causal_mask": .bool(isCausal),
      ])
  }
}

/// Attention of several heads (Vaswani et al. 2017), `keras.layers.MultiHeadAttention`: called on query and value, or on
/// query, value and key.
///
/// Each head has linear maps of its own of query, key and value, and gives the mean of the values by the softmax of
/// `query · key / √keyUnits`; the output is a linear map of all heads' means.
///
/// Shapes: query `[batch, queries, features]`, value and key `[batch, timeSteps, features]`, output
/// `[batch, queries, units]`; kernels `[features, heads, keyUnits]`, the value's `[features, heads, valueUnits]`, the
/// output's `[heads, valueUnits, units]`.
public struct MultiHeadAttention: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - heads: The heads, Keras' `num_heads`.
  ///   - keyUnits: The units of query and key in each head, Keras' `key_dim`.
  ///   - valueUnits: Those of the value, Keras' `value_dim`; as many as of the key if `nil`.
  ///   - outputUnits: The units of the output; the features of the query if `nil`.
  ///   - dropout: The fraction of the weights that is left out in training.
  ///   - useBias: Whether the linear maps have a bias.
  ///   - isCausal: Whether a query sees no step after its own, Keras' `use_causal_mask` of the call.
  ///   - kernelInitializer: How the kernels begin.
  ///   - biasInitializer: How the biases begin.
  ///   - kernelRegularizer: A penalty on the kernels' size.
  ///   - biasRegularizer: A penalty on the biases' size.
  ///   - kernelConstraint: What the kernels are put back into after every update.
  ///   - biasConstraint: What the biases are put back into after every update.
  ///   - name: `multi_head_attention`, `multi_head_attention_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    heads: Int, keyUnits: Int, valueUnits: Int? = nil, outputUnits: Int? = nil,
    dropout: Double = 0, useBias: Bool = true, isCausal: Bool = false,
    kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
    kernelRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
    kernelConstraint: Constraint? = nil, biasConstraint: Constraint? = nil,
    name: String? = nil, trainable: Bool = true
  ) {
    let options: [String: JSONValue] = [
      "num_heads": .integer(heads), "key_dim": .integer(keyUnits),
      "value_dim": valueUnits.map { .integer($0) } ?? nil,
      "output_shape": outputUnits.map { [.integer($0)] } ?? nil,
      "dropout": .number(dropout), "use_bias": .bool(useBias),
      "use_causal_mask": .bool(isCausal),
    ]
    settings = LayerSettings(
      "MultiHeadAttention", name: name, trainable: trainable,
      options: options
        + weightOptions("kernel", kernelInitializer, kernelRegularizer, kernelConstraint)
        + weightOptions("bias", biasInitializer, biasRegularizer, biasConstraint))
  }
}
