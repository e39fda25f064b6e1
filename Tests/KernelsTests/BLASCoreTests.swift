import Foundation
import Testing

@testable import Kernels

/// OpenBLAS runs code that fits the processor's vector instructions.
@Suite struct BLASCoreTests {
  /// What OpenBLAS 0.3.21 takes for a processor that it does not know.
  @Test(arguments: ["Prescott", "Core2", "Nehalem", "Sandybridge", "Barcelona"])
  func codeWithoutWideVectorsIsReplaced(core: String) {
    #expect(BLASCore.better(than: core, vectors: .avx512) == "SkylakeX")
    #expect(BLASCore.better(than: core, vectors: .avx2) == "Haswell")
    #expect(BLASCore.better(than: core, vectors: .baseline) == nil)
  }

  @Test(arguments: ["Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids", "armv8", ""])
  func whatOpenBLASKnowsStays(core: String) {
    for vectors in [InstructionSet.baseline, .avx2, .avx512] {
      #expect(BLASCore.better(than: core, vectors: vectors) == nil)
    }
  }

  @Test func theCodeInUseFitsThisProcessor() {
    let wanted = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"]
    let core = BLASCore.selected
    #expect(wanted != nil || BLASCore.better(than: core, vectors: .widest) == nil, "\(core)")
  }
}
