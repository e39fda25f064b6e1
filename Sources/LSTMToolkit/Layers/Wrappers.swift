import Recurrent

/// A recurrent layer and another that reads the sequence from its end (Schuster & Paliwal 1997),
/// `keras.layers.Bidirectional`. It needs the whole sequence at once.
///
/// As in Keras, the output of a masked step is zero where sequences are returned.
///
/// Shapes: as the layer inside; the output has twice the units where the two are concatenated. The weights of the two are
/// named `forward_lstm/kernel` and so on.
public struct Bidirectional: Layer {
  public let settings: LayerSettings

  /// How the outputs of the two directions become one.
  public enum MergeMode: String, Sendable {
    /// Side by side.
    case concatenate = "concat"
    /// Their sum.
    case sum
    /// Their product, value by value.
    case multiply = "mul"
    /// Their mean.
    case average = "ave"
  }

  /// - Parameters:
  ///   - layer: Reads forwards; a copy of it backwards.
  ///   - backwardLayer: Reads backwards in its place, with `goBackwards`; as many units of the same class.
  ///   - mergeMode: How the outputs of the two directions become one.
  ///   - name: `bidirectional`, `bidirectional_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init<Recurrence: RecurrentLayer>(
    _ layer: Recurrence, backwardLayer: Recurrence? = nil, mergeMode: MergeMode = .concatenate,
    name: String? = nil, trainable: Bool = true
  ) {
    var inner = ["layer": layer.settings.withZerosForMask]
    inner["backward_layer"] = backwardLayer?.settings.withZerosForMask
    settings = LayerSettings(
      "Bidirectional", name: name, trainable: trainable,
      options: ["merge_mode": .string(mergeMode.rawValue)], inner: inner)
  }
}

extension LayerSettings {
  /// As `keras.layers.Bidirectional` changes the layers that it is given.
  fileprivate var withZerosForMask: LayerSettings {
    var settings = self
    settings.options["zero_output_for_mask"] = options["return_sequences"]
    return settings
  }
}

/// A layer that is applied to every step of a sequence by itself, `keras.layers.TimeDistributed`. ``Dense``,
/// ``Dropout``, ``GaussianDropout``, ``GaussianNoise``, ``Rescaling``, ``LayerNormalization`` and activations without
/// weights can be inside.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, timeSteps, units]`.
public struct TimeDistributed: Layer {
  public let settings: LayerSettings

  /// - Parameter layer: Is applied to every step.
  /// - Parameter name: `time_distributed`, `time_distributed_1`, … if `nil`.
  /// - Parameter trainable: Whether training changes the weights.
  public init(_ layer: some Layer, name: String? = nil, trainable: Bool = true) {
    settings = LayerSettings(
      "TimeDistributed", name: name, trainable: trainable, inner: ["layer": layer.settings])
  }
}
