import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Signals as something to ask for, so that work can be saved before the process ends: SIGINT and SIGTERM, SIGHUP of
/// a terminal that closes, SIGXCPU of a limit on processor time. SIGUSR1 asks to save and go on.
package enum Interruption {
  /// The first signal that came, or 0.
  private static let received = Atomic<Int32>(0)
  /// Whether somebody, not the system, has asked already.
  private static let isAsked = Atomic<Bool>(false)
  private static let isSaveAsked = Atomic<Bool>(false)
  private static let openLine = Atomic<Bool>(false)

  /// Whether the cursor is in a line of progress, which a process that ends at once has to leave.
  static var hasOpenLine: Bool {
    get { openLine.load(ordering: .relaxed) }
    set { openLine.store(newValue, ordering: .relaxed) }
  }

  /// From now on these signals no longer end the process at once. A second SIGINT or SIGTERM does: the others may
  /// come several times by themselves.
  package static func watch() {
    received.store(0, ordering: .relaxed)
    isAsked.store(false, ordering: .relaxed)
    isSaveAsked.store(false, ordering: .relaxed)
    var watched = sigset_t()
    sigemptyset(&watched)
    signal(SIGUSR1) { _ in Interruption.isSaveAsked.store(true, ordering: .relaxed) }
    sigaddset(&watched, SIGUSR1)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGXCPU] {
      let previous = signal(number) { number in
        _ = Interruption.received.compareExchange(
          expected: 0, desired: number, ordering: .relaxed)
        guard number == SIGINT || number == SIGTERM else { return }
        guard Interruption.isAsked.exchange(true, ordering: .relaxed) else { return }
        if Interruption.hasOpenLine { write(STDERR_FILENO, "\n", 1) }
        _exit(128 + number)
      }
      // Under nohup a run outlives its terminal.
      if number == SIGHUP, isIgnored(previous) { signal(number, SIG_IGN) }
      sigaddset(&watched, number)
    }
    // Whoever started this process may have blocked them.
    pthread_sigmask(SIG_UNBLOCK, &watched, nil)
  }

  /// Functions of C cannot be compared in Swift, their addresses can.
  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: UInt.self) == unsafeBitCast(SIG_IGN, to: UInt.self)
  }

  /// The first signal that came, if one did.
  package static var signalNumber: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// Whether SIGUSR1 has come since the last ``takeSaveRequest()``.
  package static var hasSaveRequest: Bool { isSaveAsked.load(ordering: .relaxed) }

  /// Whether SIGUSR1 has come since the last time; from then on it has not.
  package static func takeSaveRequest() -> Bool {
    hasSaveRequest && isSaveAsked.exchange(false, ordering: .relaxed)
  }
}
