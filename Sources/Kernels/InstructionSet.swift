import CKernels

/// The vector instructions that the float32 kernels use: the widest that this processor has, or what the
/// environment variable `LSTM_INSTRUCTION_SET` names. All give the same bits.
package enum InstructionSet: String, CaseIterable, Sendable {
  /// What every processor has; slow.
  case baseline
  case avx2
  case avx512
  case neon

  /// Those of this processor, the widest last.
  package static var available: [InstructionSet] {
    (0..<ckernels_available_count()).compactMap { index in
      ckernels_available(index).flatMap {
        InstructionSet(rawValue: String(cString: $0.pointee.name))
      }
    }
  }

  /// The one in use, chosen when the program starts.
  package static var selected: InstructionSet {
    InstructionSet(rawValue: String(cString: ckernels_selected().pointee.name)) ?? .baseline
  }

  /// What is wrong with `LSTM_INSTRUCTION_SET`; `nil` if it is not set, or names one that this processor has.
  package static var problem: String? {
    ckernels_missing().map { name in
      "LSTM_INSTRUCTION_SET is \(String(cString: name)); this processor has "
        + available.map(\.rawValue).joined(separator: ", ")
    }
  }

  /// Multiplies and adds in registers only, on this thread: the most that the processor computes with the
  /// instructions in use.
  ///
  /// - Parameter rounds: How often each of some chains goes on.
  /// - Returns: The floating-point operations, two a multiply-add.
  @discardableResult
  package static func multiplyAndAdd(rounds: Int) -> Int {
    ckernels_selected().pointee.peak(rounds)
  }
}
