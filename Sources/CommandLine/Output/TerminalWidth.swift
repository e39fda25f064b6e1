#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The columns of the terminal.
enum TerminalWidth {
  /// What is taken where nothing says how many there are.
  private static let usual = 80

  /// The narrower of what the terminal behind stderr and the variable `COLUMNS` say.
  static var columns: Int {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let variable = getenv("COLUMNS").flatMap { Int(String(cString: $0)) }.flatMap {
      $0 > 0 ? $0 : nil
    }
    return [isKnown ? Int(size.ws_col) : nil, variable].compactMap { $0 }.min() ?? usual
  }
}
