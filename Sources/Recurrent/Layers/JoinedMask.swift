import Kernels

/// Which steps count for several inputs together: those that count for any of them, as in Keras 3, or for all, as in
/// tf-keras. An input of one step stands beside every step of the others.
final class JoinedMask<Scalar: KernelScalar> {
  private let steps: Int
  private let needsAll: Bool
  /// Which inputs have one step beside several.
  private let repeatsStep: [Bool]
  /// `[steps, rows]`
  private let mask: StepMask

  init(_ builder: LayerBuilder<Scalar>, needsAll: Bool) {
    let steps = builder.output.steps
    self.steps = steps
    self.needsAll = needsAll
    repeatsStep = builder.inputs.map { $0.steps < steps }
    mask = StepMask(count: steps * builder.batch)
  }

  /// - Returns: The steps that count; `nil` if all do.
  func join(_ inputs: LayerInputs<Scalar>, rows: Int) -> UnsafePointer<UInt8>? {
    let joined = mask.values
    joined.update(repeating: needsAll ? 1 : 0)
    var isMasked = false
    for input in 0..<inputs.count {
      if inputs.masks[input] != nil { isMasked = true }
      for place in 0..<steps * rows {
        let counts =
          self.counts(place, for: input, inputs.masks[input], rows: rows) ? 1 : 0 as UInt8
        joined[place] = needsAll ? joined[place] & counts : joined[place] | counts
      }
    }
    return isMasked ? UnsafePointer(joined.baseAddress) : nil
  }

  /// Whether a place in `[steps, rows]` counts for one input; all do without a mask.
  func counts(_ place: Int, for input: Int, _ mask: UnsafePointer<UInt8>?, rows: Int) -> Bool {
    guard let mask else { return true }
    return mask[repeatsStep[input] ? place % rows : place] != 0
  }

  /// Whether a place counted when the masks were last joined.
  func counts(_ place: Int) -> Bool { mask.values[place] != 0 }
}
