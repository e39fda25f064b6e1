#if canImport(Glibc)
  import CExtendedAttributes
  import Glibc
#else
  import Darwin
#endif

/// What a file has beside its bytes, which the one that takes its place is to have too: who may read the old one may
/// read the new one, and nobody else.
struct FileAttributes {
  private let status: stat
  private let extended: [(name: String, value: [UInt8])]

  /// What a file has.
  ///
  /// - Throws: ``FileError``.
  init(of target: String, _ status: stat, reportedAs path: String) throws {
    self.status = status
    extended = try Self.extended(of: target, reportedAs: path)
  }

  /// Gives it all to another file. Owners and extended attributes that this user may not give are left out.
  ///
  /// - Throws: ``FileError``.
  func give(to file: FileDescriptor, reportedAs path: String) throws {
    func check(_ result: Int32, _ what: String) throws {
      guard result == 0 else {
        throw FileError(
          .cannotCreate, file: path, "cannot set its \(what): \(systemErrorText())")
      }
    }
    let new = try file.status(reportedAs: path)
    var mode = status.st_mode & 0o7777
    if status.st_gid != new.st_gid,
      retrying({ fchown(file.number, uid_t.max, status.st_gid) }) != 0
    {
      guard errno == EPERM else { return try check(-1, "group") }
      // What the group was allowed is not for another group.
      mode = mode & ~0o2070 | mode & 0o007 << 3
    }
    if status.st_uid != new.st_uid,
      retrying({ fchown(file.number, status.st_uid, gid_t.max) }) != 0
    {
      guard errno == EPERM else { return try check(-1, "owner") }
      mode &= ~0o4000
    }
    #if canImport(Glibc)
      for (name, value) in extended {
        guard retrying({ fsetxattr(file.number, name, value, value.count, 0) }) != 0 else {
          continue
        }
        guard [ENOTSUP, EPERM, EACCES].contains(errno) else {
          return try check(-1, "extended attributes")
        }
      }
    #endif
    // Last: a change of the owner takes bits away.
    try check(retrying { fchmod(file.number, mode) }, "permissions")
  }

  /// Those of users, and access control lists.
  private static func extended(
    of target: String, reportedAs path: String
  ) throws -> [(name: String, value: [UInt8])] {
    #if canImport(Glibc)
      func failed() -> FileError {
        FileError(.cannotCreate, file: path, "cannot look at it: \(systemErrorText())")
      }
      var list = [UInt8](repeating: 0, count: mostBytes)
      let size = list.withUnsafeMutableBytes { buffer in
        retrying { listxattr(target, buffer.baseAddress, buffer.count) }
      }
      guard size >= 0 else {
        guard errno == ENOTSUP || errno == ENOSYS else { throw failed() }
        return []
      }
      let names = list[..<size].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return try names.filter { $0.hasPrefix("user.") || $0 == "system.posix_acl_access" }.map {
        name in
        var value = [UInt8](repeating: 0, count: mostBytes)
        let size = value.withUnsafeMutableBytes { buffer in
          retrying { getxattr(target, name, buffer.baseAddress, buffer.count) }
        }
        guard size >= 0 else { throw failed() }
        return (name, Array(value[..<size]))
      }
    #else
      return []
    #endif
  }

  /// The most that Linux keeps of one, and of all names.
  private static let mostBytes = 1 << 16
}
