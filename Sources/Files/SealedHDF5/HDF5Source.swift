import HDF5
import Kernels

/// An HDF5 file, by itself or in a zip archive, opened with care.
package struct HDF5Source {
  package let path: String
  /// The group that holds everything.
  package let root: Group
  /// The archive that the file is in; `nil` if it is in none.
  package let archive: ZipReader?
  /// Whether an intact seal says that the file is ours and no byte has changed.
  package let isSealed: Bool
  package var arrays: ArrayReader

  /// The attribute of the file that says that it was written with a seal: without one it is not whole.
  package static let sealedAttribute = "lstm_toolkit_sealed"

  /// How far a file is trusted.
  package enum Trust {
    /// Anybody may have made it.
    case foreign
    /// It must have a seal. Anybody can make one: it protects from damage, not from an author.
    case sealed
    /// This process has just written it, with a seal.
    case own
  }

  /// Opens a file and has `body` read what it wants.
  ///
  /// The seal is looked at before HDF5 sees the file; the pieces of large arrays, which HDF5 does not look into,
  /// when they are read, or afterwards. A child process walks the file first, see ``Quarantine``: libhdf5 can crash on
  /// damaged files, and obey those that are made for it.
  ///
  /// - Parameters:
  ///   - member: The name of the file in an archive.
  ///   - check: Looks at an archive before the file in it is opened.
  /// - Throws: ``FileError``, or what `body` throws.
  package static func open<Result>(
    _ path: String, member: String, trust: Trust = .foreign,
    check: (ZipReader) throws -> Void = { _ in }, _ body: (HDF5Source) throws -> Result
  ) throws -> Result {
    let opened = try SealedFile.open(path)
    var (sealed, trust) = (SealedFile?.none, trust)
    switch opened.verdict {
    case .sealed(let file):
      sealed = file
      // Nobody else can have made it.
      if file.isSealedWithKey { trust = .own }
    case .broken(let reason): throw FileError.invalid(path, reason)
    case .absent where SealKey.current != nil:
      throw FileError.invalid(path, "has no seal made with a key")
    case .absent where trust != .foreign:
      throw FileError.invalid(
        path, "has no seal: it was not written by these tools, or was changed since")
    case .absent: break
    }
    do {
      switch opened.container {
      case .zip:
        let archive = try ZipReader(opened.file, reportedAs: path)
        try check(archive)
        let (file, range) = try archive.open(member)
        let start = try file.read(at: range.lowerBound, count: min(8, range.count), path: path)
        guard FileContainer(start) == .hdf5 else {
          throw FileError.invalid(path, "\(member): is not HDF5")
        }
        let root = try root(file, range, trust, isSealed: sealed != nil, path: path)
        return try body(
          HDF5Source(
            path: path, root: root, archive: archive, isSealed: sealed != nil,
            arrays: ArrayReader(sealed: nil, file: path)))
      case .hdf5:
        let root = try root(
          opened.file, 0..<opened.length, trust, isSealed: sealed != nil, path: path)
        let result = try body(
          HDF5Source(
            path: path, root: root, archive: nil, isSealed: sealed != nil,
            arrays: ArrayReader(sealed: sealed, file: path)))
        try sealed?.verifyPieces()
        return result
      case .other: throw FileError.invalid(path, "is neither HDF5 nor a zip archive")
      }
    } catch let error as HDF5Error {
      throw FileError(error.isOfSystem ? .inputOutput : .invalid, file: path, error.reason)
    } catch let error as OutOfMemory {
      throw FileError.invalid(path, error.description)
    }
  }

  /// Verifies what nobody has read yet.
  ///
  /// - Throws: ``FileError`` if a byte has changed.
  package func verifyPieces() throws { try arrays.sealed?.verifyPieces() }

  /// The root of the HDF5 file in a range of a file.
  ///
  /// - Throws: `HDF5Error`, or ``FileError`` if a child process could not read all of it, or if it must have
  ///   a seal and has none.
  private static func root(
    _ file: FileDescriptor, _ range: Range<Int>, _ trust: Trust, isSealed: Bool, path: String
  ) throws -> Group {
    if trust != .own { try Quarantine.walk(file, range, reportedAs: path) }
    let image = try FileImage(descriptor: file.number, range: range, keeping: file)
    let root = try File.open(image, reportedAs: path).root
    if !isSealed, try root.attributes.contains(sealedAttribute) {
      throw FileError.invalid(
        path,
        "has lost its seal: its end is cut off, or another program has changed it. To accept the changes of "
          + "another program, remove its attribute \(sealedAttribute)")
    }
    return root
  }
}
