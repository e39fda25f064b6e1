import CHDF5

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Every call into libhdf5 goes through here: one at a time, since not every build of the library is
/// safe for threads; silent, since it would print its errors; and with its error stack kept.
enum Library {
  private static let lock = Lock()

  /// Runs `body` and turns a negative result into an error.
  static func call<Result: SignedInteger>(
    _ operation: @autoclosure () -> String, at place: Place, _ body: () -> Result
  ) throws(HDF5Error) -> Result {
    let (result, stack): (Result, [String]) = lock.withLock {
      prepare()
      let result = body()
      return (result, result < 0 ? errorStack() : [])
    }
    guard result >= 0 else {
      throw HDF5Error(
        file: place.file, object: place.object, operation: operation(), stack: stack)
    }
    return result
  }

  /// Runs `body` while no thread is inside libhdf5.
  static func whileIdle<Result>(_ body: () -> Result) -> Result { lock.withLock(body) }

  /// Runs `body`, whose failure changes nothing for the caller, such as closing what was only read.
  static func ignore(_ body: () -> Void) {
    lock.withLock {
      prepare()
      body()
    }
  }

  /// Opens the library, once. At exit it would try once more to write what it could not.
  private static let open: Void = {
    H5dont_atexit()
    H5open()
    // A file may not have code loaded.
    H5PLset_loading_state(0)
  }()

  private static func prepare() {
    _ = open
    // Belongs to the thread, so it is set each time.
    H5Eset_auto2(chdf5_default_stack(), nil, nil)
  }

  private static func errorStack() -> [String] {
    var messages: [String] = []
    withUnsafeMutablePointer(to: &messages) { pointer in
      _ = H5Ewalk2(
        chdf5_default_stack(), H5E_WALK_DOWNWARD,
        { _, entry, context in
          guard let entry, let context, let text = entry.pointee.desc else { return 0 }
          context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: text))
          return 0
        }, pointer)
    }
    return messages
  }
}

/// A mutual exclusion that a forked child may release: Swift's own belongs to one thread of one process.
private final class Lock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func withLock<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}

/// Runs `body` while no thread is inside libhdf5: a process that is forked then can use the library.
package func whileHDF5IsIdle<Result>(_ body: () -> Result) -> Result { Library.whileIdle(body) }

/// Where in which file a value stands; what errors show.
struct Place: Sendable {
  let file: String
  let object: String

  func appending(_ name: String) -> Place {
    Place(file: file, object: object == "/" ? "/" + name : object + "/" + name)
  }

  func attribute(_ name: String) -> Place { Place(file: file, object: object + "@" + name) }
}

/// An identifier of HDF5 that is closed by ``close(_:at:)``, or with the last value that holds it.
final class Handle: @unchecked Sendable {
  let id: hid_t
  private let closing: @Sendable (hid_t) -> herr_t
  private let kept: AnyObject?
  // Written while no other thread is inside libhdf5.
  private var isClosed = false

  /// - Parameter kept: What must live as long as the identifier is open.
  init(_ id: hid_t, keeping kept: AnyObject? = nil, close: @escaping @Sendable (hid_t) -> herr_t) {
    self.id = id
    self.kept = kept
    closing = close
  }

  /// Closes it. What HDF5 held back until then is written now.
  ///
  /// - Throws: ``HDF5Error``; it counts as closed then too.
  func close(_ operation: String, at place: Place) throws(HDF5Error) {
    _ = try Library.call(operation, at: place) {
      isClosed = true
      return closing(id)
    }
  }

  // What is written is closed by the call above; what was read has nothing left to fail.
  deinit { Library.ignore { if !isClosed { _ = closing(id) } } }
}
