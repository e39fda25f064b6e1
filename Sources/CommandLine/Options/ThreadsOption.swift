import ArgumentParser
import Kernels

/// `--threads`, the same wherever something is computed.
package struct ThreadsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The number of threads for large models; it does not change results. (default: all cores)",
      valueName: "N"))
  package var threads: Int?

  package init() {}

  package func validate() throws {
    guard let threads else { return }
    guard (1...ComputeThreads.mostThreads).contains(threads) else {
      throw ValidationError(
        "--threads is \(threads); it must be from 1 to \(ComputeThreads.mostThreads)")
    }
  }

  /// Uses that many from now on.
  package func apply() { if let threads { ComputeThreads.use(threads) } }
}
