import Kernels

/// The values that each output of a convolution sees beside each other, so that the convolution is one matrix product
/// (im2col, Chellapilla et al. 2006), and the gradients folded back: that of a value is the sum over the outputs that it
/// went into.
///
/// Shapes: input `[depth, rows, height, width, channels]`, unfolded
/// `[outputDepth, rows, outputHeight, outputWidth, elements, channels]`.
struct VolumeUnfolding<Scalar: KernelScalar> {
  private let windows: VolumeWindows
  private let input, output: Volume

  init(_ windows: VolumeWindows, from input: Volume, to output: Volume) {
    (self.windows, self.input, self.output) = (windows, input, output)
  }

  /// The values of one row.
  var size: Int { output.places * windows.count * input.channels }

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
  /// an end.
  @inline(__always)
  private func forEachElement(rows: Int, _ body: (_ unfolded: Int, _ input: Int?) -> Void) {
    var place = 0
    output.forEachPlace(rows: rows) { window, _ in
      windows.forEachElement(of: window, in: input, rows: rows) { from in
        body(place, from)
        place += input.channels
      }
    }
  }
}
