import Files
import Kernels
import Recurrent

/// Long short-term memory (Hochreiter & Schmidhuber 1997), `keras.layers.LSTM`; gates in Keras' order i, f, c, o.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, units]`, or `[batch, timeSteps, units]` with
/// `returnSequences`; `kernel [features, 4 × units]`, `recurrent_kernel [units, 4 × units]`, `bias [4 × units]`; states
/// `hidden` and `cell`, `[batch, units]` each.
public struct LSTM: RecurrentLayer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - units: The values of the hidden state.
  ///   - activation: Of the candidate and of the cell.
  ///   - recurrentActivation: Of the gates.
  ///   - useBias: Whether a bias is added before the activations.
  ///   - kernelInitializer: How the kernel, which the input is multiplied by, begins.
  ///   - unitForgetBias: Whether the forget gate's bias begins with 1 (Jozefowicz et al. 2015).
  ///   - kernelRegularizer: A penalty on the kernel's size.
  ///   - kernelConstraint: What the kernel is put back into after every update.
  ///   - dropout: The fraction of the input that is left out of each sequence in training, from 0 to below 1.
  ///   - recurrentDropout: The same of the hidden state.
  ///   - returnSequences: Whether there is an output for every step, not for the last one only.
  ///   - goBackwards: Whether the sequence is read from its end.
  ///   - stateful: Whether the state is kept from batch to batch, until ``Model/resetStates()``; the model then has a
  ///     fixed batch.
  ///   - zeroOutputForMask: Whether the output of a masked step is zero, not that of the step before.
  ///   - name: `lstm`, `lstm_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  ///   - recurrentInitializer: How the recurrent kernel begins.
  ///   - biasInitializer: How the bias begins.
  ///   - recurrentRegularizer: A penalty on the recurrent kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - recurrentConstraint: What the recurrent kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  public init(
    _ units: Int, activation: Activation = .tanh, recurrentActivation: Activation = .sigmoid,
    useBias: Bool = true, kernelInitializer: Initializer = .glorotUniform,
    recurrentInitializer: Initializer = .orthogonal(), biasInitializer: Initializer = .zeros,
    unitForgetBias: Bool = true, kernelRegularizer: Regularizer? = nil,
    recurrentRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
    kernelConstraint: Constraint? = nil, recurrentConstraint: Constraint? = nil,
    biasConstraint: Constraint? = nil, dropout: Double = 0, recurrentDropout: Double = 0,
    returnSequences: Bool = false, goBackwards: Bool = false, stateful: Bool = false,
    zeroOutputForMask: Bool = false, name: String? = nil, trainable: Bool = true
  ) {
    let options = recurrentOptions(
      units, activation, useBias, dropout, recurrentDropout, returnSequences, goBackwards, stateful,
      zeroOutputForMask, kernel: (kernelInitializer, kernelRegularizer, kernelConstraint),
      recurrent: (recurrentInitializer, recurrentRegularizer, recurrentConstraint),
      bias: (biasInitializer, biasRegularizer, biasConstraint))
    settings = LayerSettings(
      "LSTM", name: name, trainable: trainable,
      options: options + [
        "recurrent_activation": .string(recurrentActivation.rawValue),
        "unit_forget_bias": .bool(unitForgetBias),
      ])
  }
}

/// Gated recurrent unit (Cho et al. 2014), `keras.layers.GRU`; gates in Keras' order z, r, h.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, units]`, or `[batch, timeSteps, units]` with
/// `returnSequences`; `kernel [features, 3 × units]`, `recurrent_kernel [units, 3 × units]`, `bias [2, 3 × units]`, or
/// `[3 × units]` without `resetAfter`; state `hidden`, `[batch, units]`.
public struct GRU: RecurrentLayer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - units: The values of the hidden state.
  ///   - activation: Of the candidate.
  ///   - recurrentActivation: Of the gates.
  ///   - useBias: Whether a bias is added before the activations.
  ///   - kernelInitializer: How the kernel begins.
  ///   - dropout: The fraction of the input that is left out of each sequence in training, from 0 to below 1.
  ///   - recurrentDropout: The same of the hidden state.
  ///   - returnSequences: Whether there is an output for every step, not for the last one only.
  ///   - goBackwards: Whether the sequence is read from its end.
  ///   - stateful: Whether the state is kept from batch to batch, until ``Model/resetStates()``; the model then has a
  ///     fixed batch.
  ///   - zeroOutputForMask: Whether the output of a masked step is zero, not that of the step before.
  ///   - resetAfter: Whether the reset gate is applied after the product with the recurrent kernel, as cuDNN does, or
  ///     before, as in the paper.
  ///   - name: `gru`, `gru_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  ///   - recurrentInitializer: How the recurrent kernel begins.
  ///   - biasInitializer: How the bias begins.
  ///   - kernelRegularizer: A penalty on the kernel's size.
  ///   - recurrentRegularizer: A penalty on the recurrent kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - kernelConstraint: What the kernel is put back into after every update.
  ///   - recurrentConstraint: What the recurrent kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  public init(
    _ units: Int, activation: Activation = .tanh, recurrentActivation: Activation = .sigmoid,
    useBias: Bool = true, kernelInitializer: Initializer = .glorotUniform,
    recurrentInitializer: Initializer = .orthogonal(), biasInitializer: Initializer = .zeros,
    kernelRegularizer: Regularizer? = nil, recurrentRegularizer: Regularizer? = nil,
    biasRegularizer: Regularizer? = nil, kernelConstraint: Constraint? = nil,
    recurrentConstraint: Constraint? = nil, biasConstraint: Constraint? = nil,
    dropout: Double = 0, recurrentDropout: Double = 0, returnSequences: Bool = false,
    goBackwards: Bool = false, stateful: Bool = false, zeroOutputForMask: Bool = false,
    resetAfter: Bool = true, name: String? = nil, trainable: Bool = true
  ) {
    let options = recurrentOptions(
      units, activation, useBias, dropout, recurrentDropout, returnSequences, goBackwards, stateful,
      zeroOutputForMask, kernel: (kernelInitializer, kernelRegularizer, kernelConstraint),
      recurrent: (recurrentInitializer, recurrentRegularizer, recurrentConstraint),
      bias: (biasInitializer, biasRegularizer, biasConstraint))
    settings = LayerSettings(
      "GRU", name: name, trainable: trainable,
      options: options + [
        "recurrent_activation": .string(recurrentActivation.rawValue),
        "reset_after": .bool(resetAfter),
      ])
  }
}

