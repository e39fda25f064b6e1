import CHDF5
import Synchronization

/// Every call into libhdf5 goes through here: one at a time, since not every build of the library is
/// safe for threads; silent, since it would print its errors; and with its error stack kept.
enum Library {
  private static let lock = Mutex<Bool>(false)

  /// Runs `body` and turns a negative result into an error.
  static func call<Result: SignedInteger>(
    _ operation: @autoclosure () -> String, at place: Place, _ body: () -> Result
  ) throws(HDF5Error) -> Result {
    let (result, stack): (Result, [String]) = lock.withLock { isOpen in
      prepare(&isOpen)
      let result = body()
      return (result, result < 0 ? errorStack() : [])
    }
    guard result >= 0 else {
      throw HDF5Error(
        file: place.file, object: place.object, operation: operation(), stack: stack)
    }
    return result
  }

  /// Runs `body`, whose failure changes nothing for the caller, such as closing what was only read.
  static func ignore(_ body: () -> Void) {
    lock.withLock { isOpen in
      prepare(&isOpen)
      body()
    }
  }

  private static func prepare(_ isOpen: inout Bool) {
    if !isOpen {
      // At exit libhdf5 would try once more to write what it could not.
      H5dont_atexit()
      H5open()
      isOpen = true
    }
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

/// Where in which file a value stands; what errors tell.
struct Place: Sendable {
  let file: String
  let object: String

  func appending(_ name: String) -> Place {
    Place(file: file, object: object == "/" ? "/" + name : object + "/" + name)
  }

  func attribute(_ name: String) -> Place { Place(file: file, object: object + "@" + name) }
}

/// An identifier of HDF5 that is closed with the last value that holds it.
final class Handle: Sendable {
  let id: hid_t
  private let close: @Sendable (hid_t) -> herr_t

  init(_ id: hid_t, close: @escaping @Sendable (hid_t) -> herr_t) {
    self.id = id
    self.close = close
  }

  deinit { Library.ignore { _ = close(id) } }
}
