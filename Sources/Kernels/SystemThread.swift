#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A thread of the system that runs one closure and ends.
public enum SystemThread {
  /// Starts a thread that nobody waits for.
  ///
  /// - Returns: Whether the system gave us one.
  public static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    let context = Unmanaged.passRetained(Work(body)).toOpaque()
    guard pthread_create(&thread, nil, { runWork($0) }, context) == 0 else {
      Unmanaged<Work>.fromOpaque(context).release()
      return false
    }
    #if canImport(Glibc)
      pthread_detach(thread)
    #else
      if let thread { pthread_detach(thread) }
    #endif
    return true
  }

  fileprivate final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

#if canImport(Glibc)
  private func runWork(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<SystemThread.Work>.fromOpaque(context).takeRetainedValue().body() }
    return nil
  }
#else
  private func runWork(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<SystemThread.Work>.fromOpaque(context).takeRetainedValue().body()
    return nil
  }
#endif
