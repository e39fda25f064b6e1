import ArgumentParser
import LSTMToolkit

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A command of the toolkit: its errors are one line on stderr, `tool: error: what is wrong`.
public protocol ToolCommand: ParsableCommand {
  /// What the command reads and writes; it runs only if no output is one of its other files.
  var files: CommandFiles { get }
}

extension ToolCommand {
  /// Parses the command line, runs the command and ends the process.
  public static func main() {
    prepareProcess()
    do {
      var command = try parseAsRoot()
      try (command as? any ToolCommand)?.files.check()
      try command.run()
      // Without the destructors of libraries, which have nothing to do here.
      _exit(0)
    } catch let exit as ExitCode {
      _exit(exit.rawValue)
    } catch {
      if isAboutCommandLine(error) { report(commandLineError: error) }
      printError("\(error)")
      _exit(ExitStatus.of(error).rawValue)
    }
  }

  /// Makes sure that no file opened later takes the place of a closed stdin, stdout or stderr, and that
  /// a reader that goes away or a limit on the size of files is an error to handle, not the end.
  private static func prepareProcess() {
    while true {
      let file = open("/dev/null", O_RDONLY)
      guard file >= 0 else { break }
      guard file <= STDERR_FILENO else {
        close(file)
        break
      }
    }
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Checks that no output is a file that a checkpoint names as its training data.
  ///
  /// - Throws: `ValidationError`.
  public func protectData(of checkpoint: Checkpoint) throws {
    var files = files
    files.readData(of: checkpoint)
    try files.check()
  }

  /// Writes one line to stderr behind the tool's name.
  public static func note(_ text: String) {
    StandardStreams.error("\(configuration.commandName ?? _commandName): \(text)\n")
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
    _exit(ExitStatus.usage.rawValue)
  }
}
