import Checkpoints
import Files
import Foundation
import TestSupport
import Testing

/// Files that are made to do harm: see `tools/failures/make_hostile_files.py`.
struct HostileFileTests {
  @Test(arguments: [
    ("external-values", "leads out of the file"), ("virtual-values", "leads out of the file"),
    ("external-link", "leads out of the file"), ("loaded-filter", "leads out of the file"),
    ("unwritten-values", "far more values than are stored"),
    ("packed-values", "far more values than are stored"),
  ])
  func hostileFileIsNotOpened(name: String, reason: String) throws {
    let path = try hostile(name)
    let error = #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    #expect(error?.kind == .invalid)
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  /// Anybody can make a seal: it is no reason to believe what is in a file.
  @Test(arguments: ["hostile/external-values", "hostile/unwritten-values", "endless"])
  func sealedHostileFileIsNotOpened(name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("sealed.h5")
    let new = try NewFile(beside: path, reportedAs: path)
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: try reference(name))))
    try new.append(bytes)
    try new.appendSeal(SealTrailer(pieces: [], length: bytes.count))
    try new.finish()
    try FileManager.default.moveItem(atPath: new.path, toPath: path)
    guard case .sealed = try SealedFile.open(path).verdict else {
      Issue.record("the seal is not good")
      return
    }
    #expect(throws: FileError.self) { try CheckpointFile.load(path) }
  }

  #if os(Linux) && (arch(x86_64) || arch(arm64))
    /// A child that tries to open a file, to connect, to run a program, to write or to fork is killed.
    @Test func childCanDoNothingButRead() throws {
      let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
      guard status.contains("\nSeccomp:") else { return }
      #expect(Quarantine.openWays == 0)
    }
  #endif

  // MARK: -

  private func hostile(_ name: String) throws -> String { try reference("hostile/" + name) }

  private func reference(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Reference/\(name).h5", withExtension: nil)).path
  }
}
