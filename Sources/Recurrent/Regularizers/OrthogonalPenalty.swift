import Files
import Kernels

/// A penalty on rows or columns of a matrix that are not at right angles, `keras.regularizers.OrthogonalRegularizer`:
/// `factor · Σ |nᵢ · nⱼ| / pairs` over all pairs, where `n` are the rows or columns, each divided by its norm.
struct OrthogonalPenalty: Equatable, Sendable {
  private let factor: Double
  private let isOfRows: Bool

  init?(_ option: JSONValue) {
    let factor = option["config"]?["factor"].map { $0.double } ?? 0.01
    let mode = option["config"]?["mode"].map { $0.string } ?? "rows"
    guard let factor, factor.isFinite, let mode, ["rows", "columns"].contains(mode) else {
      return nil
    }
    (self.factor, isOfRows) = (factor, mode == "rows")
  }

  /// The vectors in a matrix: how many there are, and where each one's values are.
  private struct Vectors<Scalar: KernelScalar> {
    let values: UnsafePointer<Scalar>
    let count, length: Int
    let step, stride: Int

    @inline(__always)
    func place(_ vector: Int, _ index: Int) -> Int { vector * step + index * stride }

    @inline(__always)
    func product(_ one: Int, _ other: Int) -> Double {
      var sum = 0.0
      for index in 0..<length {
        sum += Double(values[place(one, index)]) * Double(values[place(other, index)])
      }
      return sum
    }

    /// 1 over the norm, which is bounded as in Keras.
    func inverseNorm(_ vector: Int) -> Double {
      1 / max(product(vector, vector), 1e-12).squareRoot()
    }
  }

  private func vectors<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, _ shape: [Int]
  ) -> Vectors<Scalar> {
    let (rows, columns) = (shape[0], shape[1])
    return isOfRows
      ? Vectors(values: values, count: rows, length: columns, step: columns, stride: 1)
      : Vectors(values: values, count: columns, length: rows, step: 1, stride: columns)
  }

  /// The factor of each pair.
  private func weight(of count: Int) -> Double {
    count > 1 ? factor * 2 / Double(count * (count - 1)) : 0
  }

  func loss<Scalar: KernelScalar>(_ values: UnsafePointer<Scalar>, shape: [Int]) -> Double {
    let vectors = vectors(values, shape)
    var sum = 0.0
    for one in 0..<vectors.count {
      let norm = vectors.inverseNorm(one)
      for other in 0..<one {
        sum += abs(vectors.product(one, other)) * norm * vectors.inverseNorm(other)
      }
    }
    return weight(of: vectors.count) * sum
  }

  /// Adds the gradient of the loss.
  func addGradient<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, shape: [Int], to gradients: UnsafeMutablePointer<Scalar>
  ) {
    let vectors = vectors(values, shape)
    let weight = weight(of: vectors.count)
    for one in 0..<vectors.count {
      let norm = vectors.inverseNorm(one)
      for other in 0..<vectors.count where other != one {
        let otherNorm = vectors.inverseNorm(other)
        let product = vectors.product(one, other) * norm * otherNorm
        let factor = weight * norm * (product > 0 ? 1 : product < 0 ? -1 : 0)
        for index in 0..<vectors.length {
          let (at, from) = (vectors.place(one, index), vectors.place(other, index))
          let slope = Double(values[from]) * otherNorm - product * Double(values[at]) * norm
          gradients[at] += Scalar(factor * slope)
        }
      }
    }
  }
}
