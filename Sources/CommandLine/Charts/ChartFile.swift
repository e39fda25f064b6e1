import Files
import Foundation

/// A chart in a file: SVG, or PNG as librsvg's `rsvg-convert` draws the SVG.
enum ChartFile {
  static let suffixes = [".svg", ".png"]

  private static let converter = "rsvg-convert"

  /// - Throws: `FileError` if the file cannot be written, or there is no `rsvg-convert`.
  static func write(_ chart: Chart, size: Chart.Size, to path: String) throws {
    let svg = Array(ChartDrawing(chart, size: size).svg.utf8)
    try AtomicFile.write(path.hasSuffix(".png") ? png(svg, for: path) : svg, to: path)
  }

  private static func png(_ svg: [UInt8], for path: String) throws -> [UInt8] {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let program = folders.map { "\($0)/\(converter)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let program else {
      throw FileError(
        .cannotCreate, file: path,
        "PNG needs \(converter), which was not found (Debian has it in librsvg2-bin); name a .svg instead"
      )
    }
    // A file, not a pipe: neither side waits for the other.
    let input = try TemporaryFile.make(for: path)
    guard svg.withUnsafeBytes({ input.writeNext($0) }), lseek(input.number, 0, SEEK_SET) == 0 else {
      throw FileError.cannotWrite(path)
    }
    let output = Pipe()
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = ["--format", "png"]
    process.standardInput = FileHandle(fileDescriptor: input.number, closeOnDealloc: false)
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
      let png = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      guard process.terminationStatus == 0, !png.isEmpty else {
        throw FileError(
          .inputOutput, file: path,
          "\(converter) failed with exit code \(process.terminationStatus)")
      }
      return Array(png)
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(.inputOutput, file: path, "\(program) cannot be run: \(error)")
    }
  }
}
