import Synchronization

/// What a layer's options say, read once, when it is first asked for; copies of a configuration share it.
final class ResolvedDescription: Sendable {
  typealias Outcome = Result<any LayerDescription, ConfigurationError>

  private let outcome = Mutex<Outcome?>(nil)

  /// - Parameter read: Reads the options.
  /// - Throws: What `read` throws, also when it is asked for again.
  func description(
    _ read: () throws(ConfigurationError) -> any LayerDescription
  ) throws(ConfigurationError) -> any LayerDescription {
    let outcome = outcome.withLock { outcome in
      if let outcome { return outcome }
      let new = Outcome(catching: read)
      outcome = new
      return new
    }
    return try outcome.get()
  }
}
