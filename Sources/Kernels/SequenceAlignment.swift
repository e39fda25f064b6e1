/// Connectionist temporal classification (Graves et al. 2006), as `keras.losses.CTC` computes it on TensorFlow: minus the
/// logarithm of the probability that the classes of all steps, without repetitions and then without blanks, are the labels
/// of the sequence. Outputs are values before a softmax, class 0 is the blank, and labels end with the first so many targets
/// as are not 0.
///
/// Memory: `steps × (4 × steps + 4)` numbers in double precision.
package final class SequenceAlignment<Scalar: KernelScalar> {
  private let steps: Int
  /// The most labels of a sequence and the blanks around them.
  private let width: Int
  /// The logarithms of the probabilities of all that leads to a state, and of all that comes after it.
  private let before, after: UnsafeMutablePointer<Double>  // [steps, width]
  /// The logarithm of the sum of a softmax at each step.
  private let sums: UnsafeMutablePointer<Double>  // [steps]
  private let states: UnsafeMutablePointer<Int32>  // [width]

  package init(steps: Int) {
    self.steps = steps
    width = 2 * steps + 1
    before = .allocate(capacity: steps * width)
    before.initialize(repeating: 0, count: steps * width)
    after = .allocate(capacity: steps * width)
    after.initialize(repeating: 0, count: steps * width)
    sums = .allocate(capacity: steps)
    sums.initialize(repeating: 0, count: steps)
    states = .allocate(capacity: width)
    states.initialize(repeating: 0, count: width)
  }

  deinit {
    before.deallocate()
    after.deallocate()
    sums.deallocate()
    states.deallocate()
  }

  /// The loss of all sequences of a batch.
  ///
  /// - Parameters:
  ///   - output: `[steps, rows, units]`.
  ///   - labels: `[steps, rows]`; 0 behind the labels of a row.
  ///   - gradient: Where the gradient of the mean goes, `[steps, rows, units]`; not `output`. Nowhere if `nil`.
  /// - Returns: The sum over the rows.
  package func evaluate(
    _ output: UnsafePointer<Scalar>, labels: UnsafePointer<Int32>, rows: Int, units: Int,
    gradient: UnsafeMutablePointer<Scalar>?
  ) -> Double {
    var sum = 0.0
    for row in 0..<rows {
      sum += evaluate(row: row, output, labels, rows: rows, units: units, gradient)
    }
    return sum
  }

  private func evaluate(
    row: Int, _ output: UnsafePointer<Scalar>, _ labels: UnsafePointer<Int32>, rows: Int,
    units: Int, _ gradient: UnsafeMutablePointer<Scalar>?
  ) -> Double {
    func values(_ step: Int) -> UnsafePointer<Scalar> { output + (step * rows + row) * units }
    var count = 0
    for step in 0..<steps where labels[step * rows + row] != 0 { count += 1 }
    let all = 2 * count + 1
    for state in 0..<all {
      states[state] = state % 2 == 0 ? 0 : labels[state / 2 * rows + row]
    }
    for step in 0..<steps { sums[step] = Self.logarithmOfSum(values(step), units) }
    /// The logarithm of the probability of a state's class.
    func probability(_ step: Int, _ state: Int) -> Double {
      Double(values(step)[Int(states[state])]) - sums[step]
    }

    for step in 0..<steps {
      let (now, last) = (before + step * width, before + (step - 1) * width)
      for state in 0..<all {
        var reached = -Double.infinity
        if step == 0 {
          if state < 2 { reached = 0 }
        } else {
          reached = last[state]
          if state > 0 { reached = Self.sum(reached, last[state - 1]) }
          if skips(to: state) { reached = Self.sum(reached, last[state - 2]) }
        }
        now[state] = reached + probability(step, state)
      }
    }
    let end = before + (steps - 1) * width
    let total = all > 1 ? Self.sum(end[all - 1], end[all - 2]) : end[0]
    guard let gradient else { return -total }

    for step in stride(from: steps - 1, through: 0, by: -1) {
      let (now, next) = (after + step * width, after + (step + 1) * width)
      for state in 0..<all {
        guard step < steps - 1 else {
          now[state] = state + 2 >= all ? 0 : -Double.infinity
          continue
        }
        var rest = next[state] + probability(step + 1, state)
        if state + 1 < all {
          rest = Self.sum(rest, next[state + 1] + probability(step + 1, state + 1))
        }
        if state + 2 < all, skips(to: state + 2) {
          rest = Self.sum(rest, next[state + 2] + probability(step + 1, state + 2))
        }
        now[state] = rest
      }
      let to = gradient + (step * rows + row) * units
      let inputs = values(step)
      for unit in 0..<units {
        to[unit] = Scalar(Elementary.exponential(Double(inputs[unit]) - sums[step]) / Double(rows))
      }
      for state in 0..<all {
        let share = before[step * width + state] + now[state] - total
        to[Int(states[state])] -= Scalar(Elementary.exponential(share) / Double(rows))
      }
    }
    return -total
  }

  /// Whether a label may follow the one before it without a blank.
  private func skips(to state: Int) -> Bool {
    state > 1 && states[state] != 0 && states[state] != states[state - 2]
  }

  private static func logarithmOfSum(_ values: UnsafePointer<Scalar>, _ count: Int) -> Double {
    var largest = Double(values[0])
    for index in 1..<max(1, count) { largest = max(largest, Double(values[index])) }
    var sum = 0.0
    for index in 0..<count { sum += Elementary.exponential(Double(values[index]) - largest) }
    return largest + Elementary.logarithm(sum)
  }

  /// The logarithm of the sum of two numbers that are given by theirs.
  private static func sum(_ one: Double, _ other: Double) -> Double {
    let (larger, smaller) = (max(one, other), min(one, other))
    guard smaller > -Double.infinity else { return larger }
    return larger + Elementary.logarithmOfOnePlus(Elementary.exponential(smaller - larger))
  }
}
