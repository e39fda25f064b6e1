import Checkpoints
import Files
import HDF5
import TestSupport
import Testing

/// What we write beside what Keras itself writes for the same model.
@Suite struct KerasLayoutTests {
  @Test(arguments: [
    "keras3-stateful-25", "keras3-timesteps-25", "keras3-batch-25", "keras3-stacked-25",
    "keras2-stateful-25", "keras2-stacked-25",
  ])
  func everyObjectOfKerasIsThereAndEqual(name: String) throws {
    let reference = try Reference(name)
    let folder = try TemporaryFolder()
    let copy = folder.path("copy.h5")
    let checkpoint = try CheckpointFile.load(reference.path)
    try CheckpointFile.save(checkpoint, to: copy, lock: try FileLock(copy))

    let keras = try File.open(reference.path).root
    let ours = try File.open(copy).root
    for attribute in ["backend", "keras_version"] {
      #expect(try ours.attributes.string(attribute) == keras.attributes.string(attribute))
    }
    // As values: the order of keys is not part of JSON.
    for attribute in ["model_config", "training_config"] {
      let expected = try #require(JSONValue(text: keras.attributes.string(attribute)))
      let found = try #require(JSONValue(text: ours.attributes.string(attribute)))
      #expect(differences(found, expected, at: attribute) == [])
    }
    for group in ["model_weights", "optimizer_weights"] {
      #expect(try ours.group(group).attributes.names() == keras.group(group).attributes.names())
      try compare(try ours.group(group), try keras.group(group))
    }
  }

  @Test func otherFilesAreNotOpened() throws {
    let error = #expect(throws: FileError.self) {
      try CheckpointFile.load(try Reference("linked").path)
    }
    #expect(
      error?.reason.hasSuffix(
        "by a link or values in another one, or by a filter that must be loaded; it was not opened")
        == true,
      "\(error?.reason ?? "")")
  }

  private func compare(_ ours: Group, _ keras: Group) throws {
    #expect(try ours.memberNames() == keras.memberNames(), "\(keras.path)")
    for name in try keras.attributes.names() {
      #expect(
        try ours.attributes.strings(name) == keras.attributes.strings(name),
        "\(keras.path)@\(name)")
      #expect(try ours.attributes.kind(name) == keras.attributes.kind(name))
    }
    for name in try keras.memberNames() {
      switch (try ours.member(name), try keras.member(name)) {
      case (.group(let a), .group(let b)): try compare(a, b)
      case (.dataset(let a), .dataset(let b)):
        #expect(try a.shape() == b.shape(), "\(b.path)")
        #expect(try a.kind() == b.kind(), "\(b.path)")
        #expect(try a.read(Double.self) == b.read(Double.self), "\(b.path)")
      default: Issue.record("\(keras.path)/\(name) is of another kind")
      }
    }
  }

  /// The paths at which two JSON values differ.
  private func differences(_ a: JSONValue, _ b: JSONValue, at path: String) -> [String] {
    switch (a, b) {
    case (.object(let a), .object(let b)):
      return Set(a.keys).union(b.keys).sorted().flatMap { key -> [String] in
        guard let first = a[key], let second = b[key] else {
          return ["\(path).\(key) only in \(a[key] == nil ? "Keras" : "ours")"]
        }
        return differences(first, second, at: "\(path).\(key)")
      }
    case (.array(let a), .array(let b)) where a.count == b.count:
      return zip(a, b).enumerated().flatMap { differences($1.0, $1.1, at: "\(path)[\($0)]") }
    default:
      return a == b || a.double != nil && a.double == b.double
        ? [] : ["\(path): ours \(a.text()), Keras \(b.text())"]
    }
  }
}
