import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How weights start: Keras' defaults, drawn from our generator.
enum Initializer {
  /// Uniform in ±√(6 / (inputs + outputs)) (Glorot & Bengio 2010; `keras.initializers.GlorotUniform`).
  /// `weights` is `[inputs, outputs]`.
  static func glorotUniform<Scalar: KernelScalar>(
    _ weights: UnsafeMutableBufferPointer<Scalar>, inputs: Int, outputs: Int,
    using generator: inout PhiloxGenerator
  ) {
    let limit = (6 / Double(inputs + outputs)).squareRoot()
    for index in weights.indices {
      weights[index] = Scalar((2 * generator.uniform() - 1) * limit)
    }
  }

  /// Rows of a random orthogonal matrix (Saxe et al. 2014; `keras.initializers.Orthogonal`).
  /// `weights` is `[inputs, outputs]`, row-major.
  static func orthogonal<Scalar: KernelScalar>(
    _ weights: UnsafeMutableBufferPointer<Scalar>, inputs: Int, outputs: Int,
    using generator: inout PhiloxGenerator
  ) {
    let (rows, columns) = (max(inputs, outputs), min(inputs, outputs))
    var matrix = (0..<rows * columns).map { _ in normal(using: &generator) }
    OrthogonalMatrix.factor(&matrix, rows: rows, columns: columns)
    for index in weights.indices {
      // The factor's column j is row j of `matrix`; a wide weight matrix is its transpose.
      let (row, column) = (index / outputs, index % outputs)
      let at = inputs <= outputs ? row * rows + column : column * rows + row
      weights[index] = Scalar(matrix[at])
    }
  }

  /// A normally distributed number (Box & Muller 1958).
  private static func normal(using generator: inout PhiloxGenerator) -> Double {
    let radius = (-2 * log(1 - generator.uniform())).squareRoot()
    return radius * cos(2 * .pi * generator.uniform())
  }
}
