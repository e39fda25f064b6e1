/// An input of all samples in memory.
package struct InputArray: Equatable, Sendable {
  package let timeSteps: Int
  package let features: Int
  /// `[samples, timeSteps, features]`, row-major.
  package let values: [Float]
  /// What ``values`` stand for if they are one-hot rows and zeros, `[samples, timeSteps]`.
  private let symbols: [Int32]?

  package init(timeSteps: Int, features: Int, values: [Float]) {
    self.timeSteps = timeSteps
    self.features = features
    self.values = values
    symbols = values.oneHotNumbers(columns: features)
  }

  package var shape: SampleInputShape {
    SampleInputShape(timeSteps: timeSteps, features: features, givesSymbols: symbols != nil)
  }

  /// Puts the samples of a batch where a model reads them.
  func load(_ batch: SampleBatch, to place: InputPlace) {
    let rows = batch.rows
    if let symbols, let to = place.symbols {
      for row in 0..<rows {
        let sample = batch.sample(row)
        for step in 0..<timeSteps { to[step * rows + row] = symbols[sample * timeSteps + step] }
      }
      return
    }
    values.withUnsafeBufferPointer { values in
      for row in 0..<rows {
        let sample = batch.sample(row)
        for step in 0..<timeSteps {
          let from = (sample * timeSteps + step) * features
          let to = (step * rows + row) * features
          for feature in 0..<features { place.values[to + feature] = values[from + feature] }
        }
      }
    }
  }

  func part(_ range: Range<Int>) -> InputArray {
    let size = timeSteps * features
    return InputArray(
      timeSteps: timeSteps, features: features,
      values: Array(values[range.lowerBound * size..<range.upperBound * size]))
  }
}

/// A target of all samples in memory.
package struct TargetArray: Equatable, Sendable {
  /// The steps that have a target: all of them, or the last one only.
  package let steps: Int
  /// The values of a target; 0 if targets are class numbers.
  package let units: Int
  /// Class numbers, `[samples, steps]`, row-major; empty if the targets are ``values``.
  package let classes: [Int32]
  /// `[samples, steps, units]`, row-major.
  package let values: [Float]

  package init(steps: Int, classes: [Int32]) {
    (self.steps, self.classes) = (steps, classes)
    (units, values) = (0, [])
  }

  package init(steps: Int, units: Int, values: [Float]) {
    (self.steps, self.units, self.values) = (steps, units, values)
    classes = []
  }

  package var shape: SampleTargetShape { SampleTargetShape(steps: steps, units: units) }

  /// How many numbers there are for a sample.
  var size: Int { steps * max(1, units) }

  func check(loss: Loss, units: Int) throws(ConfigurationError) {
    guard self.units > 0 else {
      if let target = classes.first(where: { $0 >= units }) {
        throw ConfigurationError("the data has a class \(target), the model gives \(units)")
      }
      return
    }
    guard self.units == (loss.takesClasses ? 1 : units) else {
      throw ConfigurationError(
        "the targets have \(self.units) values each; the model gives \(units)")
    }
    guard loss.takesClasses else { return }
    for (place, value) in values.enumerated() {
      guard let number = Int32(exactly: value), (0..<units).contains(Int(number)) else {
        throw ConfigurationError(
          "the target of sample \(place / steps), time step \(place % steps) (counted from 0) is "
            + "\(value); classes are whole numbers from 0 to \(units - 1)")
      }
    }
  }

  func load(_ batch: SampleBatch, to place: TargetPlace) {
    let rows = batch.rows
    for row in 0..<rows {
      let sample = batch.sample(row)
      for step in 0..<steps {
        let (from, to) = (sample * steps + step, step * rows + row)
        guard units > 0 else {
          place.classes[to] = classes[from]
          continue
        }
        for unit in 0..<units { place.values[to * units + unit] = values[from * units + unit] }
      }
    }
  }

  func part(_ range: Range<Int>) -> TargetArray {
    let own = range.lowerBound * size..<range.upperBound * size
    return units > 0
      ? TargetArray(steps: steps, units: units, values: Array(values[own]))
      : TargetArray(steps: steps, classes: Array(classes[own]))
  }
}
