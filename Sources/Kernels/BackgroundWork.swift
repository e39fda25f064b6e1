import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Work that a thread of its own does while this one computes: it takes what the others leave of the processors.
package final class BackgroundWork: @unchecked Sendable {
  private let isDone = Atomic<Bool>(false)
  private var thread: pthread_t?

  /// Starts the work; where the system gives no thread, it is done before this returns.
  package init(_ body: @escaping @Sendable () -> Void) {
    let work: @Sendable () -> Void = { [self] in
      ComputeThreads.$isAlone.withValue(true, operation: body)
      isDone.store(true, ordering: .releasing)
    }
    thread = SystemThread.begin {
      // Signals are for the thread that computes.
      var all = sigset_t()
      sigfillset(&all)
      pthread_sigmask(SIG_BLOCK, &all, nil)
      #if canImport(Glibc)
        // Linux keeps this for each thread; on other systems it would slow the whole process.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
      #endif
      work()
    }
    if thread == nil { work() }
  }

  /// How far the thread stands back.
  private static let niceness: Int32 = 10

  package var isFinished: Bool { isDone.load(ordering: .acquiring) }

  /// Waits for the end of the work.
  package func wait() {
    guard let thread else { return }
    pthread_join(thread, nil)
    self.thread = nil
  }
}
