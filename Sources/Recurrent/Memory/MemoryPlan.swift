import Kernels

/// The working memory of a model for one shape: layers first reserve what they need, then one block
/// serves them all.
final class MemoryPlan<Scalar: KernelScalar> {
  typealias Region = MemoryRegion

  /// What is reserved so far, in scalars.
  private(set) var size = 0
  private var memory: AlignedMemory<Scalar>
  private var base: UnsafeMutablePointer<Scalar>

  init() throws(OutOfMemory) {
    memory = try AlignedMemory(count: 0)
    base = memory.base
  }

  /// Sets `count` scalars aside, on a cache line.
  func reserve(_ count: Int) -> Region {
    defer { size += AlignedMemory<Scalar>.padded(count) }
    return Region(offset: size, count: count)
  }

  /// Makes the block, all zero. Call once, when everything is reserved and before a region is used.
  func allocate() throws(OutOfMemory) {
    memory = try AlignedMemory(count: size)
    base = memory.base
  }

  /// Where a region begins.
  subscript(region: Region) -> UnsafeMutablePointer<Scalar> { base + region.offset }

  /// A region with its bounds.
  func buffer(_ region: Region) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(start: self[region], count: region.count)
  }
}

/// A part of the block. It is not nested in the generic class, so that an array of regions is the same type for all.
struct MemoryRegion {
  fileprivate let offset: Int
  let count: Int
}
