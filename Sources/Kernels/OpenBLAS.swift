import COpenBLAS

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// OpenBLAS, loaded when a product is first large enough for it: a process that only samples from a small
/// network would spend a fifth of its time on loading it.
struct OpenBLAS: Sendable {
  let sgemm: copenblas_sgemm
  let sgemv: copenblas_sgemv
  let dgemm: copenblas_dgemm
  let dgeqrf: copenblas_dgeqrf
  let dorgqr: copenblas_dorgqr
  /// See ``BLASCore``.
  let core: String

  static let shared = load()

  private static let names = [
    "libopenblas.so.0", "libopenblas.so", "libopenblas.dylib",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ]

  private static func load() -> OpenBLAS {
    // Its own threads would wait for work on the processors that ours need.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    requireAddressSpace()
    for name in names {
      guard let (library, core) = open(name) else { continue }
      if let sgemm = dlsym(library, "cblas_sgemm"), let sgemv = dlsym(library, "cblas_sgemv"),
        let dgemm = dlsym(library, "cblas_dgemm"), let dgeqrf = dlsym(library, "dgeqrf_"),
        let dorgqr = dlsym(library, "dorgqr_")
      {
        return OpenBLAS(
          sgemm: unsafeBitCast(sgemm, to: copenblas_sgemm.self),
          sgemv: unsafeBitCast(sgemv, to: copenblas_sgemv.self),
          dgemm: unsafeBitCast(dgemm, to: copenblas_dgemm.self),
          dgeqrf: unsafeBitCast(dgeqrf, to: copenblas_dgeqrf.self),
          dorgqr: unsafeBitCast(dorgqr, to: copenblas_dorgqr.self), core: core)
      }
    }
    // As the system's loader would have ended the process at its start.
    end(
      "OpenBLAS (\(names[0])) cannot be loaded; install Debian's libopenblas-dev", EX_UNAVAILABLE)
  }

  /// Loads the library, with the code that fits this processor unless the user has chosen one.
  private static func open(_ name: String) -> (library: UnsafeMutableRawPointer, core: String)? {
    guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { return nil }
    let core = coreName(library)
    let variable = "OPENBLAS_CORETYPE"
    guard getenv(variable) == nil,
      let better = BLASCore.better(than: core, vectors: .widest)
    else { return (library, core) }
    // It looks at the variable as it is loaded.
    dlclose(library)
    setenv(variable, better, 1)
    defer { unsetenv(variable) }
    return dlopen(name, RTLD_NOW | RTLD_LOCAL).map { ($0, coreName($0)) }
  }

  private static func coreName(_ library: UnsafeMutableRawPointer) -> String {
    typealias CoreName = @convention(c) () -> UnsafePointer<CChar>?
    guard let symbol = dlsym(library, "openblas_get_corename") else { return "" }
    return unsafeBitCast(symbol, to: CoreName.self)().map { String(cString: $0) } ?? ""
  }

  /// The address space that OpenBLAS takes for itself, and for each thread that calls it.
  private static let libraryBytes = 192 << 20
  private static let threadBytes = 64 << 20

  /// Where it gets less, OpenBLAS would try again for ever.
  private static func requireAddressSpace() {
    let bytes = libraryBytes + ComputeThreads.count * threadBytes
    guard bytes > OutOfMemory.addressSpaceLeft else { return }
    end(
      "OpenBLAS needs \(bytes >> 20) MB of address space for \(ComputeThreads.count) threads; "
        + "\(OutOfMemory.addressSpaceLeft >> 20) MB are left (see ulimit -v and --threads)",
      EX_OSERR)
  }

  private static func end(_ problem: String, _ status: Int32) -> Never {
    let tool = CommandLine.arguments.first?.split(separator: "/").last ?? "lstm-toolkit"
    let message = "\(tool): error: \(problem)\n"
    _ = message.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(status)
  }
}
