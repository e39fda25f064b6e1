import CKernels

/// The vector instructions that the float32 kernels use. The widest one that this processor has is
/// chosen when the program starts; results differ between them in the last bits.
public enum InstructionSet: String, CaseIterable, Sendable {
  case baseline
  case avx2
  case avx512

  /// Those that this processor has, narrowest first.
  public static var available: [InstructionSet] {
    (0..<ckernels_instruction_set_count()).compactMap { index in
      ckernels_instruction_set_name(index).flatMap { InstructionSet(rawValue: String(cString: $0)) }
    }
  }

  /// The one in use.
  public static var selected: InstructionSet {
    InstructionSet(rawValue: String(cString: ckernels_selected_instruction_set())) ?? .baseline
  }

  /// Uses this one from now on; not while another thread computes.
  ///
  /// - Returns: Whether the processor has it; if not, nothing changes.
  @discardableResult
  public func select() -> Bool { ckernels_select_instruction_set(rawValue) != 0 }
}
