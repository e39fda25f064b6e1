import Files
import Foundation
import Tasks
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct TensorBoardTests {
  /// The check value of CRC-32C, and two vectors of RFC 3720, B.4.
  @Test func checksums() {
    #expect(RecordFormat.checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(RecordFormat.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(RecordFormat.checksum(Array(0..<32)) == 0x46DD_794E)
  }

  /// A field of a protobuf message, by the definition of its wire format.
  private enum Field: Equatable {
    case number(UInt64)
    case fixed([UInt8])
    case bytes([UInt8])
  }

  private func fields(_ message: [UInt8]) throws -> [(Int, Field)] {
    var at = 0
    func varint() throws -> UInt64 {
      var (value, shift): (UInt64, UInt64) = (0, 0)
      while true {
        try #require(at < message.count)
        value |= UInt64(message[at] & 0x7F) << shift
        shift += 7
        at += 1
        if message[at - 1] < 0x80 { return value }
      }
    }
    var fields: [(Int, Field)] = []
    while at < message.count {
      let key = try varint()
      let size: Int
      switch key & 7 {
      case 0:
        fields.append((Int(key >> 3), .number(try varint())))
        continue
      case 1: size = 8
      case 5: size = 4
      default: size = Int(try varint())
      }
      try #require(at + size <= message.count)
      let bytes = Array(message[at..<at + size])
      fields.append((Int(key >> 3), key & 7 == 2 ? .bytes(bytes) : .fixed(bytes)))
      at += size
    }
    return fields
  }

  /// Events are framed as TensorFlow frames them, and hold what the history does; a resumed run has each epoch once.
  @Test func eventsHoldTheHistory() throws {
    let folder = try TemporaryFolder()
    var plan = TrainingPlan(LettersTask(.timesteps))
    plan.epochs = 2
    plan.validationSplit = 0.2
    let path = folder.path("a.h5")
    for epochs in [nil, 1] {
      let run =
        try epochs == nil
        ? TrainingRun(plan)
        : TrainingRun(resuming: try ModelFile(path), epochs: epochs)
      let log = TensorBoardLog(folder.path("board"))
      try log.begin(run.trainer)
      try run.train(
        saving: try CheckpointSchedule(path: path),
        didUpdate: { if $0 { try log.add(run.trainer) } })
    }
    let history = try #require(try CheckpointFile.load(path).history)
    #expect(history.loss.count == 3)
    for (part, expected) in [
      ("train", history.loss), ("validation", history.others["val_loss"] ?? []),
    ] {
      let url = folder.url.appending(path: "board/\(part)/events.out.tfevents.lstm")
      var rest = Array(try Data(contentsOf: url))[...]
      var steps: [UInt64] = []
      var losses: [Float] = []
      while !rest.isEmpty {
        let length = Int(LittleEndian.number(Array(rest.prefix(8)), at: 0, UInt64.self))
        let record = Array(rest.dropFirst(12).prefix(length))
        #expect(Array(rest.prefix(16 + length)) == RecordFormat.framed(record))
        rest = rest.dropFirst(16 + length)
        var step: UInt64 = 0
        for (number, field) in try fields(record) {
          if number == 2, case .number(let value) = field { step = value }
          guard number == 5, case .bytes(let summary) = field else { continue }
          for (_, entry) in try fields(summary) {
            guard case .bytes(let entry) = entry else { continue }
            let parts = try fields(entry)
            guard parts[0].1 == .bytes(Array("epoch_loss".utf8)),
              case .fixed(let bytes) = parts[1].1
            else { continue }
            steps.append(step)
            losses.append(Float(bitPattern: LittleEndian.number(bytes, at: 0, UInt32.self)))
          }
        }
      }
      #expect(steps == [0, 1, 2] && losses == expected.map { Float($0) })
    }
  }
}
