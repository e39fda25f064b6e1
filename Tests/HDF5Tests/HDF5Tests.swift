import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct HDF5Tests {
  @Test func valuesComeBackAsTheyWent() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    try File.write(path) { root in
      try root.write("deep/group/floats", shape: [2, 3], [1, 2, 3, 4, 5, 6] as [Float])
      try root.write("single", Int64(-7))
      try root.write("nothing", shape: [0], [] as [Double])
      try root.write("letters", ["A", "", "žluť"])
      let group = try root.createGroup("deep")
      try group.attributes.set("text", "größer", utf8: true)
      try group.attributes.set("names", ["lstm", "dense"], utf8: false)
      try group.attributes.set("none", [] as [String])
      try group.attributes.set("count", Int64(12))
    }

    let read = try File.open(path)
    let floats = try read.root.dataset("deep/group/floats")
    #expect(try floats.shape() == [2, 3])
    #expect(try floats.kind() == .float(bytes: 4))
    #expect(try floats.read(Float.self) == [1, 2, 3, 4, 5, 6])
    #expect(try floats.read(Double.self) == [1, 2, 3, 4, 5, 6])
    #expect(try floats.read(Int64.self) == [1, 2, 3, 4, 5, 6])
    #expect(try read.root.dataset("single").readScalar(Int64.self) == -7)
    #expect(try read.root.dataset("nothing").read(Double.self) == [])
    #expect(try read.root.dataset("letters").readStrings() == ["A", "", "žluť"])
    let attributes = try read.root.group("deep").attributes
    #expect(try attributes.string("text") == "größer")
    #expect(try attributes.strings("names") == ["lstm", "dense"])
    #expect(try attributes.strings("none") == [])
    #expect(try attributes.number("count", as: Int64.self) == 12)
    #expect(try read.root.memberNames() == ["deep", "letters", "nothing", "single"])
  }

  @Test func sameContentIsTheSameFile() async throws {
    let folder = try TemporaryFolder()
    func write(_ name: String) throws -> Data {
      try File.write(folder.path(name)) { root in
        try root.write("group/values", shape: [3], [1, 2, 3] as [Float])
        try root.attributes.set("text", "same")
      }
      return try Data(contentsOf: URL(filePath: folder.path(name)))
    }
    let first = try write("a.h5")
    // Object times count seconds.
    try await Task.sleep(for: .seconds(1.1))
    #expect(try write("b.h5") == first)
  }

  @Test func errorsNameFileAndObjectAndCarryTheStack() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    try File.write(path) { root in
      try root.write("group/values", shape: [3], [1, 2, 3] as [Float])
      try root.write("text", ["A"])
    }

    let read = try File.open(path)
    let missing = try #require(throws: HDF5Error.self) { try read.root.dataset("group/absent") }
    #expect(missing.description == "\(path): /group/absent: is missing")
    let wrongKind = try #require(throws: HDF5Error.self) { try read.root.group("text") }
    #expect(wrongKind.description == "\(path): /text: is not a group")
    let notNumbers = try #require(throws: HDF5Error.self) {
      try read.root.dataset("text").read(Float.self)
    }
    #expect(notNumbers.description == "\(path): /text: holds string, not numbers")
    let tooMany = try #require(throws: HDF5Error.self) {
      try read.root.dataset("group/values").readScalar(Float.self)
    }
    #expect(tooMany.object == "/group/values")

    try Data("not HDF5".utf8).write(to: URL(filePath: folder.path("text.h5")))
    let noHDF5 = try #require(throws: HDF5Error.self) { try File.open(folder.path("text.h5")) }
    #expect(noHDF5.stack.contains { $0.contains("signature") })
  }

  /// A range of a file, such as a member of an archive, and an array that somebody else writes into its room.
  @Test func filesAreRangesAndArraysAreWrittenBesides() throws {
    let folder = try TemporaryFolder()
    let image = try FileImage()
    let file = try File.create(in: image, reportedAs: "memory.h5")
    let count = 500_000
    let offset = try file.root.reserve("large", shape: [count], of: Float.self)
    try file.root.write("small", shape: [2], [5, 6] as [Float])
    try file.close()
    var bytes = image.bytes
    let large = (0..<count).map { Float($0) }
    large.withUnsafeBytes { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
    let path = folder.path("archive")
    try Data([1, 2, 3] + bytes + [9, 9]).write(to: URL(filePath: path))

    let handle = try FileHandle(forReadingFrom: URL(filePath: path))
    let range = try FileImage(
      descriptor: handle.fileDescriptor, range: 3..<3 + bytes.count, keeping: handle)
    let root = try File.open(range, reportedAs: path).root
    #expect(try root.dataset("large").read(Float.self) == large)
    #expect(try root.dataset("small").read(Float.self) == [5, 6])
  }

  /// A disk that fails is not a missing member.
  @Test func failingReadsAreErrors() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    try File.write(path) { root in
      try root.write("group/values", shape: [1], [1] as [Float])
      try root.attributes.set("text", "here")
    }
    let handle = try FileHandle(forReadingFrom: URL(filePath: path))
    let image = try FileImage(
      descriptor: handle.fileDescriptor, range: 0..<Int(try handle.seekToEnd()), keeping: handle)
    let root = try File.open(image, reportedAs: path).root
    try handle.close()
    let error = #expect(throws: HDF5Error.self) { try root.contains("group/values") }
    #expect(error?.isOfSystem == true)
  }
}
