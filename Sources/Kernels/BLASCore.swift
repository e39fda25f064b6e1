import COpenBLAS

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which processor's code OpenBLAS runs. It knows processors by their numbers, and takes code of 2006 for those that
/// came after it; then the one that fits the vector instructions is chosen in its place.
public enum BLASCore {
  /// The one in use, by OpenBLAS' name; empty if it does not say.
  public static var selected: String { OpenBLAS.shared.core }

  /// The processors whose code OpenBLAS runs without AVX2.
  private static let narrow: Set<String> = [
    "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Core2", "Penryn", "Dunnington",
    "Nehalem", "Atom", "Nano", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Bobcat",
    "Sandybridge",
  ]

  /// The code to take in place of what OpenBLAS chose; `nil` if it chose well.
  ///
  /// - Parameter vectors: The widest vector instructions of the processor.
  static func better(than core: String, vectors: InstructionSet) -> String? {
    guard narrow.contains(core) else { return nil }
    switch vectors {
    case .baseline: return nil
    case .avx2: return "Haswell"
    case .avx512: return "SkylakeX"
    }
  }
}
