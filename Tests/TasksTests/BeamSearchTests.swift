import Foundation
import TestSupport
import Testing

@testable import Tasks

@Suite struct BeamSearchTests {
  private func generator(
    stateful: Bool, folder: TemporaryFolder
  ) throws -> (generator: TextGenerator, path: String) {
    let text = folder.path("text.txt")
    try Data(String(repeating: "abacbbcaacb", count: 30).utf8).write(to: URL(filePath: text))
    var plan = TextTask(files: [text])
    plan.sequenceLength = 7
    plan.isStateful = stateful
    var training = TrainingPlan(plan)
    training.units = [5]
    training.batchSize = 3
    training.epochs = 4
    let path = folder.path("\(stateful).h5")
    try TrainingRun(training).train(saving: try CheckpointSchedule(path: path))
    return (try TextGenerator(try ModelFile(path)), path)
  }

  /// One beam always takes the likeliest; enough of them find the most probable of all continuations.
  @Test(arguments: [false, true])
  func beamsFindTheMostProbableText(stateful: Bool) throws {
    let folder = try TemporaryFolder()
    let (generator, _) = try generator(stateful: stateful, folder: folder)
    func begin() throws { try generator.begin(seed: "abac") }
    try begin()
    let one = try generator.search(beams: 1, steps: 12)
    try begin()
    generator.sample(try SamplingOptions(temperature: 0), with: .init(seed: 1, position: 0))
    #expect(
      one.flatMap { generator.numbers.bytes(of: $0) } == (0..<12).flatMap { _ in generator.step() })

    // All 81 continuations of four symbols, each by what it costs.
    var costs: [(bits: Double, symbols: [Int])] = []
    for number in 0..<81 {
      let symbols = [number / 27, number / 9 % 3, number / 3 % 3, number % 3]
      try begin()
      costs.append((generator.read(symbols).bits, symbols))
    }
    let cheapest = try #require(costs.min { $0.bits < $1.bits })
    try begin()
    #expect(try generator.search(beams: 27, steps: 4) == cheapest.symbols)
    // And it stands behind them: what may follow is the same as after reading them.
    let found = try generator.candidates(3)
    try begin()
    _ = generator.read(cheapest.symbols)
    let expected = try generator.candidates(3)
    #expect(found.map(\.symbol) == expected.map(\.symbol))
    for (one, other) in zip(found, expected) {
      #expect(abs(one.probability - other.probability) < 1e-6)
    }
  }
}
