#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a path leads to, whatever way it takes: a file that is there, or the name that a new one would have.
package struct FilePlace {
  private struct Identity: Equatable {
    package let device: dev_t
    package let number: ino_t

    package init(_ status: stat) { (device, number) = (status.st_dev, status.st_ino) }
  }

  /// The file; if it is not there, the nearest folder above it that is.
  private let identity: Identity
  /// The folder that the new names go into.
  private let folder: String
  /// The names below that folder, which are not there yet; empty if the file is there.
  private let names: [String]

  /// The links from one to the next that are followed, as many as Linux does.
  private static let mostLinks = 40

  /// - Returns: `nil` if the path leads to a device or a pipe, which is written to and never replaced, or nowhere.
  package init?(_ path: String) {
    var status = stat()
    var path = path
    var links = 0
    // A link to a file that is not there yet stands for that file.
    while stat(path, &status) != 0, lstat(path, &status) == 0 {
      guard links < Self.mostLinks, let target = Self.target(ofLink: path) else { return nil }
      path = target.hasPrefix("/") ? target : "\(splitPath(path).folder)/\(target)"
      links += 1
    }
    var names: [String] = []
    while stat(path, &status) != 0 {
      let (folder, name) = splitPath(path)
      guard path != "/", path != "." else { return nil }
      if !name.isEmpty, name != "." { names.insert(name, at: 0) }
      path = folder
    }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFDIR else { return nil }
    identity = Identity(status)
    folder = path
    self.names = names
  }

  private static func target(ofLink path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &bytes, bytes.count)
    guard count > 0, count < bytes.count else { return nil }
    return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether writing to one of them would change what is found at the other.
  package func isSame(as other: FilePlace) -> Bool {
    guard identity == other.identity, names.count == other.names.count else { return false }
    return zip(names, other.names).allSatisfy {
      Array($0.utf8) == Array($1.utf8) || $0.lowercased() == $1.lowercased() && areOne($0, $1)
    }
  }

  /// Whether the file system takes two names for one, as some do where they differ in case or in how an accent is
  /// written: a file is made under a name like the first, and looked for under one like the second.
  private func areOne(_ name: String, _ other: String) -> Bool {
    let prefix = "\(folder)/.\(getpid())-"
    guard FileDescriptor(prefix + name, O_WRONLY | O_CREAT | O_EXCL) != nil else { return false }
    defer { unlink(prefix + name) }
    var status = stat()
    return stat(prefix + other, &status) == 0
  }
}
