import Checkpoints
import Recurrent

/// One of six ways to learn the alphabet: which letters make an input, and how they are trained on.
package struct Experiment: Sendable {
  /// What the training data are.
  enum Data: Sendable {
    /// Every run of letters of the framing's length that another letter follows, in order.
    case everyRun
    /// Random runs of one letter up to the framing's length.
    case randomRuns(count: Int)
  }

  /// The name on the command line.
  package let name: String
  /// One line on what is special about it.
  package let summary: String
  package let framing: Framing
  let data: Data
  /// The defaults of a run.
  package let units: [Int]
  package let batchSize: Int
  package let epochs: Int
  package let shuffle: Bool
  /// Whether the state is carried from batch to batch, and reset as each epoch begins.
  package let stateful: Bool
  /// Whether an evaluation shows some patterns in random order too: where what is learnt could hang on
  /// the order of training.
  let showsRandomPatterns: Bool

  /// The letters A to Z as numbers 0 to 25, divided by 26 as inputs.
  package static let alphabet = Vocabulary(
    symbols: "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map { String($0) }, divisor: 26)

  package static let naive = Experiment(
    name: "naive", summary: "one letter in, nothing remembered", framing: Framing(length: 1),
    data: .everyRun, units: [32], batchSize: 1, epochs: 500, shuffle: true, stateful: false,
    showsRandomPatterns: false)

  package static let window = Experiment(
    name: "window", summary: "three letters as features of one step",
    framing: Framing(length: 3, axis: .features), data: .everyRun, units: [32], batchSize: 1,
    epochs: 500, shuffle: true, stateful: false, showsRandomPatterns: false)

  package static let timesteps = Experiment(
    name: "timesteps", summary: "three letters as time steps", framing: Framing(length: 3),
    data: .everyRun, units: [32], batchSize: 1, epochs: 500, shuffle: true, stateful: false,
    showsRandomPatterns: false)

  package static let batch = Experiment(
    name: "batch", summary: "one letter in, the whole alphabet a batch",
    framing: Framing(length: 1), data: .everyRun, units: [16], batchSize: 25, epochs: 5000,
    shuffle: false, stateful: false, showsRandomPatterns: true)

  package static let stateful = Experiment(
    name: "stateful", summary: "one letter in, the state carried through the alphabet",
    framing: Framing(length: 1), data: .everyRun, units: [50], batchSize: 1, epochs: 300,
    shuffle: false, stateful: true, showsRandomPatterns: false)

  package static let variable = Experiment(
    name: "variable", summary: "1000 random runs of one to five letters",
    framing: Framing(length: 5, padded: true), data: .randomRuns(count: 1000), units: [32],
    batchSize: 1, epochs: 500, shuffle: true, stateful: false, showsRandomPatterns: true)

  package static let all = [naive, window, timesteps, batch, stateful, variable]

  package static func named(_ name: String) -> Experiment? { all.first { $0.name == name } }

  /// The training patterns.
  ///
  /// - Parameter randomSeed: Decides random runs; the others are always the same.
  package func patterns(randomSeed: UInt64) -> [Pattern] {
    let letters = Self.alphabet.symbols.count
    switch data {
    case .everyRun:
      return (0..<letters - framing.length).map { start in
        Pattern(
          symbols: Array(start..<start + framing.length), target: start + framing.length)
      }
    case .randomRuns(let count):
      var generator = PhiloxGenerator(seed: randomSeed, stream: .trainingData)
      return (0..<count).map { _ in
        let start = generator.uniform(below: letters - 2)
        let bound = min(start + framing.length, letters - 1)
        let end = start + generator.uniform(below: bound - start)
        return Pattern(symbols: Array(start...end), target: end + 1)
      }
    }
  }

  /// The model: a recurrent stack and a softmax over the letters.
  package func configuration(_ stack: RecurrentStack, batchSize: Int) -> ModelConfiguration {
    .classifier(
      stack, classes: Self.alphabet.symbols.count, timeSteps: framing.timeSteps,
      features: framing.features, statefulBatch: stateful ? batchSize : nil)
  }
}
