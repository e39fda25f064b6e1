import Synchronization

/// Lets one thread at a time into a model: its weights, its optimizer and the memory that it computes in.
///
/// What it guards are references that are not `Sendable`; they are touched in ``locked(_:)`` only, which makes the classes
/// that hold them `Sendable`.
final class ModelLock: Sendable {
  private let mutex = Mutex(())

  /// Not to be called again from within.
  func locked<Result: Sendable>(_ body: () throws -> Result) rethrows -> Result {
    try mutex.withLock { _ in try body() }
  }
}
