import Foundation
import HDF5
import TestSupport
import Testing

/// One of the files that real Keras wrote.
struct Reference {
  let path: String
  private let file: File

  init(_ name: String) throws {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "h5", subdirectory: "Reference"))
    path = url.path
    file = try File.open(path)
  }

  func shape(_ name: String) throws -> [Int] { try file.root.dataset(name).shape() }
  func array<Value: Element>(_ name: String) throws -> [Value] {
    try file.root.dataset(name).read()
  }
}
