import Files
import Kernels
import Recurrent

/// A fully connected layer, `activation(x · kernel + bias)`, for each step where there are steps; `keras.layers.Dense`.
///
/// Shapes: input `[batch, features]` or `[batch, timeSteps, features]`, output the same with `units` for features;
/// `kernel [features, units]`, `bias [units]`.
public struct Dense: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - units: The values of the output.
  ///   - activation: Is applied to the output; Keras' `None` is `linear`.
  ///   - kernelInitializer: How the kernel begins.
  ///   - name: `dense`, `dense_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  ///   - useBias: Whether a bias is added.
  ///   - biasInitializer: How the bias begins.
  ///   - kernelRegularizer: A penalty on the kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - kernelConstraint: What the kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  public init(
    _ units: Int, activation: Activation = .linear, useBias: Bool = true,
    kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
    kernelRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
    kernelConstraint: Constraint? = nil, biasConstraint: Constraint? = nil,
    name: String? = nil, trainable: Bool = true
  ) {
    let options: [String: JSONValue] = [
      "units": .integer(units), "activation": .string(activation.rawValue),
      "use_bias": .bool(useBias),
    ]
    settings = LayerSettings(
      "Dense", name: name, trainable: trainable,
      options: options
        + weightOptions("kernel", kernelInitializer, kernelRegularizer, kernelConstraint)
        + weightOptions("bias", biasInitializer, biasRegularizer, biasConstraint))
  }
}

/// A vector for each symbol, looked up by the symbol's number; `keras.layers.Embedding`. It comes first, above
/// ``Input/init(symbolSteps:batch:name:)``.
///
/// Shapes: input `[batch, timeSteps]`, whole numbers from 0 to below `inputDim`, output `[batch, timeSteps, outputDim]`;
/// `embeddings [inputDim, outputDim]`.
public struct Embedding: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - inputDim: The number of symbols.
  ///   - outputDim: The values of a vector.
  ///   - maskZero: Whether steps of symbol 0 are padding, which does not count for the layers above.
  ///   - name: `embedding`, `embedding_1`, … if `nil`.
  ///   - trainable: Whether training changes the vectors.
  ///   - embeddingsInitializer: How the vectors begin.
  ///   - embeddingsRegularizer: A penalty on the vectors' size.
  ///   - embeddingsConstraint: What the vectors are put back into after every update.
  public init(
    inputDim: Int, outputDim: Int, embeddingsInitializer: Initializer = .randomUniform(),
    embeddingsRegularizer: Regularizer? = nil, embeddingsConstraint: Constraint? = nil,
    maskZero: Bool = false, name: String? = nil, trainable: Bool = true
  ) {
    let options: [String: JSONValue] = [
      "input_dim": .integer(inputDim), "output_dim": .integer(outputDim),
      "mask_zero": .bool(maskZero),
    ]
    settings = LayerSettings(
      "Embedding", name: name, trainable: trainable,
      options: options
        + weightOptions(
          "embeddings", embeddingsInitializer, embeddingsRegularizer, embeddingsConstraint))
  }
}
