import Files
import Kernels
import Recurrent

/// A convolution over the steps of a sequence, `keras.layers.Conv1D`, without groups. It needs the
/// whole sequence at once.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, timeSteps, filters]`, with `valid` padding
/// `kernelSize - 1` steps less; `kernel [kernelSize, features, filters]`, `bias [filters]`.
public struct Conv1D: Layer {
  public let settings: LayerSettings

  /// Where zeros are added to a sequence.
  public enum Padding: String, Sendable {
    /// Nowhere: the output is shorter than the input.
    case valid
    /// At both ends.
    case same
    /// At the beginning, so that no step depends on later ones.
    case causal
  }

  /// - Parameters:
  ///   - filters: The values of the output at each step.
  ///   - kernelSize: The steps of the input that an output is made of.
  ///   - kernelInitializer: How the kernel begins.
  ///   - name: `conv1d`, `conv1d_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  ///   - strides: The steps from one output to the next.
  ///   - padding: Where zeros are added to a sequence.
  ///   - dilationRate: The steps from one element of the kernel to the next.
  ///   - activation: Is applied to the output; Keras' `None` is `linear`.
  ///   - useBias: Whether a bias is added.
  ///   - biasInitializer: How the bias begins.
  ///   - kernelRegularizer: A penalty on the kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - kernelConstraint: What the kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  public init(
    _ filters: Int, kernelSize: Int, strides: Int = 1, padding: Padding = .valid,
    dilationRate: Int = 1, activation: Activation = .linear, useBias: Bool = true,
    kernelInitializer: Initializer = .glorotUniform,
    biasInitializer: Initializer = .zeros, kernelRegularizer: Regularizer? = nil,
    biasRegularizer: Regularizer? = nil, kernelConstraint: Constraint? = nil,
    biasConstraint: Constraint? = nil, name: String? = nil, trainable: Bool = true
  ) {
    let options: [String: JSONValue] = [
      "filters": .integer(filters), "kernel_size": [.integer(kernelSize)],
      "strides": [.integer(strides)], "dilation_rate": [.integer(dilationRate)],
      "padding": .string(padding.rawValue), "activation": .string(activation.rawValue),
      "use_bias": .bool(useBias),
    ]
    settings = LayerSettings(
      "Conv1D", name: name, trainable: trainable,
      options: options
        + weightOptions("kernel", kernelInitializer, kernelRegularizer, kernelConstraint)
        + weightOptions("bias", biasInitializer, biasRegularizer, biasConstraint))
  }
}

/// A convolution over the steps of each feature alone, `keras.layers.DepthwiseConv1D`. It needs the whole sequence at once,
/// and a mask ends here.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, outputSteps, features × depthMultiplier]`; `kernel
/// [kernelSize, features, depthMultiplier]`, `bias [features × depthMultiplier]`.
public struct DepthwiseConv1D: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - kernelSize: The steps of the input that an output is made of.
  ///   - strides: The steps from one output to the next.
  ///   - padding: Where zeros are added to a sequence; not `causal`.
  ///   - depthMultiplier: The outputs of each feature.
  ///   - dilationRate: The steps from one element of the kernel to the next.
  ///   - activation: Is applied to the output; Keras' `None` is `linear`.
  ///   - useBias: Whether a bias is added.
  ///   - depthwiseInitializer: How the kernel begins.
  ///   - biasInitializer: How the bias begins.
  ///   - depthwiseRegularizer: A penalty on the kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - depthwiseConstraint: What the kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  ///   - name: `depthwise_conv1d`, `depthwise_conv1d_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    kernelSize: Int, strides: Int = 1, padding: Conv1D.Padding = .valid, depthMultiplier: Int = 1,
    dilationRate: Int = 1, activation: Activation = .linear, useBias: Bool = true,
    depthwiseInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
    depthwiseRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
    depthwiseConstraint: Constraint? = nil, biasConstraint: Constraint? = nil,
    name: String? = nil, trainable: Bool = true
  ) {
    let options: [String: JSONValue] = [
      "kernel_size": [.integer(kernelSize)], "strides": [.integer(strides)],
      "padding": .string(padding.rawValue), "depth_multiplier": .integer(depthMultiplier),
      "dilation_rate": [.integer(dilationRate)], "activation": .string(activation.rawValue),
      "use_bias": .bool(useBias),
    ]
    settings = LayerSettings(
      "DepthwiseConv1D", name: name, trainable: trainable,
      options: options
        + weightOptions(
          "depthwise", depthwiseInitializer, depthwiseRegularizer, depthwiseConstraint)
        + weightOptions("bias", biasInitializer, biasRegularizer, biasConstraint))
  }
}

/// A convolution over the steps of each feature alone and a product that joins the features,
/// `keras.layers.SeparableConv1D`. It needs the whole sequence at once, and a mask ends here.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, outputSteps, filters]`; `depthwise_kernel [kernelSize,
/// features, depthMultiplier]`, `pointwise_kernel [1, features × depthMultiplier, filters]`, `bias [filters]`.
public struct SeparableConv1D: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - filters: The values of the output at each step.
  ///   - kernelSize: The steps of the input that an output is made of.
  ///   - strides: The steps from one output to the next.
  ///   - padding: Where zeros are added to a sequence; not `causal`.
  ///   - dilationRate: The steps from one element of the kernel to the next.
  ///   - depthMultiplier: The convolutions of each feature.
  ///   - activation: Is applied to the output; Keras' `None` is `linear`.
  ///   - useBias: Whether a bias is added.
  ///   - depthwiseInitializer: How the kernel of the convolution begins.
  ///   - pointwiseInitializer: How that of the product begins.
  ///   - biasInitializer: How the bias begins.
  ///   - depthwiseRegularizer: A penalty on the size of the convolution's kernel.
  ///   - pointwiseRegularizer: A penalty on the size of the product's kernel.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - depthwiseConstraint: What the convolution's kernel is put back into after every update.
  ///   - pointwiseConstraint: What the product's kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  ///   - name: `separable_conv1d`, `separable_conv1d_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    _ filters: Int, kernelSize: Int, strides: Int = 1, padding: Conv1D.Padding = .valid,
    dilationRate: Int = 1, depthMultiplier: Int = 1, activation: Activation = .linear,
    useBias: Bool = true, depthwiseInitializer: Initializer = .glorotUniform,
    pointwiseInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
    depthwiseRegularizer: Regularizer? = nil, pointwiseRegularizer: Regularizer? = nil,
    biasRegularizer: Regularizer? = nil, depthwiseConstraint: Constraint? = nil,
    pointwiseConstraint: Constraint? = nil, biasConstraint: Constraint? = nil,
    name: String? = nil, trainable: Bool = true
  ) {
    let options: [String: JSONValue] = [
      "filters": .integer(filters), "kernel_size": [.integer(kernelSize)],
      "strides": [.integer(strides)], "padding": .string(padding.rawValue),
      "dilation_rate": [.integer(dilationRate)], "depth_multiplier": .integer(depthMultiplier),
      "activation": .string(activation.rawValue), "use_bias": .bool(useBias),
    ]
    settings = LayerSettings(
      "SeparableConv1D", name: name, trainable: trainable,
      options: options
        + weightOptions(
          "depthwise", depthwiseInitializer, depthwiseRegularizer, depthwiseConstraint)
        + weightOptions(
          "pointwise", pointwiseInitializer, pointwiseRegularizer, pointwiseConstraint)
        + weightOptions("bias", biasInitializer, biasRegularizer, biasConstraint))
  }
}
