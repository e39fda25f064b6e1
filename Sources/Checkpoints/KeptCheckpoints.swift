import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Older states of a checkpoint that stay beside it under names with their update: for `a.h5` after 7,500
/// updates, `a-update-00007500.h5`.
package enum KeptCheckpoints {
  private static let marker = "-update-"
  private static let digits = 8

  /// Checks that the names are not too long, before anything is trained.
  ///
  /// - Throws: ``FileError``.
  package static func checkName(_ path: String) throws {
    let (folder, name) = splitPath(try resolved(path))
    let most = pathconf(folder, Int32(_PC_NAME_MAX))
    let needed = temporaryName(numberedName(name, 0)).utf8.count
    guard most <= 0 || needed <= most else {
      throw FileError(
        .cannotCreate, file: path,
        "its name is too long to be kept under names with the update: by \(needed - most) bytes")
    }
  }

  /// Gives the file at `path` its numbered name too, and removes the oldest of those beyond `most`.
  ///
  /// - Parameter update: The updates made so far; files with higher numbers are another run's.
  /// - Throws: ``FileError``.
  static func keep(_ path: String, update: Int, most: Int) throws {
    let target = try resolved(path)
    let (folder, name) = splitPath(target)
    let numbered = folder + "/" + numberedName(name, update)
    let temporary = folder + "/" + temporaryName(numberedName(name, update))
    // The same file under a second name: the next save replaces only the first. By way of a third name, so
    // that one that is kept already goes only when the new one is there.
    try removeFile(temporary, reportedAs: numbered)
    guard retrying({ link(target, temporary) }) == 0,
      retrying({ rename(temporary, numbered) }) == 0
    else {
      let reason = systemErrorText()
      try removeFile(temporary, reportedAs: numbered)
      throw FileError(.cannotCreate, file: numbered, "cannot keep: \(reason)")
    }
    // Two names of one file are not renamed to each other.
    try removeFile(temporary, reportedAs: numbered)
    let entries = try folderEntries(folder)
    for entry in entries where isTemporary(entry, of: name) {
      try removeFile(folder + "/" + entry, reportedAs: numbered)
    }
    let updates = entries.compactMap { updateNumber($0, of: name) }
      .filter { $0 <= update }.sorted()
    for update in updates.dropLast(most) {
      let old = folder + "/" + numberedName(name, update)
      try removeFile(old, reportedAs: old)
    }
    try AtomicFile.flushFolder(of: numbered, reportedAs: numbered)
  }

  private static func temporaryName(_ numbered: String) -> String { ".\(numbered).part" }

  /// Whether a name is one that ``temporaryName(_:)`` gives, left by a process that was killed.
  private static func isTemporary(_ entry: String, of name: String) -> Bool {
    let numbered = String(entry.dropFirst().dropLast(".part".count))
    return updateNumber(numbered, of: name) != nil && temporaryName(numbered) == entry
  }

  private static func split(_ name: String) -> (stem: String, suffix: String) {
    let suffix = ModelFormats.suffix(of: name)
    return (String(name.dropLast(suffix.count)), String(suffix))
  }

  private static func numberedName(_ name: String, _ update: Int) -> String {
    let (stem, suffix) = split(name)
    let number = String(update)
    return stem + marker + String(repeating: "0", count: max(0, digits - number.count)) + number
      + suffix
  }

  /// The update in a name that ``numberedName(_:_:)`` gives.
  private static func updateNumber(_ entry: String, of name: String) -> Int? {
    let (stem, suffix) = split(name)
    guard entry.hasPrefix(stem + marker), entry.hasSuffix(suffix) else { return nil }
    let number = Int(entry.dropFirst(stem.count + marker.count).dropLast(suffix.count))
    return number.flatMap { numberedName(name, $0) == entry ? $0 : nil }
  }
}
