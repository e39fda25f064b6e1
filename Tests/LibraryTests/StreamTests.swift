import Foundation
import LSTMToolkit
import TestSupport
import Testing

@Suite struct StreamTests {
  private static func model(units: Int = 50) throws -> Model {
    try Model(timeSteps: nil, features: 2) {
      LSTM(units, returnSequences: true)
      GRU(3)
      Dense(4, activation: .softmax)
    }
  }

  private let inputs: [[Float]] = (0..<10).map { [Float($0) / 10, 1 - Float($0) / 5] }

  @Test func aStreamIsTheSequenceStepByStep() throws {
    let model = try Self.model()
    var stream = try model.stream()
    for count in 1...inputs.count {
      let step = try stream.step(inputs[count - 1])
      let whole = try model.predict(Tensor([Array(inputs.prefix(count))]))
      expectNear(try Tensor([step]), whole, within: 1e-6)
    }
    #expect(stream.position == 10 && stream.stateCount == 103)
  }

  @Test func streamsDoNotMeet() throws {
    let model = try Self.model()
    var (one, other) = (try model.stream(), try model.stream())
    var alone = one
    #expect(one == other)
    for input in inputs {
      let expected = try alone.step(input)
      #expect(try one.step(input) == expected)
      _ = try other.step([0, 0])
      _ = try model.predict(Tensor([inputs]))
    }
    #expect(one == alone && one != other)
    one.reset()
    #expect(try one == model.stream())
  }

  @Test func streamsStepInSeveralTasks() async throws {
    let model = try Self.model()
    var alone = try model.stream()
    let expected = try inputs.map { try alone.step($0) }
    let inputs = inputs
    let answers = try await withThrowingTaskGroup(of: [[Float]].self) { group in
      for _ in 0..<8 {
        var stream = try model.stream()
        group.addTask { try inputs.map { try stream.step($0) } }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.count == 8 && answers.allSatisfy { $0 == expected })
  }

  @Test func manyStreamsStepTogether() throws {
    let model = try Self.model()
    var (together, alone) = ([Model.Stream](), [Model.Stream]())
    for number in 0..<150 {
      var stream = try model.stream()
      for input in inputs.prefix(number % 4) { _ = try stream.step(input) }
      together.append(stream)
      alone.append(stream)
    }
    for round in 0..<3 {
      let rows = together.indices.map { inputs[($0 + round) % inputs.count] }
      let outputs = try model.step(&together, Tensor(rows))
      let expected = try alone.indices.map { try alone[$0].step(rows[$0]) }
      #expect(try outputs == Tensor(expected))
    }
    #expect(together == alone)
    #expect(throws: ConfigurationError.self) { try model.step(&together, Tensor([[1, 2]])) }
    let other = try Self.model()
    let zeros = try Tensor(repeating: 0, shape: [150, 2])
    #expect(throws: ConfigurationError.self) { try other.step(&together, zeros) }
    var none: [Model.Stream] = []
    #expect(try model.step(&none, Tensor(repeating: 0, shape: [0, 2])).shape == [0, 4])
  }

  @Test func streamsAreKept() throws {
    let model = try Self.model()
    var stream = try model.stream()
    for input in inputs { _ = try stream.step(input) }
    #expect(try model.stream(from: stream.data) == stream)
    let decoder = JSONDecoder()
    decoder.userInfo[.streamModel] = model
    let encoded = try JSONEncoder().encode([stream])
    #expect(try decoder.decode([Model.Stream].self, from: encoded) == [stream])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Model.Stream].self, from: encoded)
    }
    let other = try Self.model(units: 51)
    decoder.userInfo[.streamModel] = other
    #expect(throws: DecodingError.self) {
      try decoder.decode([Model.Stream].self, from: encoded)
    }
    for data in [stream.data.dropLast(), stream.data + [0], Data(), try other.stream().data] {
      #expect(throws: ConfigurationError.self) { try model.stream(from: Data(data)) }
    }
    var wrong = stream.data
    wrong[7] = 0xFF
    #expect(throws: ConfigurationError.self) { try model.stream(from: wrong) }
  }

  @Test func symbolsAreRowsOrNumbers() throws {
    let rows = try Self.model()
    var (one, other) = (try rows.stream(), try rows.stream())
    #expect(try one.step(symbol: 1) == other.step([0, 1]))
    #expect(throws: ConfigurationError.self) { try one.step(symbol: 2) }
    #expect(throws: ConfigurationError.self) { try one.step(symbol: -1) }
    #expect(throws: ConfigurationError.self) { try one.step([1]) }
    #expect(one == other)

    let symbols = try Model(Input(symbolSteps: nil)) {
      Embedding(inputDim: 5, outputDim: 3)
      SimpleRNN(4)
    }
    var stream = try symbols.stream()
    let first = try stream.step(symbol: 4)
    expectNear(try Tensor([first]), try symbols.predict(Tensor(classes: [[4]])), within: 1e-7)
    let before = stream
    #expect(throws: SymbolOutOfRange.self) { try stream.step([5]) }
    #expect(throws: ConfigurationError.self) { try stream.step(symbol: 5) }
    #expect(stream == before)
    #expect(try stream.step([2]).count == 4)
  }

  @Test func modelsOfWholeSequencesHaveNoStreams() throws {
    let layers: [[any Layer]] = [
      [Bidirectional(LSTM(2))], [Conv1D(2, kernelSize: 2), LSTM(2)],
      [LSTM(2, goBackwards: true)], [LSTM(2), RepeatVector(3), LSTM(2)],
      [LSTM(2, returnSequences: true), Flatten()], [LSTM(4), Reshape([2, 2]), LSTM(2)],
    ]
    for layers in layers {
      let model = try Model(timeSteps: 4, features: 3) { layers }
      let error = #expect(throws: ConfigurationError.self) { try model.stream() }
      #expect(error?.description.contains("--") == false)
    }
    #expect(throws: ConfigurationError.self) { try Model(Input(features: 3)) { Dense(2) }.stream() }
    let model = try Self.model()
    #expect(throws: ConfigurationError.self) { try model.stream(fromRow: 0) }
  }

  #if os(Linux)
    /// Measured in a process of its own, in which nothing else takes memory.
    @Test func aHundredThousandStreamsAreTheirStates() async throws {
      await #expect(processExitsWith: .success) {
        let model = try Model(timeSteps: nil, features: 1) {
          LSTM(50)
          Dense(26, activation: .softmax)
        }
        let count = 100_000
        var streams: [Model.Stream] = []
        streams.reserveCapacity(count)
        // What the first step needs is not counted.
        streams.append(try model.stream())
        _ = try streams[0].step([0.5])
        let before = try Self.residentBytes()
        for _ in 1..<count {
          var stream = try model.stream()
          _ = try stream.step([0.5])
          streams.append(stream)
        }
        let each = (try Self.residentBytes() - before) / count
        #expect(streams[1].stateCount == 100)
        // The values, and what an array, a stream and the allocator take.
        #expect((400...400 + 24 + 32 + 24).contains(each), "\(each) bytes a stream")
        #expect(streams.allSatisfy { $0.position == 1 } && streams[1] == streams[count - 1])
      }
    }

    /// The memory of this process that is in use.
    private static func residentBytes() throws -> Int {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      let pages = try #require(Int(text.split(separator: " ")[1]))
      return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
  #endif
}
