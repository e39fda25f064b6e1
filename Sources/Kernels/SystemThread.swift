#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A thread of the system that runs one closure and ends.
package enum SystemThread {
  /// Starts a thread that nobody waits for.
  ///
  /// - Returns: Whether the system gave us one.
  package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    guard let thread = begin(body) else { return false }
    pthread_detach(thread)
    return true
  }

  /// Starts a thread that somebody joins or detaches.
  ///
  /// - Returns: `nil` if the system gives us none.
  static func begin(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    let context = Unmanaged.passRetained(Work(body)).toOpaque()
    // Products pack on the stack; some systems give a thread less than they need.
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    guard pthread_create(&thread, &attributes, { runWork($0) }, context) == 0 else {
      Unmanaged<Work>.fromOpaque(context).release()
      return nil
    }
    return thread
  }

  private static let stackBytes = 8 << 20

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
