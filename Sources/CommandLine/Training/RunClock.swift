import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The seconds since a run began. The time in which the process was stopped, say by Ctrl-Z, can be taken out.
final class RunClock: Sendable {
  private let begin = RunClock.nanoseconds
  private let skipped = Atomic<Int>(0)

  /// The seconds since the beginning, to a few milliseconds: a precise look costs a good part of a small model's epoch
  /// on some machines.
  var seconds: Double {
    Double(Self.nanoseconds - begin - skipped.load(ordering: .relaxed)) * 1e-9
  }

  /// Takes seconds out.
  func skip(_ seconds: Double) { skipped.add(Int(seconds * 1e9), ordering: .relaxed) }

  private static var nanoseconds: Int {
    var time = timespec()
    #if canImport(Glibc)
      clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    #else
      clock_gettime(CLOCK_MONOTONIC, &time)
    #endif
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
