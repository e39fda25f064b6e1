import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct HDF5Tests {
  @Test func valuesComeBackAsTheyWent() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    let file = try File.create(path)
    try file.root.write("deep/group/floats", shape: [2, 3], [1, 2, 3, 4, 5, 6] as [Float])
    try file.root.write("single", Int64(-7))
    try file.root.write("nothing", shape: [0], [] as [Double])
    try file.root.write("letters", ["A", "", "žluť"])
    let group = try file.root.createGroup("deep")
    try group.attributes.set("text", "größer", utf8: true)
    try group.attributes.set("names", ["lstm", "dense"], utf8: false)
    try group.attributes.set("none", [] as [String])
    try group.attributes.set("count", Int64(12))
    try file.close()

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
      let file = try File.create(folder.path(name))
      try file.root.write("group/values", shape: [3], [1, 2, 3] as [Float])
      try file.root.attributes.set("text", "same")
      try file.close()
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
    let file = try File.create(path)
    try file.root.write("group/values", shape: [3], [1, 2, 3] as [Float])
    try file.root.write("text", ["A"])
    try file.close()

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

    let noFile = try #require(throws: HDF5Error.self) { try File.open(folder.path("no.h5")) }
    #expect(noFile.stack.contains { $0.contains("No such file") })
    try Data("not HDF5".utf8).write(to: URL(filePath: folder.path("text.h5")))
    let noHDF5 = try #require(throws: HDF5Error.self) { try File.open(folder.path("text.h5")) }
    #expect(noHDF5.stack.contains { $0.contains("signature") })
  }
}
