import Kernels

/// How many layers of a model use each parameter: as many gradients it gets in a pass.
final class ParameterUses {
  /// By the parameter's number.
  private(set) var counts: [Int]
  /// Whether any parameter has several.
  private(set) var areShared = false

  init(parameters: Int) { counts = [Int](repeating: 0, count: parameters) }

  func add(_ number: Int) {
    counts[number] += 1
    if counts[number] > 1 { areShared = true }
  }
}
