import Files

/// The options of Keras' layers that change no number as long as they are off, as its files have them.
enum KerasLayerOptions {
  /// What Keras writes for a class beside the options that the engine knows.
  static func off(_ className: String, _ version: KerasVersion) -> [String: JSONValue] {
    var options = both[className] ?? [:]
    let more = version == .three ? three : two
    options.merge(more[className] ?? [:]) { _, new in new }
    return options
  }

  private static let recurrent: [String: JSONValue] = [
    "return_state": false, "unroll": false, "activity_regularizer": nil,
  ]

  private static let both: [String: [String: JSONValue]] = [
    "LSTM": recurrent, "GRU": recurrent, "SimpleRNN": recurrent,
    "Embedding": ["activity_regularizer": nil], "Conv1D": ["activity_regularizer": nil],
    "Dropout": ["seed": nil, "noise_shape": nil],
  ]

  private static let three: [String: [String: JSONValue]] = [
    "LSTM": ["seed": nil], "GRU": ["seed": nil],
    "AdditiveAttention": ["seed": nil],
    "Dense": ["quantization_config": nil], "Embedding": ["quantization_config": nil],
    "LayerNormalization": ["rms_scaling": false],
    "BatchNormalization": [
      "synchronized": false, "renorm": false, "renorm_clipping": nil, "renorm_momentum": 0.99,
    ],
  ]

  private static let two: [String: [String: JSONValue]] = [
    "LSTM": ["time_major": false, "implementation": 2],
    "GRU": ["time_major": false, "implementation": 2], "SimpleRNN": ["time_major": false],
    "Dense": ["activity_regularizer": nil], "Embedding": ["input_length": nil],
  ]
}
