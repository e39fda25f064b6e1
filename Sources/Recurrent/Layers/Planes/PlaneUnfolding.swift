import Kernels

/// The values that each output of a convolution sees beside each other, so that the convolution is one matrix product
/// (im2col, Chellapilla et al. 2006), and the gradients folded back: that of a value is the sum over the outputs that it
/// went into.
///
/// Shapes: input `[height, rows, width, channels]`, unfolded `[outputHeight, rows, outputWidth, elements, channels]`; of a
/// step `[rows, height, width, channels]` and `[rows, outputHeight, outputWidth, elements, channels]`.
struct PlaneUnfolding<Scalar: KernelScalar> {
  private let windows: PlaneWindows
  private let input, output: Plane

  init(_ windows: PlaneWindows, from input: Plane, to output: Plane) {
    (self.windows, self.input, self.output) = (windows, input, output)
  }

  /// The values of one row.
  var size: Int {
    output.height * output.width * windows.height.size * windows.width.size * input.channels
  }

  func unfold(
    _ values: UnsafePointer<Scalar>, into unfolded: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    forEachElement(rows: rows) { place, from in
      if let from {
        (unfolded + place).update(from: values + from, count: input.channels)
      } else {
        Scalar.fill(unfolded + place, with: 0, count: input.channels)
      }
    }
  }

  /// - Parameter values: To which the sums are added.
  func fold(
    _ unfolded: UnsafePointer<Scalar>, addingTo values: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    forEachElement(rows: rows) { place, to in
      if let to { Scalar.add(unfolded + place, to: values + to, count: input.channels) }
    }
  }

  /// Calls `body` with the place of each element that an output sees, and its place in the input; `nil` if it is beyond
  /// an edge.
  @inline(__always)
  private func forEachElement(rows: Int, _ body: (_ unfolded: Int, _ input: Int?) -> Void) {
    var place = 0
    for outer in 0..<(output.isStep ? rows : output.height) {
      for inner in 0..<(output.isStep ? output.height : rows) {
        let (row, top) = output.isStep ? (outer, inner) : (inner, outer)
        for left in 0..<output.width {
          for down in 0..<windows.height.size {
            let y = windows.height.place(ofWindow: top, element: down, of: input.height)
            for right in 0..<windows.width.size {
              let x = windows.width.place(ofWindow: left, element: right, of: input.width)
              if let y, let x {
                body(place, input.place(row, of: rows, y: y, x: x))
              } else {
                body(place, nil)
              }
              place += input.channels
            }
          }
        }
      }
    }
  }
}