/// A fully connected recurrence (Elman 1990), `keras.layers.SimpleRNN`:
/// `hₜ = activation(xₜ · kernel + hₜ₋₁ · recurrentKernel + bias)`.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, units]`, or `[batch, timeSteps, units]` with
/// `returnSequences`; `kernel [features, units]`, `recurrent_kernel [units, units]`, `bias [units]`; state `hidden`,
/// `[batch, units]`.
public struct SimpleRNN: RecurrentLayer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - units: The values of the hidden state.
  ///   - activation: Of the hidden state.
  ///   - useBias: Whether a bias is added before the activation.
  ///   - kernelInitializer: How the kernel begins.
  ///   - dropout: The fraction of the input that is left out of each sequence in training, from 0 to below 1.
  ///   - recurrentDropout: The same of the hidden state.
  ///   - returnSequences: Whether there is an output for every step, not for the last one only.
  ///   - goBackwards: Whether the sequence is read from its end.
  ///   - stateful: Whether the state is kept from batch to batch, until ``Model/resetStates()``; the model then has a
  ///     fixed batch.
  ///   - zeroOutputForMask: Whether the output of a masked step is zero, not that of the step before.
  ///   - name: `simple_rnn`, `simple_rnn_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  ///   - recurrentInitializer: How the recurrent kernel begins.
  ///   - biasInitializer: How the bias begins.
  ///   - kernelRegularizer: A penalty on the kernel's size.
  ///   - recurrentRegularizer: A penalty on the recurrent kernel's size.
  ///   - biasRegularizer: A penalty on the bias' size.
  ///   - kernelConstraint: What the kernel is put back into after every update.
  ///   - recurrentConstraint: What the recurrent kernel is put back into after every update.
  ///   - biasConstraint: What the bias is put back into after every update.
  public init(
    _ units: Int, activation: Activation = .tanh, useBias: Bool = true,
    kernelInitializer: Initializer = .glorotUniform,
    recurrentInitializer: Initializer = .orthogonal(), biasInitializer: Initializer = .zeros,
    kernelRegularizer: Regularizer? = nil, recurrentRegularizer: Regularizer? = nil,
    biasRegularizer: Regularizer? = nil, kernelConstraint: Constraint? = nil,
    recurrentConstraint: Constraint? = nil, biasConstraint: Constraint? = nil,
    dropout: Double = 0, recurrentDropout: Double = 0, returnSequences: Bool = false,
    goBackwards: Bool = false, stateful: Bool = false, zeroOutputForMask: Bool = false,
    name: String? = nil, trainable: Bool = true
  ) {
    let options = recurrentOptions(
      units, activation, useBias, dropout, recurrentDropout, returnSequences, goBackwards, stateful,
      zeroOutputForMask, kernel: (kernelInitializer, kernelRegularizer, kernelConstraint),
      recurrent: (recurrentInitializer, recurrentRegularizer, recurrentConstraint),
      bias: (biasInitializer, biasRegularizer, biasConstraint))
    settings = LayerSettings("SimpleRNN", name: name, trainable: trainable, options: options)
  }
}

/// A layer that carries a state from step to step, as ``Bidirectional`` takes it.
public protocol RecurrentLayer: Layer {}

/// How a weight begins, the penalty on its size, and what it is put back into.
typealias WeightArguments = (Initializer, Regularizer?, Constraint?)

/// What all of them have in common, under Keras' names; `nil` is what a layer does not have.
func recurrentOptions(
  _ units: Int, _ activation: Activation?, _ useBias: Bool, _ dropout: Double,
  _ recurrentDropout: Double?, _ returnSequences: Bool, _ goBackwards: Bool, _ stateful: Bool,
  _ zeroOutputForMask: Bool, kernel: WeightArguments, recurrent: WeightArguments? = nil,
  bias: WeightArguments
) -> [String: JSONValue] {
  var options: [String: JSONValue] = [
    "units": .integer(units), "use_bias": .bool(useBias), "dropout": .number(dropout),
    "return_sequences": .bool(returnSequences), "go_backwards": .bool(goBackwards),
    "stateful": .bool(stateful), "zero_output_for_mask": .bool(zeroOutputForMask),
  ]
  options["activation"] = activation.map { .string($0.rawValue) }
  options["recurrent_dropout"] = recurrentDropout.map { .number($0) }
  let weights: [(String, WeightArguments?)] = [
    ("kernel", kernel), ("recurrent", recurrent), ("bias", bias),
  ]
  for case (let name, let weight?) in weights {
    options = options + weightOptions(name, weight.0, weight.1, weight.2)
  }
  return options
}
