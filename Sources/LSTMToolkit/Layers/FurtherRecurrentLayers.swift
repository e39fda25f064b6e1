import Files
import Kernels
import Recurrent

// Recurrent layers that Keras does not have. In Keras their files open after `import toolkit_layers`, the toolkit's
// `tools/keras/toolkit_layers.py`.

/// Long short-term memory with peepholes (Gers & Schmidhuber 2000), as `PeepholeLSTMCell` of TensorFlow Addons: input and
/// forget gate see the cell state before the step, the output gate that after it, each unit its own.
///
/// Shapes: those of ``LSTM``, and `input_gate_peephole_weights`, `forget_gate_peephole_weights` and
/// `output_gate_peephole_weights`, `[units]` each.
public struct PeepholeLSTM: RecurrentLayer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - units: The values of the hidden state.
  ///   - activation: Of the candidate and of the cell.
  ///   - recurrentActivation: Of the gates.
  ///   - useBias: Whether a bias is added before the activations.
  ///   - kernelInitializer: How the kernel begins.
  ///   - recurrentInitializer: How the recurrent kernel begins.
  ///   - biasInitializer: How the bias begins.
  ///   - unitForgetBias: Whether the forget gate's bias begins with 1 (Jozefowicz et al. 2015).
  ///   - kernelRegularizer: A penalty on the kernel's size.
  ///   - recurrentRegularizer: A penalty on the recurrent kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - kernelConstraint: What the kernel is put back into after every update.
  ///   - recurrentConstraint: What the recurrent kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  ///   - dropout: The fraction of the input that is left out of each sequence in training, from 0 to below 1.
  ///   - recurrentDropout: The same of the hidden state.
  ///   - returnSequences: Whether there is an output for every step, not for the last one only.
  ///   - goBackwards: Whether the sequence is read from its end.
  ///   - stateful: Whether the state is kept from batch to batch, until ``Model/resetStates()``; the model then has a
  ///     fixed batch.
  ///   - zeroOutputForMask: Whether the output of a masked step is zero, not that of the step before.
  ///   - name: `peephole_lstm`, `peephole_lstm_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    _ units: Int, activation: Activation = .tanh, recurrentActivation: Activation = .sigmoid,
    useBias: Bool = true, kernelInitializer: Initializer = .glorotUniform,
    recurrentInitializer: Initializer = .orthogonal(), biasInitializer: Initializer = .zeros,
    unitForgetBias: Bool = true, kernelRegularizer: Regularizer? = nil,
    recurrentRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
    kernelConstraint: Constraint? = nil, recurrentConstraint: Constraint? = nil,
    biasConstraint: Constraint? = nil, dropout: Double = 0,
    recurrentDropout: Double = 0, returnSequences: Bool = false, goBackwards: Bool = false,
    stateful: Bool = false, zeroOutputForMask: Bool = false, name: String? = nil,
    trainable: Bool = true
  ) {
    let options = recurrentOptions(
      units, activation, useBias, dropout, recurrentDropout, returnSequences, goBackwards, stateful,
      zeroOutputForMask, kernel: (kernelInitializer, kernelRegularizer, kernelConstraint),
      recurrent: (recurrentInitializer, recurrentRegularizer, recurrentConstraint),
      bias: (biasInitializer, biasRegularizer, biasConstraint))
    settings = LayerSettings(
      "PeepholeLSTM", name: name, trainable: trainable,
      options: options + [
        "recurrent_activation": .string(recurrentActivation.rawValue),
        "unit_forget_bias": .bool(unitForgetBias),
      ])
  }
}

