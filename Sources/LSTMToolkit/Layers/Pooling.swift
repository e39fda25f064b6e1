import Recurrent

/// Where the windows of a pooling lie.
public enum PoolingPadding: String, Sendable {
  /// Inside the sequence.
  case valid
  /// At every `strides`-th step; windows may reach beyond the ends, where there are no values.
  case same
}

/// The largest value of each feature over all steps, masked ones too, `keras.layers.GlobalMaxPooling1D`.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, features]`, or `[batch, 1, features]` with `keepdims`.
public struct GlobalMaxPooling1D: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - keepdims: Whether the axis of the steps stays, with a length of 1.
  ///   - name: `global_max_pooling1d`, `global_max_pooling1d_1`, … if `nil`.
  public init(keepdims: Bool = false, name: String? = nil) {
    settings = LayerSettings(
      "GlobalMaxPooling1D", name: name, options: ["keepdims": .bool(keepdims)])
  }
}

/// The largest value of each feature in windows of steps, `keras.layers.MaxPooling1D`. A mask ends here.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, windows, features]`.
public struct MaxPooling1D: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - poolSize: The steps of a window.
  ///   - strides: The steps from one window to the next; `poolSize` if `nil`.
  ///   - padding: Where the windows lie.
  ///   - name: `max_pooling1d`, `max_pooling1d_1`, … if `nil`.
  public init(
    _ poolSize: Int = 2, strides: Int? = nil, padding: PoolingPadding = .valid,
    name: String? = nil
  ) {
    settings = LayerSettings(
      pooling: "MaxPooling1D", poolSize, strides: strides, padding: padding, name: name)
  }
}

/// The mean of each feature in windows of steps, `keras.layers.AveragePooling1D`. A mask ends here; steps beyond the ends do
/// not count.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, windows, features]`.
public struct AveragePooling1D: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - poolSize: The steps of a window.
  ///   - strides: The steps from one window to the next; `poolSize` if `nil`.
  ///   - padding: Where the windows lie.
  ///   - name: `average_pooling1d`, `average_pooling1d_1`, … if `nil`.
  public init(
    _ poolSize: Int = 2, strides: Int? = nil, padding: PoolingPadding = .valid,
    name: String? = nil
  ) {
    settings = LayerSettings(
      pooling: "AveragePooling1D", poolSize, strides: strides, padding: padding, name: name)
  }
}

extension LayerSettings {
  fileprivate init(
    pooling className: String, _ poolSize: Int, strides: Int?, padding: PoolingPadding,
    name: String?
  ) {
    self.init(
      className, name: name,
      options: [
        "pool_size": [.integer(poolSize)], "strides": [.integer(strides ?? poolSize)],
        "padding": .string(padding.rawValue),
      ])
  }
}
