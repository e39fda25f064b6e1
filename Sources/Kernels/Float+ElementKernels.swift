import CKernels

extension Float {
  package static func multiplyElements(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
    into result: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.multiply_elements(left, right, result, count)
  }

  package static func add(
    _ values: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.add_elements(values, sums, count)
  }

  package static func add(
    _ values: UnsafePointer<Float>, times factor: Float, to sums: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    kernels.add_scaled(values, factor, sums, count)
  }

  package static func addProducts(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
    to sums: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.add_products(left, right, sums, count)
  }

  package static func addRows(
    of matrix: UnsafePointer<Float>, mask: UnsafePointer<UInt8>?, rows: Int, columns: Int,
    to sums: UnsafeMutablePointer<Float>
  ) {
    // Each thread adds some of the columns up.
    let parts = ComputeThreads.parts(of: rows * columns, enough: enoughValues)
    ComputeThreads.run(parts: min(parts, columns)) { part, parts in
      let first = columns * part / parts
      kernels.add_rows(
        matrix + first, columns, mask, sums + first, rows, columns * (part + 1) / parts - first)
    }
  }

  package static func scale(_ values: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
    kernels.scale(values, factor, count)
  }

  package static func rectify(_ values: UnsafeMutablePointer<Float>, count: Int) {
    kernels.rectify(values, count)
  }

  package static func rectify(
    _ values: UnsafeMutablePointer<Float>, by rectifier: Rectifier, count: Int
  ) {
    var rectifier = rectifier.kernel
    kernels.rectify_by(&rectifier, values, count)
  }

  package static func mix(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    into result: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.mix(weights, left, right, result, count)
  }

  package static func mixGradient(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, ofWeights: UnsafeMutablePointer<Float>,
    ofRight: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.mix_gradient(weights, left, right, gradient, ofWeights, ofRight, count)
  }

  package static func addPenalties(
    of weights: UnsafePointer<Float>, l1: Float, l2: Float,
    to gradients: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.add_penalties(weights, l1, l2, gradients, count)
  }

  package static func markRows(
    of matrix: UnsafePointer<Float>, with value: Float, rows: Int, columns: Int,
    in marks: UnsafeMutablePointer<UInt8>
  ) {
    kernels.mark_rows(matrix, value, marks, rows, columns)
  }

  package static func drawFactors(
    _ draws: Philox, rate: Double, into factors: UnsafeMutablePointer<Float>, count: Int
  ) {
    var draws = ckernels_draws(
      seed: draws.seed, stream: draws.stream, position: draws.position,
      left_out: Philox.drawsBelow(rate), factor: Float(1 / (1 - rate)))
    kernels.draw_factors(&draws, factors, count)
  }
}