/// Long short-term memory with layer normalization (Ba, Kiros & Hinton 2016), as `LayerNormLSTMCell` of TensorFlow Addons:
/// the products of the input and of the hidden state are normalized, and the cell state.
///
/// Shapes: those of ``LSTM``, and `kernel_norm_gamma`, `kernel_norm_beta`, `recurrent_norm_gamma`, `recurrent_norm_beta`
/// `[4 × units]`, `state_norm_gamma`, `state_norm_beta` `[units]`.
public struct LayerNormLSTM: RecurrentLayer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - units: The values of the hidden state.
  ///   - activation: Of the candidate and of the cell.
  ///   - recurrentActivation: Of the gates.
  ///   - useBias: Whether a bias is added before the activations.
  ///   - kernelInitializer: How the kernel begins.
  ///   - recurrentInitializer: How the recurrent kernel begins.
  ///   - biasInitializer: How the bias begins.
  ///   - unitForgetBias: Whether the forget gate's bias begins with 1 (Jozefowicz et al. 2015).
  ///   - kernelRegularizer: A penalty on the kernel's size.
  ///   - recurrentRegularizer: A penalty on the recurrent kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - kernelConstraint: What the kernel is put back into after every update.
  ///   - recurrentConstraint: What the recurrent kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  ///   - normEpsilon: What is added to the variances.
  ///   - dropout: The fraction of the input that is left out of each sequence in training, from 0 to below 1.
  ///   - recurrentDropout: The same of the hidden state.
  ///   - returnSequences: Whether there is an output for every step, not for the last one only.
  ///   - goBackwards: Whether the sequence is read from its end.
  ///   - stateful: Whether the state is kept from batch to batch, until ``Model/resetStates()``; the model then has a
  ///     fixed batch.
  ///   - zeroOutputForMask: Whether the output of a masked step is zero, not that of the step before.
  ///   - name: `layer_norm_lstm`, `layer_norm_lstm_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    _ units: Int, activation: Activation = .tanh, recurrentActivation: Activation = .sigmoid,
    useBias: Bool = true, kernelInitializer: Initializer = .glorotUniform,
    recurrentInitializer: Initializer = .orthogonal(), biasInitializer: Initializer = .zeros,
    unitForgetBias: Bool = true, kernelRegularizer: Regularizer? = nil,
    recurrentRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
    kernelConstraint: Constraint? = nil, recurrentConstraint: Constraint? = nil,
    biasConstraint: Constraint? = nil, normEpsilon: Double = 1e-3, dropout: Double = 0,
    recurrentDropout: Double = 0, returnSequences: Bool = false, goBackwards: Bool = false,
    stateful: Bool = false, zeroOutputForMask: Bool = false, name: String? = nil,
    trainable: Bool = true
  ) {
    let options = recurrentOptions(
      units, activation, useBias, dropout, recurrentDropout, returnSequences, goBackwards, stateful,
      zeroOutputForMask, kernel: (kernelInitializer, kernelRegularizer, kernelConstraint),
      recurrent: (recurrentInitializer, recurrentRegularizer, recurrentConstraint),
      bias: (biasInitializer, biasRegularizer, biasConstraint))
    settings = LayerSettings(
      "LayerNormLSTM", name: name, trainable: trainable,
      options: options + [
        "recurrent_activation": .string(recurrentActivation.rawValue),
        "unit_forget_bias": .bool(unitForgetBias),
        "norm_epsilon": .number(normEpsilon),
      ])
  }
}

/// The minimal gated recurrent unit (Feng et al. 2024, "Were RNNs all we needed?"), in its plain form: gate and candidate
/// see the input alone, `hₜ = (1 − z) ∘ hₜ₋₁ + z ∘ g`; gates in the order z, g.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, units]`, or `[batch, timeSteps, units]` with
/// `returnSequences`; `kernel [features, 2 × units]`, `bias [2 × units]`; state `hidden`, `[batch, units]`.
public struct MinGRU: RecurrentLayer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - units: The values of the hidden state.
  ///   - activation: Of the candidate.
  ///   - useBias: Whether a bias is added before the activations.
  ///   - kernelInitializer: How the kernel begins.
  ///   - biasInitializer: How the bias begins.
  ///   - kernelRegularizer: A penalty on the kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - kernelConstraint: What the kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  ///   - dropout: The fraction of the input that is left out of each sequence in training, from 0 to below 1.
  ///   - returnSequences: Whether there is an output for every step, not for the last one only.
  ///   - goBackwards: Whether the sequence is read from its end.
  ///   - stateful: Whether the state is kept from batch to batch, until ``Model/resetStates()``; the model then has a
  ///     fixed batch.
  ///   - zeroOutputForMask: Whether the output of a masked step is zero, not that of the step before.
  ///   - name: `min_gru`, `min_gru_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    _ units: Int, activation: Activation = .linear, useBias: Bool = true,
    kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
    kernelRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
    kernelConstraint: Constraint? = nil, biasConstraint: Constraint? = nil, dropout: Double = 0,
    returnSequences: Bool = false, goBackwards: Bool = false, stateful: Bool = false,
    zeroOutputForMask: Bool = false, name: String? = nil, trainable: Bool = true
  ) {
    let options = recurrentOptions(
      units, activation, useBias, dropout, nil, returnSequences, goBackwards, stateful,
      zeroOutputForMask, kernel: (kernelInitializer, kernelRegularizer, kernelConstraint),
      bias: (biasInitializer, biasRegularizer, biasConstraint))
    settings = LayerSettings("MinGRU", name: name, trainable: trainable, options: options)
  }
}

