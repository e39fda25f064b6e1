import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A command of the toolkit: its errors are one line on stderr, `tool: error: what is wrong`.
public protocol ToolCommand: ParsableCommand {}

extension ToolCommand {
  /// Parses the command line, runs the command and ends the process.
  public static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
      // Ends without the destructors of libraries, which have nothing to do here.
      flushAndExit(0)
    } catch let exit as ExitCode {
      flushAndExit(exit.rawValue)
    } catch {
      if isAboutCommandLine(error) { report(commandLineError: error) }
      printError("\(error)")
      flushAndExit(ExitStatus.of(error).rawValue)
    }
  }

  /// Writes one line to stderr behind the tool's name.
  public static func note(_ text: String) {
    writeToStandardError("\(configuration.commandName ?? _commandName): \(text)\n")
  }

  /// Writes bytes to stdout, behind what was printed.
  public static func writeToStandardOutput(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      fflush(nil)
      var written = 0
      while written < buffer.count {
        let count = write(
          STDOUT_FILENO, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { flushAndExit(ExitStatus.inputOutput.rawValue) }
        written += count
      }
    }
  }

  private static func printError(_ text: String) {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    note("error: \(line)")
  }

  /// Whether the parser found it, or asks for help to be shown.
  private static func isAboutCommandLine(_ error: any Error) -> Bool {
    if error is ValidationError || error is CleanExit { return true }
    let code = exitCode(for: error)
    return code == .success || code == .validationFailure
  }

  private static func report(commandLineError error: any Error) -> Never {
    // Help, version and completion scripts are asked for, not errors.
    guard exitCode(for: error) != .success else { exit(withError: error) }
    printError("\(message(for: error)) (see --help)")
    flushAndExit(ExitStatus.usage.rawValue)
  }
}

/// Writes out what was printed and ends the process.
private func flushAndExit(_ code: Int32) -> Never {
  let flushed = fflush(nil)
  // A reader that went away, or a full disk, is an error that would otherwise be lost.
  if code == 0 && flushed != 0 { _exit(ExitStatus.inputOutput.rawValue) }
  _exit(code)
}
