import Kernels

/// What a layer does for the model it is part of.
///
/// A layer is built for at most `batch` rows and `timeSteps` steps: it reserves its buffers in the
/// model's memory plan and keeps them. Sequences lie time-major in memory, `[timeSteps, rows, …]`, so
/// that one step is one block; `rows ≤ batch` may differ from call to call.
protocol Layer<Scalar>: AnyObject {
  associatedtype Scalar: KernelScalar

  var name: String { get }
  /// The scalars in one row of the output.
  var units: Int { get }
  /// The steps of the output: as many as the input's, or 1.
  var outputSteps: Int { get }

  /// Computes the output `[outputSteps, rows, units]` of `input` `[timeSteps, rows, inputs]`. Both
  /// must stay as they are until ``backward(outputGradient:inputGradient:rows:optimizer:)``.
  func forward(_ input: UnsafePointer<Scalar>, rows: Int) -> UnsafeMutablePointer<Scalar>

  /// Computes the gradient of the layer's input, where it is asked for, then those of its weights, and
  /// has the optimizer update the weights; without one the gradients replace those in the store.
  func backward(
    outputGradient: UnsafePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?, rows: Int,
    optimizer: Adam<Scalar>?)
}
