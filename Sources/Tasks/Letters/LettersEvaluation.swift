import Recurrent

/// What a model makes of its own training data, shown as the experiments show it.
package struct LettersEvaluation: Sendable {
  /// A pattern and the symbol the model predicts after it.
  package struct Answer: Equatable, Sendable {
    package let symbols: [String]
    package let target: String
    package let prediction: String
  }

  /// A run on its own from a zero state.
  package struct FreeRun: Sendable {
    package let seed: String
    package let steps: [LetterPredictor.Step]
  }

  /// The mean of the model's loss, with what regularizers add.
  package let loss: Double
  /// The part of right answers, from 0 to 1.
  package let accuracy: Double
  /// Every training pattern, in order; a stateful model reads them as one sequence from a zero state.
  package let answers: [Answer]
  /// Some of them, drawn at random.
  package let randomAnswers: [Answer]
  package let freeRuns: [FreeRun]

  /// The patterns drawn at random.
  private static let randomPatterns = 20
  /// The rows that a model without a state computes at once.
  private static let rowsAtOnce = 256

  /// - Throws: `FileError` if the file is not one of letters.
  package init(_ file: ModelFile) throws {
    let checkpoint = file.checkpoint
    let predictor = try LetterPredictor(file)
    let experiment = try file.task(as: LettersTask.self).experiment
    let patterns = experiment.patterns(randomSeed: file.randomSeed)
    let symbols = predictor.vocabulary.symbols
    guard patterns.allSatisfy({ $0.target < symbols.count }) else {
      throw file.error(
        "/vocabulary/symbols: has \(symbols.count) symbols, too few for its training data")
    }
    let stateful = checkpoint.configuration.isStateful
    let batch = stateful ? predictor.rows : min(patterns.count, Self.rowsAtOnce)
    guard !stateful || patterns.count % batch == 0 else {
      throw file.error(
        "a state of \(batch) rows cannot read \(patterns.count) patterns in full batches")
    }
    let model = try Sequential(
      parameters: checkpoint.parameters, batch: batch, timeSteps: experiment.framing.timeSteps)
    var (lossSum, correct) = (0.0, 0)
    var answers: [Answer] = []
    for first in stride(from: 0, to: patterns.count, by: batch) {
      let part = Array(patterns[first..<min(first + batch, patterns.count)])
      let dataset = try SequenceDataset(
        part, framing: experiment.framing, vocabulary: predictor.vocabulary)
      try model.load(dataset)
      model.forward(rows: part.count)
      let sums = model.evaluate(targets: dataset.targets, loss: checkpoint.loss, rows: part.count)
      lossSum += sums.lossSum
      correct += sums.correct
      for (pattern, symbol) in zip(part, model.likeliestClasses(rows: part.count)) {
        answers.append(
          Answer(
            symbols: pattern.symbols.map { symbols[$0] }, target: symbols[pattern.target],
            prediction: symbols[symbol]))
      }
    }
    loss = lossSum / Double(patterns.count) + checkpoint.parameters.regularizationLoss
    accuracy =
      Double(correct)
      / Double(patterns.count * checkpoint.loss.answersPerRow(units: model.outputUnits))
    self.answers = answers
    var generator = PhiloxGenerator(seed: file.randomSeed, stream: .patternChoice)
    randomAnswers =
      experiment.showsRandomPatterns
      ? (0..<Self.randomPatterns).map { _ in answers[generator.uniform(below: answers.count)] } : []
    freeRuns = try experiment.freeRuns.map { seed, count in
      do throws(SeedError) {
        try predictor.begin(seed: seed)
      } catch {
        throw file.error(error.description)
      }
      return FreeRun(seed: seed, steps: (0..<count).map { _ in predictor.step()[0] })
    }
  }
}

extension Experiment {
  /// The runs from a zero state that show what a carried state is worth: the whole alphabet, and from
  /// the middle, which a cold state takes for the start.
  var freeRuns: [(seed: String, count: Int)] { stateful ? [("A", 25), ("K", 5)] : [] }
}
