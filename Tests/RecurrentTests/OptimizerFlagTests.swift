import Testing

@testable import Recurrent

@Suite struct OptimizerFlagTests {
  /// On a command line flags are numbers.
  @Test func flagsMayBeNumbers() throws {
    for (className, flag) in [("Adam", "amsgrad"), ("SGD", "nesterov"), ("RMSprop", "centered")] {
      #expect(
        try OptimizerConfiguration(className, options: [flag: 1])
          == OptimizerConfiguration(className, options: [flag: true]))
      #expect(throws: ConfigurationError.self) {
        try OptimizerConfiguration(className, options: [flag: 0.5])
      }
    }
    let amsgrad = try OptimizerConfiguration("Adam", options: ["amsgrad": 1])
    #expect(amsgrad.slotGroups.flatMap { $0 } == ["momentum", "velocity", "velocity_hat"])
  }
}
