import CKernels

/// The vector instructions that the float32 kernels use: the widest that this processor has, or what the
/// environment variable `LSTM_INSTRUCTION_SET` names. Results differ between them in the last bits.
public enum InstructionSet: String, Sendable {
  case baseline
  case avx2
  case avx512

  /// The widest that this processor has.
  static var widest: InstructionSet {
    let last = ckernels_available(ckernels_available_count() - 1)
    return last.flatMap { InstructionSet(rawValue: String(cString: $0.pointee.name)) } ?? .baseline
  }

  /// The one in use, chosen when the program starts.
  public static var selected: InstructionSet {
    InstructionSet(rawValue: String(cString: ckernels_selected().pointee.name)) ?? .baseline
  }
}
