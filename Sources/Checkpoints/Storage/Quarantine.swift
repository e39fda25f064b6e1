import CProcess
import HDF5

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reading a file of unknown origin where a crash does no harm.
enum Quarantine {
  /// The seconds that a reading may take.
  private static let seconds: rlim_t = 10
  /// The memory that it may take beside the size of the file, in bytes.
  private static let memory = 512 << 20

  /// Runs `body` in a child process with limits on memory, time and open files. Errors that it throws
  /// don't count: they come again when the same is done here.
  ///
  /// - Throws: ``CheckpointError`` if the child dies.
  static func rehearse(_ path: String, _ body: () throws -> Void) throws {
    let child = whileHDF5IsIdle { cprocess_fork() }
    guard child >= 0 else {
      throw CheckpointError(
        .inputOutput, file: path, "cannot start a process to read it: \(systemErrorText())")
    }
    if child == 0 {
      restrict(path)
      _ = try? body()
      _exit(0)
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    guard cprocess_exited(status) != 0, cprocess_exit_code(status) == 0 else {
      throw CheckpointError.invalid(path, "is damaged: HDF5 cannot read it without crashing")
    }
  }

  private static func restrict(_ path: String) {
    // What a dying C library prints is not for the user.
    let null = open("/dev/null", O_RDWR)
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { dup2(null, stream) }
    // A terminal's Ctrl-C is for the parent.
    signal(SIGINT, SIG_IGN)
    // A crash is an answer here, nothing to report.
    for crash in [SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP, SIGFPE] { signal(crash, SIG_DFL) }
    // The thread that forked may have blocked the alarm.
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    var status = stat()
    stat(path, &status)
    limit(RLIMIT_CPU, seconds)
    limit(RLIMIT_CORE, 0)
    limit(RLIMIT_NOFILE, 64)
    limit(RLIMIT_AS, addressSpace + rlim_t(memory) + 4 * rlim_t(max(0, status.st_size)))
    alarm(UInt32(seconds))
  }

  #if canImport(Glibc)
    private static func limit(_ resource: __rlimit_resource, _ most: rlim_t) {
      var limits = rlimit(rlim_cur: most, rlim_max: most)
      setrlimit(__rlimit_resource_t(resource.rawValue), &limits)
    }
  #else
    private static func limit(_ resource: Int32, _ most: rlim_t) {
      var limits = rlimit(rlim_cur: most, rlim_max: most)
      setrlimit(resource, &limits)
    }
  #endif

  /// What the process has mapped already, in bytes.
  private static var addressSpace: rlim_t {
    guard let file = FileDescriptor("/proc/self/statm", O_RDONLY) else { return 1 << 36 }
    var text = [UInt8](repeating: 0, count: 64)
    let count = read(file.number, &text, text.count)
    let pages = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    return rlim_t(pages.first.flatMap { UInt64($0) } ?? 1 << 24) * rlim_t(sysconf(Int32(_SC_PAGESIZE)))
  }
}
