import Foundation

/// One of the commands, as the tests' build made it, run as a process.
struct Tool {
  /// How a run ended.
  struct Result {
    let status: Int32
    let output: String
    let error: String

    /// The lines of stderr.
    var errorLines: [Substring] { error.split(separator: "\n") }
  }

  /// Where the tests' build has put the commands.
  static let products = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()

  private let process = Process()
  private let outputFile: URL
  private let errorFile: URL

  /// Starts a command in a folder.
  ///
  /// - Parameter input: What comes on stdin.
  init(_ name: String, _ arguments: [String], in folder: URL, input: String? = nil) throws {
    let id = UUID().uuidString
    outputFile = FileManager.default.temporaryDirectory.appending(path: id + ".out")
    errorFile = FileManager.default.temporaryDirectory.appending(path: id + ".err")
    for file in [outputFile, errorFile] {
      try Data().write(to: file)
    }
    process.executableURL =
      name.hasPrefix("/") ? URL(filePath: name) : Self.products.appending(path: name)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    if let input {
      let file = folder.appending(path: id + ".in")
      try Data(input.utf8).write(to: file)
      process.standardInput = try FileHandle(forReadingFrom: file)
    }
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
  }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for the end.
  func result() throws -> Result {
    process.waitUntilExit()
    defer { for file in [outputFile, errorFile] { try? FileManager.default.removeItem(at: file) } }
    let status =
      process.terminationReason == .uncaughtSignal
      ? -process.terminationStatus : process.terminationStatus
    return Result(
      status: status,
      output: String(decoding: try Data(contentsOf: outputFile), as: UTF8.self),
      error: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self))
  }

  /// Runs a line of shell that finds the commands by their names.
  static func shell(_ line: String, in folder: URL) throws -> Result {
    try run(
      "/bin/sh", ["-c", "PATH=\"$0:$PATH\"; \(line)", products.path], in: folder)
  }

  /// Runs a command to its end.
  static func run(
    _ name: String, _ arguments: [String], in folder: URL, input: String? = nil
  ) throws -> Result {
    try Tool(name, arguments, in: folder, input: input).result()
  }
}
