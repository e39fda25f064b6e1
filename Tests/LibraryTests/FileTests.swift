import Checkpoints
import Foundation
import LSTMToolkit
import TestSupport
import Testing

@Suite struct FileTests {
  @Test func aSavedModelIsTheSame() throws {
    let folder = try TemporaryFolder()
    let alphabet = try Alphabet()
    let model = try Alphabet.model(units: 5)
    try model.fit(alphabet.x, alphabet.y, epochs: 2)
    let state = model.state
    let expected = try model.predict(alphabet.x)
    if let state { try model.setState(state) }
    for name in ["a.h5", "a.keras"] {
      for layout in [KerasLayout.keras2, .keras3] {
        try model.save(folder.path(name), layout: layout)
        let read = try Model(contentsOf: folder.path(name))
        #expect(read.state == state && read.history == model.history)
        #expect(read.summary == model.summary)
        #expect(try read.predict(alphabet.x) == expected)
        #expect(try read.evaluate(alphabet.x, alphabet.y) == model.evaluate(alphabet.x, alphabet.y))
      }
    }
    try model.save(folder.path("a.weights.h5"))
    let other = try Alphabet.model(units: 5)
    try other.loadWeights(contentsOf: folder.path("a.weights.h5"))
    #expect(
      try other.weight("kernel", of: "lstm") == model.weight("kernel", of: "lstm"))
    let small = try Alphabet.model(units: 4)
    #expect(throws: FileError.self) {
      try small.loadWeights(contentsOf: folder.path("a.weights.h5"))
    }
    #expect(throws: FileError.self) { try Model(contentsOf: folder.path("none.h5")) }
    #expect(throws: (any Error).self) { try model.save(folder.path("a.txt")) }
    #expect(throws: FileError.self) { try model.save(folder.path("none/a.h5")) }
  }

  @Test func functionalModelsAreKept() throws {
    let folder = try TemporaryFolder()
    let input = Input(timeSteps: 3, features: 2)
    let a = Bidirectional(LSTM(2, returnSequences: true))(input)
    let joined = Concatenate()(a, TimeDistributed(Dense(3))(input))
    let model = try Model(input: input, output: Dense(1)(GRU(2)(joined)))
    let x = try Tensor([[[1, 2], [3, 4], [5, 6]]])
    for name in ["a.h5", "a.keras"] {
      try model.save(folder.path(name))
      let read = try Model(contentsOf: folder.path(name))
      #expect(read.summary == model.summary)
      #expect(try read.predict(x) == model.predict(x))
      // A file of a model that was never compiled can be compiled.
      #expect(throws: ConfigurationError.self) { try read.fit(x, Tensor([[1]])) }
      try read.compile(
        optimizer: .adam(), loss: .meanSquaredError, metrics: [.meanAbsoluteError])
      try read.fit(x, Tensor([[1]]))
      // What was measured is measured again.
      try read.save(folder.path(name))
      let scores = try Model(contentsOf: folder.path(name)).evaluate(x, Tensor([[1]]))
      #expect(Array(scores.metrics.keys) == [.meanAbsoluteError])
    }
  }

  @Test func aStreamBeginsFromAFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("alphabet.h5")
    let alphabet = try Alphabet()
    let model = try Alphabet.model(units: 20)
    try model.fit(alphabet.x, alphabet.y, epochs: 60, resetStatesEachEpoch: true)
    try model.save(path)
    var stream = try Model(contentsOf: path).stream()
    model.resetStates()
    for letter in 0..<5 {
      let answer = try stream.step([Float(letter) / 26])
      let expected = try model.predict(alphabet.x.samples(letter..<letter + 1))
      expectNear(try Tensor([answer]), expected, within: 1e-6)
    }
  }
}

extension FileTests {
  @Test func aFileOfTheCommandsGoesOn() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("stateful.h5")
    let alphabet = try Alphabet()
    let stored = "models/stateful.h5"
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: stored)
    let model = try Model(contentsOf: url.path)
    let epochs = model.history.loss.count
    #expect(epochs > 0)

    // What the file has beside the model stays, until the model is trained on other samples.
    let state = model.state
    _ = try model.predict(alphabet.x.samples(0..<1))
    #expect(model.state != state)
    try model.save(path)
    let moved = try CheckpointFile.load(path)
    #expect(moved.task != nil && moved.training != nil)
    #expect(moved.trainingRecurrentState != moved.recurrentState)

    try model.fit(alphabet.x, alphabet.y, epochs: 1, shuffle: false)
    try model.save(path)
    let trained = try CheckpointFile.load(path)
    #expect(trained.task != nil && trained.training == nil && trained.stream == nil)
    #expect(try Model(contentsOf: path).history.loss.count == epochs + 1)
  }
}
