#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A block of zeroed scalars on a cache-line boundary that lives as long as this object.
package final class AlignedMemory<Scalar: KernelScalar> {
  /// The byte boundary on which the block, and each part that ``padded(_:)`` rounds up, begins.
  package static var alignment: Int { 64 }

  package let base: UnsafeMutablePointer<Scalar>
  package let count: Int

  /// - Throws: ``OutOfMemory`` if the machine has not that much.
  package init(count: Int) throws(OutOfMemory) {
    let bytes = max(1, count).multipliedReportingOverflow(by: MemoryLayout<Scalar>.stride)
    try OutOfMemory.check(bytes: bytes)
    // Pages of their own are zero without being written, and large ones cost few page faults.
    mappedBytes = bytes.partialValue >= Self.mapping ? bytes.partialValue : 0
    var block: UnsafeMutableRawPointer?
    if mappedBytes > 0 {
      block = mmap(
        nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | Int32(MAP_ANONYMOUS), -1, 0)
      if block == MAP_FAILED { block = nil }
      #if canImport(Glibc)
        if let block { madvise(block, mappedBytes, Int32(MADV_HUGEPAGE)) }
      #endif
    } else if posix_memalign(&block, Self.alignment, bytes.partialValue) == 0, let block {
      memset(block, 0, bytes.partialValue)
    }
    guard let block else { throw OutOfMemory(bytes: bytes.partialValue) }
    self.count = count
    base = block.bindMemory(to: Scalar.self, capacity: max(1, count))
  }

  deinit {
    if mappedBytes > 0 { munmap(base, mappedBytes) } else { free(base) }
  }

  /// Takes over the scalars of a block of the same size; threads share a large one.
  package func copy(from other: AlignedMemory) {
    precondition(other.count == count, "a block of another size")
    let lines = (count + Self.line - 1) / Self.line
    let parts = ComputeThreads.parts(of: count, enough: Self.shared)
    ComputeThreads.run(parts: parts) { part, parts in
      let from = lines * part / parts * Self.line
      let end = min(count, lines * (part + 1) / parts * Self.line)
      (base + from).update(from: other.base + from, count: end - from)
    }
  }

  /// The scalars of a copy that one thread takes at once, and from how many on a second thread helps.
  private static var line: Int { 1 << 12 }
  private static var shared: Int { 1 << 18 }

  /// The bytes from which a block is mapped, not allocated.
  private static var mapping: Int { 4 << 20 }
  /// 0 if the block is not mapped.
  private let mappedBytes: Int

  /// `count` rounded up so that what follows begins on the boundary again.
  package static func padded(_ count: Int) -> Int {
    let lanes = alignment / MemoryLayout<Scalar>.stride
    return (count + lanes - 1) / lanes * lanes
  }
}

/// More memory was asked for than the machine has.
public struct OutOfMemory: Error, CustomStringConvertible {
  /// What was asked for; `Int.max` if it is more than can be counted.
  public let bytes: Int

  public var description: String {
    let size = { (bytes: Int) in
      bytes < 10 << 30
        ? String((bytes + (1 << 19)) >> 20) + " MB" : String((bytes + (1 << 29)) >> 30) + " GB"
    }
    let left = Self.addressSpaceLeft
    return "this needs \(bytes == Int.max ? "more than any" : size(bytes)) of memory; "
      + (left < Self.installedBytes
        ? "ulimit -v leaves this process \(size(left))"
        : "this machine has \(size(Self.installedBytes))")
      + "; use fewer units or smaller batches"
  }

  /// Checks that the machine has so many bytes, and that this process may take them; given with whether they could be
  /// counted.
  package static func check(
    bytes: (partialValue: Int, overflow: Bool)
  ) throws(OutOfMemory) {
    guard !bytes.overflow, bytes.partialValue <= min(installedBytes, addressSpaceLeft) else {
      throw OutOfMemory(bytes: bytes.overflow ? Int.max : bytes.partialValue)
    }
  }

  /// What a limit of this process leaves of its address space; `Int.max` if there is none.
  static var addressSpaceLeft: Int {
    #if canImport(Glibc)
      var limit = rlimit()
      guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
        limit.rlim_cur < rlim_t(Int.max),
        let file = fopen("/proc/self/statm", "r")
      else { return .max }
      defer { fclose(file) }
      var text = [CChar](repeating: 0, count: 64)
      guard fgets(&text, Int32(text.count), file) != nil else { return .max }
      return max(0, Int(limit.rlim_cur) - strtol(text, nil, 10) * sysconf(Int32(_SC_PAGESIZE)))
    #else
      return .max
    #endif
  }

  static var installedBytes: Int {
    sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
  }
}
