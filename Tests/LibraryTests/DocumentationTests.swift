import Foundation
import LSTMToolkit
import TestSupport
import Testing

/// The Swift code of the README and of the articles, as it stands there. ``everyCodeBlockIsHere()`` finds a block that was
/// changed there and not here.
@Suite struct DocumentationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func print(_ items: Any...) {}

  @Test func gettingStarted() throws {
    let letters = 0..<25
    let x = try Tensor(letters.map { [[Float($0) / 26]] })
    let y = try Tensor(oneHot: letters.map { $0 + 1 }, count: 26)

    let model = try Model(timeSteps: nil, features: 1, batch: 1) {
      LSTM(32, stateful: true)
      Dense(26, activation: .softmax)
    }
    try model.compile(optimizer: .adam(), loss: .categoricalCrossEntropy, metrics: [.accuracy])
    try model.fit(x, y, epochs: 200, resetStatesEachEpoch: true) { epoch in
      print(epoch.number, epoch.loss, epoch.accuracy ?? 0)
    }
    print(model.summary)

    let scores = try model.evaluate(x, y)
    print(scores.loss, scores.accuracy ?? 0)

    model.resetStates()
    let output = try model.predict(x)
    try model.save(folder.path("alphabet.h5"))

    #expect(scores.accuracy ?? 0 > 0.9 && output.shape == [25, 26])
  }

  @Test func stateAndStreams() throws {
    let model = try Model(timeSteps: nil, features: 1, batch: 1) {
      LSTM(8, stateful: true)
      Dense(1)
    }
    let steps = try Tensor([[[0.1], [0.2]]])
    _ = try model.predict(steps)
    let state = model.state
    let hidden = state?["lstm", "hidden"]
    _ = try model.predict(steps)
    if let state { try model.setState(state) }

    #expect(model.state == state && hidden?.shape == [1, 8])

    var stream = try model.stream()
    let first = try stream.step([0.1])
    var branch = stream
    let second = try stream.step([0.2])
    let other = try branch.step([0.9])

    #expect(first.count == 1 && second != other)

    var streams = try (0..<100).map { _ in try model.stream() }
    let inputs = try Tensor(repeating: 0.5, shape: [100, 1])
    let outputs = try model.step(&streams, inputs)

    #expect(outputs.shape == [100, 1])

    let data = stream.data
    let continued = try model.stream(from: data)
    print(continued == stream, continued.position)

    #expect(continued == stream && continued.position == 2)
  }

  @Test func functionalModels() throws {
    let input = Input(timeSteps: 10, features: 4)
    let forwards = LSTM(8)(input)
    let both = Bidirectional(GRU(8))(input)
    let joined = Concatenate()(forwards, both)
    let model = try Model(input: input, output: Dense(1)(joined))
    print(model.inputShape, model.outputShape)

    #expect(model.inputShape == [nil, 10, 4] && model.outputShape == [nil, 1])

    let words = Input(symbolSteps: nil)
    let vectors = Embedding(inputDim: 1000, outputDim: 32, maskZero: true)(words)
    let tagger = try Model(
      input: words,
      output: Dense(5, activation: .softmax)(
        Bidirectional(LSTM(16, returnSequences: true))(vectors)))
    let sentence = try Tensor([[0, 0, 17, 4, 256]])
    let tags = try tagger.predict(sentence)

    #expect(tags.shape == [1, 5, 5])

    let depth = 3
    let deep = try Model(timeSteps: nil, features: 2) {
      for number in 1...depth { LSTM(16, returnSequences: number < depth) }
      if depth > 2 { Dropout(0.2) }
      Dense(1)
    }

    #expect(deep.layerNames.count == 5)
  }

  /// A regression on sums of short sequences.
  private func makeModel() throws -> Model {
    let model = try Model(timeSteps: 3, features: 1) {
      LSTM(4)
      Dense(1)
    }
    try model.compile(optimizer: .adam(learningRate: 0.01), loss: .meanSquaredError)
    return model
  }

  private func makeSamples() throws -> (Tensor, Tensor) {
    let samples: [[Float]] = (0..<40).map { number in
      (0..<3).map { step in Float((number * 7 + step * 3) % 10) / 10 }
    }
    let inputs = samples.map { sample in sample.map { [$0] } }
    let sums = samples.map { sample in [sample.reduce(0, +)] }
    return (try Tensor(inputs), try Tensor(sums))
  }

  @Test func customTrainingLoops() async throws {
    let model = try makeModel()
    let (x, y) = try makeSamples()

    for try await epoch in model.epochs(x, y, batchSize: 8, epochs: 100, validationSplit: 0.25) {
      if let loss = epoch.validationLoss, loss < 0.01 { break }
    }

    for first in stride(from: 0, to: 40, by: 8) {
      let batch = first..<first + 8
      let scores = try model.trainStep(x.samples(batch), y.samples(batch))
      print(scores.loss)
    }

    let schedule = try LearningRateSchedule(.cosine(epochs: 20), rate: 0.01, warmUp: 10)
    let history = try model.fit(
      x, y, batchSize: 8, epochs: 20, validationSplit: 0.25, learningRateSchedule: schedule,
      earlyStopping: EarlyStopping(patience: 3, restoresBestWeights: true))
    print(history.loss.count, history.last(History.validationLoss) ?? 0)

    #expect(history.last(History.validationLoss) != nil)

    let kernel = try model.weight("kernel", of: "dense")
    try model.setWeight("kernel", of: "dense", to: kernel)
    for weight in model.weights { print(weight.layer, weight.name, weight.shape) }
  }

  @Test func exactResuming() throws {
    let (x, y) = try makeSamples()

    let whole = try makeModel()
    try whole.fit(x, y, batchSize: 8, epochs: 5)

    let parts = try makeModel()
    try parts.fit(x, y, batchSize: 8, epochs: 2)
    try parts.save(folder.path("parts.h5"))
    let continued = try Model(contentsOf: folder.path("parts.h5"))
    try continued.fit(x, y, batchSize: 8, epochs: 3)

    print(try continued.weight("kernel", of: "lstm") == whole.weight("kernel", of: "lstm"))

    #expect(try continued.weight("kernel", of: "lstm") == whole.weight("kernel", of: "lstm"))
  }

  @Test func filesOfModels() throws {
    let model = try makeModel()

    try model.save(folder.path("model.keras"))
    try model.save(folder.path("tf-keras.h5"), layout: .keras2)
    let read = try Model(contentsOf: folder.path("model.keras"))

    #expect(read.summary == model.summary)

    try model.save(folder.path("model.weights.h5"))
    try model.loadWeights(contentsOf: folder.path("model.weights.h5"))

    try model.save(folder.path("model.safetensors"))
    try model.save(folder.path("model.onnx"))

    _ = try folder.write("sixteen bytes or more", "secret.key")
    let key = try SealKey(contentsOf: folder.path("secret.key"))
    try key.use { try model.save(folder.path("sealed.h5")) }
    let opened = try key.use { try Model(contentsOf: folder.path("sealed.h5")) }
    #expect(opened.summary == model.summary)

    try Tensor([[1, 2], [3, 4]]).write(to: folder.path("numbers.npy"))
    let numbers = try Tensor(contentsOf: folder.path("numbers.npy"))

    #expect(numbers.shape == [2, 2])
  }

  /// Every block of Swift in README and articles is compiled: in this file, or in `ExampleTests.swift`.
  @Test func everyCodeBlockIsHere() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let root = tests.deletingLastPathComponent().deletingLastPathComponent()
    let catalog = root.appending(path: "Sources/LSTMToolkit/LSTMToolkit.docc")
    let articles = try FileManager.default.contentsOfDirectory(
      at: catalog, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "md" }
    #expect(articles.count == 7)
    let compiled = try ["DocumentationTests.swift", "ExampleTests.swift"].map {
      Self.bare(try String(contentsOf: tests.appending(path: $0), encoding: .utf8))
    }.joined()
    for page in articles + [root.appending(path: "README.md")] {
      let parts = try String(contentsOf: page, encoding: .utf8).components(
        separatedBy: "```swift\n")
      for part in parts.dropFirst() {
        let block = part.components(separatedBy: "```")[0]
        guard !block.hasPrefix("// Package.swift") else { continue }
        #expect(compiled.contains(Self.bare(block)), "\(page.lastPathComponent):\n\(block)")
      }
    }
  }

  /// Code without comments, white space, imports and the folder that tests write into.
  private static func bare(_ code: String) -> String {
    code.split(separator: "\n").filter { !$0.hasPrefix("import ") }
      .map { $0.components(separatedBy: "//")[0] }.joined().filter { !$0.isWhitespace }
      .replacing(/folder\.path\(("[^"]*")\)/) { $0.1 }
  }
}
