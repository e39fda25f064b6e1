import ArgumentParser
import LSTMToolkit

/// `--threads`, the same wherever something is computed.
public struct ThreadsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads of large matrix products. The same number gives the same bits. (default: all cores)",
      valueName: "N"))
  public var threads: Int?

  public init() {}

  public func validate() throws {
    guard let threads else { return }
    guard (1...ComputeThreads.mostThreads).contains(threads) else {
      throw ValidationError(
        "--threads is \(threads); it must be from 1 to \(ComputeThreads.mostThreads)")
    }
  }

  /// Uses that many from now on.
  public func apply() { if let threads { ComputeThreads.use(threads) } }
}
