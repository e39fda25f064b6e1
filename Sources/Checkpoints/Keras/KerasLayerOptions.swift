import Files
import Recurrent

/// The options of Keras' layers as its files have them: what changes no number as long as it is off, and other names.
enum KerasLayerOptions {
  /// The names that options of tf-keras have, by ours, which are Keras 3's.
  private static let olderNames: [String: [String: String]] = [
    "LeakyReLU": ["negative_slope": "alpha"]
  ]

  /// What constructors do not take.
  private static let absent: [KerasVersion: [String: Set<String>]] = [
    .three: [
      "SpatialDropout1D": ["trainable", "data_format"], "SpatialDropout2D": ["trainable"],
      "SpatialDropout3D": ["trainable"],
      "MultiHeadAttention": ["softmax_robust_masking"],
      "Discretization": ["trainable"],
      "SeparableConv1D": ["groups"], "DepthwiseConv1D": ["groups"],
      "SeparableConv2D": ["groups"], "DepthwiseConv2D": ["groups"],
      "Conv1DTranspose": ["groups"], "Conv2DTranspose": ["groups"], "Conv3DTranspose": ["groups"],
    ],
    .two: [
      "ZeroPadding1D": ["data_format"], "SpatialDropout1D": ["data_format"],
      "SpatialDropout2D": ["data_format"], "SpatialDropout3D": ["data_format"],
      "IntegerLookup": ["oov_method", "salt"],
    ],
  ]

  /// The shapes of the inputs, which tf-keras writes for this class.
  static func shapes(of className: String, _ shapes: [JSONValue]) -> [String: JSONValue] {
    guard className == "MultiHeadAttention", let last = shapes.last else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: ["query", "value", "key"].enumerated().map { index, name in
        (name + "_shape", index < shapes.count ? shapes[index] : last)
      })
  }

  /// What a version calls an option; `nil` if it does not have it.
  static func name(_ option: String, of className: String, _ version: KerasVersion) -> String? {
    guard absent[version]?[className]?.contains(option) != true else { return nil }
    return version == .two ? olderNames[className]?[option] ?? option : option
  }

  /// A layer of an older class under the name and with the options that it has today.
  static func current(
    _ className: String, _ config: JSONValue, _ version: KerasVersion
  ) -> (className: String, config: JSONValue) {
    let own = CustomLayers.ownName(className)
    guard case .object(var options) = config else { return (own, config) }
    let current = CuDNNWeights.classes[own] ?? own
    // Keras 2 had no other GRU at first; cuDNN has the other alone.
    if current.hasPrefix("GRU"), options["reset_after"] == nil, version == .two {
      options["reset_after"] = .bool(current != className)
    }
    // tf-keras has it in a list, which Keras 3 does not take.
    if current == "BatchNormalization", let axes = options["axis"]?.array, axes.count == 1 {
      options["axis"] = axes[0]
    }
    return (current, .object(options))
  }

  /// Options by our names. Keras 3 reads the older names too.
  static func renamed(
    _ options: [String: JSONValue], of className: String
  ) -> [String: JSONValue] {
    var options = options
    for (name, older) in olderNames[className] ?? [:] {
      if let value = options.removeValue(forKey: older) { options[name] = value }
    }
    return options
  }

  /// What Keras writes for a class beside the options that the engine knows.
  static func off(_ className: String, _ version: KerasVersion) -> [String: JSONValue] {
    var options = both[className] ?? [:]
    if !LayerConfiguration.isOfKeras(className) { options["unroll"] = false }
    let more = version == .three ? three : two
    options.merge(more[className] ?? [:]) { _, new in new }
    return options
  }

  private static let recurrent: [String: JSONValue] = [
    "unroll": false, "activity_regularizer": nil,
  ]

  private static let both: [String: [String: JSONValue]] = [
    "LSTM": recurrent, "GRU": recurrent, "SimpleRNN": recurrent, "RNN": ["unroll": false],
    "Embedding": ["activity_regularizer": nil], "Conv1D": ["activity_regularizer": nil],
    "Conv2D": ["activity_regularizer": nil], "Conv3D": ["activity_regularizer": nil],
    "Conv1DTranspose": ["activity_regularizer": nil],
    "Conv2DTranspose": ["activity_regularizer": nil],
    "Conv3DTranspose": ["activity_regularizer": nil],
    "ConvLSTM1D": recurrent, "ConvLSTM2D": recurrent,
    "Dropout": ["seed": nil], "SpatialDropout1D": ["seed": nil],
    "SpatialDropout2D": ["seed": nil], "SpatialDropout3D": ["seed": nil],
    "DepthwiseConv2D": ["activity_regularizer": nil],
    "SeparableConv2D": ["activity_regularizer": nil],
    "GaussianDropout": ["seed": nil], "GaussianNoise": ["seed": nil],
    "MultiHeadAttention": ["activity_regularizer": nil],
    "SeparableConv1D": ["activity_regularizer": nil],
    "DepthwiseConv1D": ["activity_regularizer": nil], "AlphaDropout": ["seed": nil],
  ]

  private static let three: [String: [String: JSONValue]] = [
    "LSTM": ["seed": nil], "GRU": ["seed": nil],
    "LSTMCell": ["seed": nil], "GRUCell": ["seed": nil], "SimpleRNNCell": ["seed": nil],
    "ConvLSTM1D": ["seed": nil], "ConvLSTM2D": ["seed": nil],
    "Attention": ["seed": nil], "AdditiveAttention": ["seed": nil],
    "MultiHeadAttention": ["seed": nil, "use_gate": false, "sliding_window": nil],
    "Dense": ["quantization_config": nil], "Embedding": ["quantization_config": nil],
    "LayerNormalization": ["rms_scaling": false], "AlphaDropout": ["noise_shape": nil],
    "BatchNormalization": [
      "synchronized": false, "renorm": false, "renorm_clipping": nil, "renorm_momentum": 0.99,
    ],
  ]

  private static let two: [String: [String: JSONValue]] = [
    "LSTM": ["time_major": false, "implementation": 2],
    "GRU": ["time_major": false, "implementation": 2], "SimpleRNN": ["time_major": false],
    "RNN": ["time_major": false], "LSTMCell": ["implementation": 2],
    "GRUCell": ["implementation": 2],
    "ConvLSTM1D": ["time_major": false], "ConvLSTM2D": ["time_major": false],
    "Dense": ["activity_regularizer": nil], "Embedding": ["input_length": nil],
    "SpatialDropout1D": ["noise_shape": nil], "SpatialDropout2D": ["noise_shape": nil],
    "SpatialDropout3D": ["noise_shape": nil],
  ]
}
