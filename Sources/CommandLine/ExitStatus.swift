import ArgumentParser
import Files
import Kernels
import Recurrent
import Tasks

/// An error in what was asked for, not in a file.
package protocol UsageError: Error {}

/// Exit codes of the commands, named as in sysexits.h.
package enum ExitStatus {
  /// Two files that were compared are not the same.
  package static let different = ExitCode(1)
  /// The command line is wrong.
  package static let usage = ExitCode(64)
  /// The data or the checkpoint is not as it should be.
  package static let dataError = ExitCode(65)
  /// An input was not found, or cannot be read.
  package static let noInput = ExitCode(66)
  /// The output cannot be created.
  package static let cannotCreate = ExitCode(73)
  /// Reading or writing failed.
  package static let inputOutput = ExitCode(74)
  /// Another process is writing this checkpoint; try again later.
  package static let temporaryFailure = ExitCode(75)

  /// Stopped by a signal, after the state was saved.
  package static func stopped(by signal: Int32) -> ExitCode { ExitCode(128 + signal) }

  /// The code for the kind of error.
  static func of(_ error: any Error) -> ExitCode {
    switch error {
    case let error as FileError:
      switch error.kind {
      case .noInput: noInput
      case .invalid: dataError
      case .cannotCreate: cannotCreate
      case .inputOutput: inputOutput
      case .busy: temporaryFailure
      }
    // A model that a file asks for is reported as an error of the file.
    case is ConfigurationError, is SeedError, is OutOfMemory, is any UsageError: usage
    case is TrainingDiverged, is SymbolOutOfRange, is LineError: dataError
    default: inputOutput
    }
  }
}
