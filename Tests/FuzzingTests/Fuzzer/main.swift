// libFuzzer over one parser, whose name is in FUZZED_PARSER; without one, the names are printed.
import Foundation

typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: Callback
) -> CInt

/// What is fuzzed, and where its files are.
enum Fuzzed {
  static let name = ProcessInfo.processInfo.environment["FUZZED_PARSER"]
  static let parser = Parser.all.first { $0.name == name }
  static let folder = FileManager.default.temporaryDirectory.path + "/fuzzed-\(getpid())"
}

guard Fuzzed.parser != nil else {
  for parser in Parser.all { print(parser.name, parser.mostBytes) }
  exit(Fuzzed.name == nil ? 0 : 64)
}
try FileManager.default.createDirectory(
  atPath: Fuzzed.folder, withIntermediateDirectories: false)

var count = Swift.CommandLine.argc
var arguments = Swift.CommandLine.unsafeArgv
exit(
  runFuzzer(&count, &arguments) { bytes, size in
    let input = Array(UnsafeBufferPointer(start: bytes, count: size))
    Fuzzed.parser?.read(input, folder: Fuzzed.folder)
    return 0
  })
