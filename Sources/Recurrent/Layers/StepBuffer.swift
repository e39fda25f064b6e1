/// One value for each step of each row of a batch, such as whether it counts, or its symbol.
final class StepBuffer<Value: BinaryInteger> {
  let values: UnsafeMutableBufferPointer<Value>

  init(count: Int, of value: Value) {
    values = .allocate(capacity: count)
    values.initialize(repeating: value)
  }

  deinit { values.deallocate() }
}

/// Which steps of a batch count: the memory of a mask.
typealias StepMask = StepBuffer<UInt8>

extension StepMask {
  convenience init(count: Int) { self.init(count: count, of: 1) }
}
