import Kernels

/// The mean over outputs of a function of output and target: `keras.metrics.MeanMetricWrapper`. Its sums are that of the
/// function and the number of outputs.
struct MeanMeter: OutputMeter {
  private let function: @Sendable (MeasuredOutput) -> Double
  private let isRoot: Bool

  init(isRoot: Bool = false, _ function: @escaping @Sendable (MeasuredOutput) -> Double) {
    (self.function, self.isRoot) = (function, isRoot)
  }

  /// The mean of a loss, or the root of it.
  init(of loss: Loss, times factor: Double = 1, isRoot: Bool = false) {
    let rows = loss.ofRows
    self.init(isRoot: isRoot) { factor * $0.loss(rows) }
  }

  /// How often the right class is among so many likeliest.
  init(amongLikeliest k: Int) {
    self.init { output in
      let right = output.classNumber
      guard output.output.indices.contains(right) else { return 0 }
      return output.output.count { $0 > output.output[right] } < k ? 1 : 0
    }
  }

  var size: Int { 2 }

  func add(_ output: MeasuredOutput, to sums: UnsafeMutablePointer<Double>) {
    sums[0] += function(output)
    sums[1] += 1
  }

  func value(of sums: UnsafePointer<Double>) -> Double {
    let mean = sums[1] == 0 ? 0 : sums[0] / sums[1]
    return isRoot ? mean.squareRoot() : mean
  }
}

extension MeasuredOutput {
  /// What a loss makes of it.
  fileprivate func loss(_ loss: RowLoss) -> Double {
    guard let base = output.baseAddress else { return 0 }
    func evaluate(_ targets: Targets<Float>) -> Double {
      // Without a gradient, the output stays as it is.
      Float.evaluate(
        loss, output: UnsafeMutablePointer(mutating: base), targets: targets, classWeights: nil,
        mask: nil, rows: 1, units: output.count, isFused: false, gradient: false
      ).loss
    }
    switch target {
    case .classNumber(let number):
      return withUnsafePointer(to: Int32(truncatingIfNeeded: number)) { evaluate(.classes($0)) }
    case .values(let values): return values.baseAddress.map { evaluate(.values($0)) } ?? 0
    }
  }
}
