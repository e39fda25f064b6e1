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

  static let shared = load()

  private static let names = [
    "libopenblas.so.0", "libopenblas.so", "libopenblas.dylib",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ]

  private static func load() -> OpenBLAS {
    // Its own threads would wait for work on the processors that ours need.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    for name in names {
      guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
      if let sgemm = dlsym(library, "cblas_sgemm"), let sgemv = dlsym(library, "cblas_sgemv"),
        let dgemm = dlsym(library, "cblas_dgemm"), let dgeqrf = dlsym(library, "dgeqrf_"),
        let dorgqr = dlsym(library, "dorgqr_")
      {
        return OpenBLAS(
          sgemm: unsafeBitCast(sgemm, to: copenblas_sgemm.self),
          sgemv: unsafeBitCast(sgemv, to: copenblas_sgemv.self),
          dgemm: unsafeBitCast(dgemm, to: copenblas_dgemm.self),
          dgeqrf: unsafeBitCast(dgeqrf, to: copenblas_dgeqrf.self),
          dorgqr: unsafeBitCast(dorgqr, to: copenblas_dorgqr.self))
      }
    }
    // As the system's loader would have ended the process at its start.
    let message =
      "error: OpenBLAS (\(names[0])) cannot be loaded; install Debian's libopenblas-dev\n"
    _ = message.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(EX_UNAVAILABLE)
  }
}