/// The minimal LSTM (Feng et al. 2024, "Were RNNs all we needed?"), in its plain form: gates and candidate see the input
/// alone, and the gates add up to 1, `hₜ = f / (f + i) ∘ hₜ₋₁ + i / (f + i) ∘ g`; gates in the order f, i, g.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, units]`, or `[batch, timeSteps, units]` with
/// `returnSequences`; `kernel [features, 3 × units]`, `bias [3 × units]`; state `hidden`, `[batch, units]`.
public struct MinLSTM: RecurrentLayer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - units: The values of the hidden state.
  ///   - activation: Of the candidate.
  ///   - useBias: Whether a bias is added before the activations.
  ///   - kernelInitializer: How the kernel begins.
  ///   - biasInitializer: How the bias begins.
  ///   - kernelRegularizer: A penalty on the kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - kernelConstraint: What the kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  ///   - dropout: The fraction of the input that is left out of each sequence in training, from 0 to below 1.
  ///   - returnSequences: Whether there is an output for every step, not for the last one only.
  ///   - goBackwards: Whether the sequence is read from its end.
  ///   - stateful: Whether the state is kept from batch to batch, until ``Model/resetStates()``; the model then has a
  ///     fixed batch.
  ///   - zeroOutputForMask: Whether the output of a masked step is zero, not that of the step before.
  ///   - name: `min_lstm`, `min_lstm_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    _ units: Int, activation: Activation = .linear, useBias: Bool = true,
    kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
    kernelRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
    kernelConstraint: Constraint? = nil, biasConstraint: Constraint? = nil, dropout: Double = 0,
    returnSequences: Bool = false, goBackwards: Bool = false, stateful: Bool = false,
    zeroOutputForMask: Bool = false, name: String? = nil, trainable: Bool = true
  ) {
    let options = recurrentOptions(
      units, activation, useBias, dropout, nil, returnSequences, goBackwards, stateful,
      zeroOutputForMask, kernel: (kernelInitializer, kernelRegularizer, kernelConstraint),
      bias: (biasInitializer, biasRegularizer, biasConstraint))
    settings = LayerSettings("MinLSTM", name: name, trainable: trainable, options: options)
  }
}

/// The sLSTM of xLSTM (Beck et al. 2024): exponential gates, a normalizer, and a stabilizer of the exponents; gates in the
/// order i, f, z, o.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, units]`, or `[batch, timeSteps, units]` with
/// `returnSequences`; `kernel [features, 4 × units]`, `recurrent_kernel [units, 4 × units / heads]`, `bias [4 × units]`;
/// states `hidden`, `cell`, `normalizer` and `stabilizer`, `[batch, units]` each.
public struct SLSTM: RecurrentLayer {
  public let settings: LayerSettings

  /// What the forget gate is of its exponent.
  public enum ForgetActivation: String, Sendable {
    /// `σ(f̃)`, at most 1.
    case sigmoid
    /// `e^f̃`.
    case exponential
  }

  /// - Parameters:
  ///   - units: The values of the hidden state.
  ///   - heads: Groups of units, each of which sees the hidden state of its own units alone; they divide the units.
  ///   - forgetActivation: What the forget gate is.
  ///   - useBias: Whether a bias is added before the activations.
  ///   - kernelInitializer: How the kernel begins.
  ///   - recurrentInitializer: How the recurrent kernel begins.
  ///   - biasInitializer: How the bias begins.
  ///   - kernelRegularizer: A penalty on the kernel's size.
  ///   - recurrentRegularizer: A penalty on the recurrent kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - kernelConstraint: What the kernel is put back into after every update.
  ///   - recurrentConstraint: What the recurrent kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  ///   - dropout: The fraction of the input that is left out of each sequence in training, from 0 to below 1.
  ///   - recurrentDropout: The same of the hidden state.
  ///   - returnSequences: Whether there is an output for every step, not for the last one only.
  ///   - goBackwards: Whether the sequence is read from its end.
  ///   - stateful: Whether the state is kept from batch to batch, until ``Model/resetStates()``; the model then has a
  ///     fixed batch.
  ///   - zeroOutputForMask: Whether the output of a masked step is zero, not that of the step before.
  ///   - name: `slstm`, `slstm_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    _ units: Int, heads: Int = 1, forgetActivation: ForgetActivation = .sigmoid,
    useBias: Bool = true, kernelInitializer: Initializer = .glorotUniform,
    recurrentInitializer: Initializer = .orthogonal(), biasInitializer: Initializer = .zeros,
    kernelRegularizer: Regularizer? = nil, recurrentRegularizer: Regularizer? = nil,
    biasRegularizer: Regularizer? = nil, kernelConstraint: Constraint? = nil,
    recurrentConstraint: Constraint? = nil, biasConstraint: Constraint? = nil,
    dropout: Double = 0, recurrentDropout: Double = 0, returnSequences: Bool = false,
    goBackwards: Bool = false, stateful: Bool = false, zeroOutputForMask: Bool = false,
    name: String? = nil, trainable: Bool = true
  ) {
    let options = recurrentOptions(
      units, nil, useBias, dropout, recurrentDropout, returnSequences, goBackwards, stateful,
      zeroOutputForMask, kernel: (kernelInitializer, kernelRegularizer, kernelConstraint),
      recurrent: (recurrentInitializer, recurrentRegularizer, recurrentConstraint),
      bias: (biasInitializer, biasRegularizer, biasConstraint))
    settings = LayerSettings(
      "SLSTM", name: name, trainable: trainable,
      options: options + [
        "heads": .integer(heads), "forget_activation": .string(forgetActivation.rawValue),
      ])
  }
}
