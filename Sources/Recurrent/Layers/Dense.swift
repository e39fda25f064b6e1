import Kernels

/// A fully connected layer, as `keras.layers.Dense` computes it: `x · kernel + bias`, then the
/// activation, for each row of each step.
///
/// Shapes: input `[steps, rows, inputs]`, output `[steps, rows, units]`.
/// Memory: `batch × steps × units` scalars from the model's plan.
///
/// The gradient that ``backward(outputGradient:inputGradient:rows:optimizer:)`` takes is that of the values
/// *before* the activation: a softmax layer is the last, and its loss gives just that
/// (``CategoricalCrossEntropy``).
final class Dense<Scalar: KernelScalar>: Layer {
  let name: String
  let units: Int
  let activation: DenseConfiguration.Activation
  let outputSteps: Int
  let inputs: Int

  private let parameters: ParameterStore<Scalar>
  private let kernel, bias: ParameterStore<Scalar>.Matrix

  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, units]

  private var input: UnsafePointer<Scalar>?

  init(
    _ configuration: DenseConfiguration, parameters: ParameterStore<Scalar>, inputs: Int,
    batch: Int, steps: Int, plan: MemoryPlan<Scalar>
  ) {
    name = configuration.name
    units = configuration.units
    activation = configuration.activation
    outputSteps = steps
    self.inputs = inputs
    self.plan = plan
    self.parameters = parameters
    kernel = parameters.matrix(layer: name, name: "kernel")
    bias = parameters.matrix(layer: name, name: "bias")
    output = plan.reserve(steps * batch * units)
  }

  @specialized(where Scalar == Float)
  func forward(_ input: UnsafePointer<Scalar>, rows: Int) -> UnsafeMutablePointer<Scalar> {
    self.input = input
    let output = plan[output]
    let all = outputSteps * rows
    for row in 0..<all { (output + row * units).update(from: bias.values, count: units) }
    Scalar.multiply(
      input, transposeLeft: false, kernel.values, transposeRight: false,
      rows: all, columns: units, inner: inputs, into: output, accumulate: true)
    if activation == .softmax { Scalar.softmax(output, rows: all, columns: units) }
    return output
  }

  @specialized(where Scalar == Float)
  func backward(
    outputGradient: UnsafePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?, rows: Int,
    optimizer: Adam<Scalar>?
  ) {
    guard let input else { preconditionFailure("backward before forward") }
    let all = outputSteps * rows
    if let inputGradient {
      Scalar.multiply(
        outputGradient, transposeLeft: false, kernel.values, transposeRight: true,
        rows: all, columns: inputs, inner: units, into: inputGradient, accumulate: false)
    }
    parameters.update(kernel, left: input, right: outputGradient, inner: all, optimizer: optimizer)
    parameters.update(bias, left: nil, right: outputGradient, inner: all, optimizer: optimizer)
  }
}

/// The sum of each column of `matrix` `[rows, columns]`.
@inline(__always)
func sumRows<Scalar: KernelScalar>(
  of matrix: UnsafePointer<Scalar>, rows: Int, columns: Int, into sums: UnsafeMutablePointer<Scalar>
) {
  sums.update(from: matrix, count: columns)
  for row in 1..<max(1, rows) {
    let values = matrix + row * columns
    for column in 0..<columns { sums[column] += values[column] }
  }
}
