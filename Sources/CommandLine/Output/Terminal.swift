#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the terminal behind stderr can show.
struct Terminal: Sendable {
  /// What is taken where nothing says how many columns there are.
  private static let usualColumns = 80
  /// Empties the line that the cursor is in.
  static let clearLine = "\r\u{1B}[2K"

  /// Whether a line can be drawn over: stderr is a terminal, and not a dumb one.
  let canRedraw: Bool
  /// Whether it has colors, and the user has nothing against them (`NO_COLOR`).
  let hasColor: Bool
  /// Whether it shows characters beyond ASCII, one column wide each.
  let hasUnicode: Bool

  /// - Parameters:
  ///   - isTerminal: Whether stderr is one.
  ///   - variable: A variable of the environment; `nil` if it is not set.
  init(
    isTerminal: Bool = isatty(STDERR_FILENO) != 0,
    variable: (String) -> String? = { getenv($0).map { String(cString: $0) } }
  ) {
    func value(_ name: String) -> String { variable(name) ?? "" }
    let kind = value("TERM")
    canRedraw = isTerminal && kind != "dumb"
    let isMonochrome = kind.isEmpty || kind.hasPrefix("vt") || kind.hasSuffix("-m")
    hasColor =
      canRedraw && value("NO_COLOR").isEmpty && (!isMonochrome || !value("COLORTERM").isEmpty)
    // The first of these that is set decides, as in `setlocale`.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(value).first { !$0.isEmpty } ?? ""
    let isUTF8 = locale.uppercased().replacing("-", with: "").contains("UTF8")
    // In these languages terminals may show the characters of a bar two columns wide.
    hasUnicode = canRedraw && isUTF8 && !["zh", "ja", "ko"].contains(locale.prefix(2))
  }

  /// The columns at this moment: the narrower of what the terminal and the variable `COLUMNS` say.
  var columns: Int {
    let variable = getenv("COLUMNS").flatMap { Int(String(cString: $0)) }.flatMap {
      $0 > 0 ? $0 : nil
    }
    return [Self.columns(of: STDERR_FILENO), variable].compactMap { $0 }.min()
      ?? Self.usualColumns
  }

  /// The columns of the terminal behind a descriptor; `nil` if there is none, or it does not say.
  static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Whether the process is in the foreground, where it may write; also if no shell says so.
  var isForeground: Bool {
    let group = tcgetpgrp(STDERR_FILENO)
    return group < 0 || group == getpgrp()
  }
}
