import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Calls a closure every so often on a thread of its own, until it is stopped.
final class Ticker: @unchecked Sendable {
  private let nanoseconds: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // Guarded by the mutex.
  private var isAskedToStop = false
  private var isStopped = false

  /// - Parameters:
  ///   - seconds: The time from call to call.
  ///   - body: Called for the last time before ``stop()`` returns.
  init(every seconds: Double, _ body: @escaping @Sendable () -> Void) {
    nanoseconds = Int(seconds * 1e9)
    pthread_mutex_init(mutex, nil)
    #if canImport(Glibc)
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(changed, &attributes)
      pthread_condattr_destroy(&attributes)
    #else
      pthread_cond_init(changed, nil)
    #endif
    // Without a thread there are no calls.
    isStopped = !SystemThread.start { [self] in serve(body) }
  }

  deinit {
    stop()
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Returns when the last call is over.
  func stop() {
    pthread_mutex_lock(mutex)
    isAskedToStop = true
    pthread_cond_broadcast(changed)
    while !isStopped { pthread_cond_wait(changed, mutex) }
    pthread_mutex_unlock(mutex)
  }

  private func serve(_ body: () -> Void) {
    // Signals are for the thread that started.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    while wait() { body() }
    pthread_mutex_lock(mutex)
    isStopped = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  /// Waits until the next call is due.
  ///
  /// - Returns: Whether there is one.
  private func wait() -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    #if canImport(Glibc)
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      time.tv_nsec += nanoseconds
      time.tv_sec += time.tv_nsec / 1_000_000_000
      time.tv_nsec %= 1_000_000_000
      while !isAskedToStop, pthread_cond_timedwait(changed, mutex, &time) == 0 {}
    #else
      var time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
      if !isAskedToStop { pthread_cond_timedwait_relative_np(changed, mutex, &time) }
    #endif
    return !isAskedToStop
  }
}
