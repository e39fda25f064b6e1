#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A block of zeroed scalars on a cache-line boundary that lives as long as this object.
public final class AlignedMemory<Scalar: KernelScalar> {
  /// The byte boundary on which the block, and each part that ``padded(_:)`` rounds up, begins.
  public static var alignment: Int { 64 }

  public let base: UnsafeMutablePointer<Scalar>
  public let count: Int

  /// - Throws: ``OutOfMemory`` if the machine has not that much.
  public init(count: Int) throws(OutOfMemory) {
    let bytes = max(1, count).multipliedReportingOverflow(by: MemoryLayout<Scalar>.stride)
    try OutOfMemory.check(bytes: bytes)
    var block: UnsafeMutableRawPointer?
    guard posix_memalign(&block, Self.alignment, bytes.partialValue) == 0, let block else {
      throw OutOfMemory(bytes: bytes.partialValue)
    }
    self.count = count
    base = block.bindMemory(to: Scalar.self, capacity: max(1, count))
    base.initialize(repeating: 0, count: max(1, count))
  }

  deinit { free(base) }

  /// `count` rounded up so that what follows begins on the boundary again.
  public static func padded(_ count: Int) -> Int {
    let lanes = alignment / MemoryLayout<Scalar>.stride
    return (count + lanes - 1) / lanes * lanes
  }
}

/// More memory was asked for than the machine has.
public struct OutOfMemory: Error, CustomStringConvertible {
  /// What was asked for; `Int.max` if it is more than can be counted.
  public let bytes: Int

  public var description: String {
    let gigabytes = { (bytes: Int) in String((bytes + (1 << 29)) >> 30) + " GB" }
    return "this needs \(bytes == Int.max ? "more than any" : gigabytes(bytes)) of memory; "
      + "this machine has \(gigabytes(Self.installedBytes)); use fewer units or smaller batches"
  }

  /// Checks that the machine has so many bytes, given with whether they could be counted.
  public static func check(
    bytes: (partialValue: Int, overflow: Bool)
  ) throws(OutOfMemory) {
    guard !bytes.overflow, bytes.partialValue <= installedBytes else {
      throw OutOfMemory(bytes: bytes.overflow ? Int.max : bytes.partialValue)
    }
  }

  static var installedBytes: Int {
    sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
  }
}
