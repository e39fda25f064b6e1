import Testing

@testable import Recurrent

/// Targets that are refused before a model is trained on them.
@Suite struct TargetTests {
  @Test(arguments: ["ctc", "sparse_categorical_crossentropy"])
  func classNumbersAreWholeAndTheModels(name: String) throws {
    let loss = try #require(Loss(named: name))
    for (value, text) in [(2.5 as Float, "2.5"), (3, "3.0"), (-1, "-1.0"), (.nan, "nan")] {
      let target = TargetArray(steps: 2, units: 1, values: [0, 1, 2, value])
      let error = ConfigurationError(
        "the target of sample 1, time step 1 (counted from 0) is \(text); classes are whole "
          + "numbers from 0 to 2")
      #expect(throws: error) { try target.check(loss: loss, units: 3) }
    }
    try TargetArray(steps: 2, units: 1, values: [0, 1, 2, 0]).check(loss: loss, units: 3)
  }
}
