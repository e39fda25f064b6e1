import Testing

@testable import CommandLine

/// What the environment says of a terminal.
@Suite struct TerminalTests {
  private func terminal(_ variables: [String: String], isTerminal: Bool = true) -> Terminal {
    Terminal(isTerminal: isTerminal) { variables[$0] }
  }

  @Test func colorsAreForTerminalsThatHaveThem() {
    for kind in ["xterm-256color", "screen", "tmux-256color", "linux"] {
      #expect(terminal(["TERM": kind]).hasColor)
      #expect(terminal(["TERM": kind, "NO_COLOR": ""]).hasColor)
      #expect(!terminal(["TERM": kind, "NO_COLOR": "1"]).hasColor)
      #expect(!terminal(["TERM": kind], isTerminal: false).hasColor)
    }
    for kind in ["", "vt100", "xterm-m"] { #expect(!terminal(["TERM": kind]).hasColor) }
    #expect(terminal(["TERM": "vt220", "COLORTERM": "truecolor"]).hasColor)
  }

  @Test func aDumbTerminalIsALog() {
    #expect(!terminal(["TERM": "dumb", "COLORTERM": "truecolor"]).canRedraw)
    #expect(!terminal(["TERM": "dumb", "COLORTERM": "truecolor"]).hasColor)
    #expect(terminal([:]).canRedraw)
    #expect(!terminal(["TERM": "xterm"], isTerminal: false).canRedraw)
  }

  @Test func charactersBeyondASCIINeedALocale() {
    for (variables, expected) in [
      (["LANG": "en_US.UTF-8"], true), (["LC_CTYPE": "C.utf8"], true),
      (["LC_ALL": "C", "LANG": "de_DE.UTF-8"], false), (["LC_ALL": "", "LANG": "C.UTF-8"], true),
      (["LANG": "ja_JP.UTF-8"], false), (["LANG": "en_US.ISO-8859-1"], false), ([:], false),
    ] {
      #expect(terminal(variables).hasUnicode == expected, "\(variables)")
    }
  }
}
