import Foundation
import HDF5

extension File {
  /// Opens a file on the disk for reading.
  package static func open(_ path: String) throws -> File {
    let handle = try FileHandle(forReadingFrom: URL(filePath: path))
    let length = Int(try handle.seekToEnd())
    let image = try FileImage(
      descriptor: handle.fileDescriptor, range: 0..<length, keeping: handle)
    return try open(image, reportedAs: path)
  }

  /// Makes a file on the disk.
  package static func write(_ path: String, _ body: (Group) throws -> Void) throws {
    let image = try FileImage()
    let file = try create(in: image, reportedAs: path)
    try body(file.root)
    try file.close()
    try Data(image.bytes).write(to: URL(filePath: path))
  }
}
