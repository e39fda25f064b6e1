import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The threads that large matrix products share. They share rows and columns, never the sum that is one result, so
/// their number does not change the bits.
package enum ComputeThreads {
  /// The processors that this process may use.
  package static var available: Int { AvailableProcessors.count }

  /// The threads in use, this one among them; all processors if ``use(_:)`` was not called.
  package static var count: Int { isAlone ? 1 : crew.count.load(ordering: .relaxed) }

  /// Whether this thread works beside another one that computes, and leaves the others to it.
  @TaskLocal package static var isAlone = false

  /// Sets the number of threads of large products from now on. No thread starts before it has work.
  package static func use(_ count: Int) {
    crew.count.store(min(max(1, count), mostThreads), ordering: .relaxed)
  }

  /// The most threads that can be asked for.
  package static let mostThreads = 256

  /// How many threads should share work of so many multiplications.
  package static func parts(of multiplications: Int, enough: Int) -> Int {
    multiplications < enough ? 1 : count
  }

  /// Runs `body` once for each part, each on a thread of its own, and waits for all of them.
  @inline(__always)
  package static func run(parts: Int, _ body: (_ part: Int, _ parts: Int) -> Void) {
    if parts <= 1 {
      body(0, 1)
    } else {
      runCrew(parts: parts, body)
    }
  }

  @inline(never)
  private static func runCrew(parts: Int, _ body: (_ part: Int, _ parts: Int) -> Void) {
    withoutActuallyEscaping(body) { crew.run(parts: parts, $0) }
  }

  private static let crew = Crew()
}

/// Threads that wait for work: first spinning, since in training the next product comes within
/// microseconds, then asleep.
private final class Crew: @unchecked Sendable {
  /// How often a thread looks for work before it sleeps.
  private static let looks = 20_000
  private static let looksBeforeYielding = 2_000

  /// The threads that may take part, the one that hands out the work among them.
  let count = Atomic<Int>(ComputeThreads.available)
  private let turn = Atomic<Int>(0)
  private let unfinished = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  private var workers = 0
  // Written by the thread that hands out work before `turn` is advanced, read by the others after it.
  private var work: ((Int, Int) -> Void)?
  private var parts = 1
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // One thread at a time hands out work; others that compute do theirs alone.
  private let busy = Atomic<Bool>(false)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wakeUp, nil)
  }

  /// Makes sure that there are enough threads for so many parts; called by the thread that is `busy`.
  private func grow(to parts: Int) {
    while workers < parts - 1 {
      let (part, seen) = (workers + 1, turn.load(ordering: .acquiring))
      guard SystemThread.start({ self.serve(part: part, after: seen) }) else { break }
      workers += 1
    }
  }

  func run(parts: Int, _ body: @escaping (Int, Int) -> Void) {
    guard !busy.exchange(true, ordering: .acquiring) else {
      // Somebody else has the crew: the same parts, one after the other, give the same bits.
      for part in 0..<parts { body(part, parts) }
      return
    }
    defer { busy.store(false, ordering: .releasing) }
    grow(to: parts)
    (work, self.parts) = (body, parts)
    unfinished.store(workers, ordering: .relaxed)
    turn.add(1, ordering: .sequentiallyConsistent)
    if sleeping.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wakeUp)
      pthread_mutex_unlock(mutex)
    }
    body(0, parts)
    // Where the system gave us too few threads, this one does their part.
    for part in min(workers + 1, parts)..<parts { body(part, parts) }
    var looks = 0
    while unfinished.load(ordering: .acquiring) > 0 {
      ckernels_pause()
      looks += 1
      // With more threads than processors, the ones that are not done need this one's.
      if looks % Self.looksBeforeYielding == 0 { sched_yield() }
    }
    work = nil
  }

  /// What a worker does all its life.
  private func serve(part: Int, after first: Int) {
    // Signals are for the thread that started.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    var seen = first
    while true {
      seen = waitForTurn(after: seen)
      if part < parts { work?(part, parts) }
      unfinished.subtract(1, ordering: .acquiringAndReleasing)
    }
  }

  private func waitForTurn(after seen: Int) -> Int {
    for _ in 0..<Self.looks {
      let now = turn.load(ordering: .acquiring)
      if now != seen { return now }
      ckernels_pause()
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    sleeping.add(1, ordering: .sequentiallyConsistent)
    while turn.load(ordering: .sequentiallyConsistent) == seen {
      pthread_cond_wait(wakeUp, mutex)
    }
    sleeping.subtract(1, ordering: .sequentiallyConsistent)
    return turn.load(ordering: .acquiring)
  }
}
