import ArgumentParser
import Checkpoints
import Files
import Kernels
import Tasks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A command of the toolkit: its errors are one line on stderr, `tool: error: what is wrong`.
package protocol ToolCommand: ParsableCommand {
  /// Command lines to begin with, the most usual first: all in `--help`, the first ones where nothing is asked for.
  static var examples: [String] { get }
  /// What the command can do; `nil` if all its options go together.
  static var rules: CommandModes? { get }
  /// Checks the values of options against each other, where all of them go together.
  ///
  /// - Throws: `ValidationError`.
  func check() throws
  /// What the command reads and writes; it runs only if no output is one of its other files.
  var files: CommandFiles { get }
  /// What seals are made and checked with.
  var seal: SealKeyOption { get }
}

extension ToolCommand {
  package static var rules: CommandModes? { nil }
  package func check() throws {}

  /// What `--version` shows.
  package static var version: String { "lstm-toolkit \(ToolkitVersion.current)" }

  /// ``examples`` as `--help` shows them.
  package static var exampleList: String {
    (["EXAMPLES:"] + examples.map(broken)).joined(separator: "\n")
  }

  /// An example as the shell takes it, on lines that 80 columns have room for; breaks are before options.
  static func broken(_ example: String) -> String {
    var lines = [" "]
    var part = ""
    func add() {
      // A blank before it, and one with a backslash behind it.
      if let line = lines.last, line.count > 1, line.count + part.count > 76 {
        lines[lines.count - 1] += " \\"
        lines.append("     ")
      }
      lines[lines.count - 1] += part
      part = ""
    }
    for word in example.split(separator: " ", omittingEmptySubsequences: false) {
      if word.hasPrefix("--") { add() }
      part += " " + word
    }
    add()
    return lines.joined(separator: "\n")
  }

  /// Parses the command line, runs the command and ends the process.
  package static func main() {
    prepareProcess()
    guard CommandLine.arguments.count > 1 else { explain() }
    do {
      try checkArguments()
      if let problem = InstructionSet.problem { throw ValidationError(problem) }
      let arguments = negativeNumbersJoined(CommandLine.arguments.dropFirst())
      var command = try parseAsRoot(arguments)
      if command is Self { try rules?.check(CommandModes.names(in: arguments)) }
      try (command as? Self)?.check()
      if let command = command as? Self {
        var files = command.files
        files.read(command.seal.sealKey, "--seal-key")
        try files.check()
        try command.seal.use {
          var command = command
          try command.run()
        }
      } else {
        try command.run()
      }
      // Without the destructors of libraries, which have nothing to do here.
      _exit(0)
    } catch let exit as ExitCode {
      _exit(exit.rawValue)
    } catch {
      if isAboutCommandLine(error) { report(commandLineError: error) }
      printError(Remedy.text(of: error))
      _exit(ExitStatus.of(error).rawValue)
    }
  }

  /// Refuses arguments that are not UTF-8: as text, different ones could become the name of one file.
  ///
  /// - Throws: `ValidationError`.
  private static func checkArguments() throws {
    for index in 1..<Int(CommandLine.argc) {
      guard let bytes = CommandLine.unsafeArgv[index],
        String(validatingCString: bytes) == nil
      else { continue }
      throw ValidationError(
        "the argument \(String(cString: bytes)) is not UTF-8; rename the file that it names")
    }
  }

  /// The same with negative numbers behind an option as `--option=-3`: to the parser they would look like options.
  static func negativeNumbersJoined(_ arguments: ArraySlice<String>) -> [String] {
    var joined: [String] = []
    for argument in arguments {
      if argument.hasPrefix("-"), Double(argument) != nil, let option = joined.last,
        option.hasPrefix("--"), option.count > 2, !option.contains("="), !joined.contains("--")
      {
        joined[joined.count - 1] = "\(option)=\(argument)"
      } else {
        joined.append(argument)
      }
    }
    return joined
  }

  /// Makes sure that no file opened later takes the place of a closed stdin, stdout or stderr, and that
  /// a reader that goes away or a limit on the size of files is an error to handle, not the end.
  private static func prepareProcess() {
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
      // Opened the wrong way around: what uses a closed stream is to fail.
      _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
    signal(SIGPIPE, SIG_IGN)
    // Whoever started this may ignore the ends of its children; here they are waited for.
    signal(SIGCHLD, SIG_DFL)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Checks that no output is a file that a checkpoint names as its training data.
  ///
  /// - Throws: `ValidationError`.
  package func protectData(of checkpoint: Checkpoint) throws {
    var files = files
    files.readData(of: checkpoint)
    try files.check()
  }

  /// Writes one line to stderr behind the tool's name.
  package static func note(_ text: String) { StandardStreams.error(line(text)) }

  /// A line behind the tool's name.
  package static func line(_ text: String) -> String {
    "\(configuration.commandName ?? _commandName): \(text)\n"
  }

  private static func printError(_ text: String) {
    // The parser lists values as lines.
    let listed = text.replacing(":\n  - ", with: ": ").replacing("\n  - ", with: ", ")
    let lines = listed.split(whereSeparator: \.isNewline)
    note("error: \(lines.joined(separator: " "))")
  }

  /// Whether the parser found it, or asks for help to be shown.
  private static func isAboutCommandLine(_ error: any Error) -> Bool {
    if error is ValidationError || error is CleanExit { return true }
    let code = exitCode(for: error)
    return code == .success || code == .validationFailure
  }

  private static func report(commandLineError error: any Error) -> Never {
    // Help, version and completion scripts are asked for, not errors.
    guard exitCode(for: error) != .success else { show(fullMessage(for: error)) }
    printError("\(message(for: error)) (see --help)")
    _exit(ExitStatus.usage.rawValue)
  }

  /// Shows what was asked for, and ends.
  private static func show(_ text: String) -> Never {
    do throws(OutputError) {
      try StandardStreams.output(text.hasSuffix("\n") ? text : text + "\n")
      _exit(0)
    } catch {
      printError("\(error)")
      _exit(ExitStatus.of(error).rawValue)
    }
  }

  /// Shows the help where nothing was asked for, and ends: as an error, on stderr.
  private static func explain() -> Never {
    StandardStreams.error(helpMessage() + "\n")
    _exit(ExitStatus.usage.rawValue)
  }
}
