import Files
import Foundation
import TestSupport
import Testing

/// What a file keeps when its content is replaced.
struct FileAttributesTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.write("old", "a.npy")
  }

  private func run(_ line: String) throws -> (output: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = folder.url
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (output, process.terminationStatus)
  }

  @Test(arguments: ["640", "400", "755"]) func permissionsStay(mode: String) throws {
    _ = try run("chmod \(mode) a.npy")
    try AtomicFile.write(Array("new".utf8), to: path)
    #expect(try run("stat -c %a a.npy; cat a.npy").output == "\(mode)\nnew")
  }

  /// Only root may give a file away; somebody else's group is not another group's.
  @Test func theOwnerStays() throws {
    guard geteuid() == 0 else { return }
    _ = try run("chown 1234:2345 a.npy; chmod 660 a.npy")
    try AtomicFile.write(Array("new".utf8), to: path)
    #expect(try run("stat -c %u:%g:%a a.npy").output == "1234:2345:660\n")
  }

  @Test func attributesStay() throws {
    let set = try run("python3 -c 'import os; os.setxattr(\"a.npy\", \"user.origin\", b\"here\")'")
    guard set.status == 0 else { return }
    try AtomicFile.write(Array("new".utf8), to: path)
    let found = try run("python3 -c 'import os; print(os.getxattr(\"a.npy\", \"user.origin\"))'")
    #expect(found.output == "b'here'\n")
  }

  /// Names that somebody else has made are not written through.
  @Test func linksInTheWayAreNotFollowed() throws {
    let other = try folder.write("somebody else's", "other")
    for name in [".a.npy.lock", ".a.npy.part", ".a.npy.1.part"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path(name), withDestinationPath: other)
    }
    try AtomicFile.write(Array("new".utf8), to: path)
    #expect(try folder.bytes("other") == Data("somebody else's".utf8))
    #expect(try folder.bytes("a.npy") == Data("new".utf8))
    #expect(throws: FileError.self) { try FileLock(path) }
  }
}
