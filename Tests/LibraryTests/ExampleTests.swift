import LSTMToolkit
import TestSupport
import Testing

/// What the README shows, as it stands there.
@Suite struct ExampleTests {
  @Test func theAlphabetIsLearnt() throws {
    let folder = try TemporaryFolder()
    func print(_ items: Any...) {}

    let letters = 0..<25
    let x = try Tensor(letters.map { [[Float($0) / 26]] })
    let y = try Tensor(oneHot: letters.map { $0 + 1 }, count: 26)

    let model = try Model(timeSteps: nil, features: 1, batch: 1) {
      LSTM(50, stateful: true)
      Dense(26, activation: .softmax)
    }
    try model.compile(optimizer: .adam(), loss: .categoricalCrossEntropy, metrics: [.accuracy])
    try model.fit(x, y, epochs: 300, resetStatesEachEpoch: true) { epoch in
      print(epoch.number, epoch.loss, epoch.accuracy ?? 0)
    }
    try model.save(folder.path("alphabet.h5"))

    var stream = try Model(contentsOf: folder.path("alphabet.h5")).stream()
    let answer = try stream.step([0])

    #expect(model.history.accuracy.last == 1)
    #expect(answer.firstIndex(of: answer.max() ?? 0) == 1)
    for letter in letters.dropFirst() {
      let answer = try stream.step([Float(letter) / 26])
      #expect(answer.firstIndex(of: answer.max() ?? 0) == letter + 1)
    }
  }

  @Test func aGraphJoinsItsBranches() throws {
    let input = Input(timeSteps: 10, features: 4)
    let joined = Concatenate()(LSTM(8)(input), Bidirectional(GRU(8))(input))
    let graph = try Model(input: input, output: Dense(1)(joined))

    #expect(graph.inputShape == [nil, 10, 4] && graph.outputShape == [nil, 1])
  }
}
