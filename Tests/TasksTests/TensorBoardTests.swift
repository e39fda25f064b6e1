import Files
import Foundation
import TestSupport
import Testing

@testable import Checkpoints
@testable import Tasks

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

  private struct Reference: Decodable {
    let name: String
    let values: [Float]
    let summary: String
  }

  /// A histogram is, byte by byte, what `tf.summary.histogram` writes.
  @Test func histogramsAreThoseOfTensorFlow() throws {
    let folder = try #require(Bundle.module.url(forResource: "Reference", withExtension: nil))
    let data = try Data(contentsOf: folder.appending(path: "tensorboard.json"))
    let references = try JSONDecoder().decode([Reference].self, from: data)
    #expect(references.count == 7)
    for reference in references {
      var values = reference.values
      let histogram = values.withUnsafeMutableBufferPointer { WeightHistogram($0) }
      let event = TensorBoardEvent.histogram(reference.name, histogram, step: 3)
      let summary = try fields(event.record).first { $0.0 == 5 }?.1
      guard case .bytes(let bytes) = summary else {
        Issue.record("\(reference.name): no summary")
        continue
      }
      let digits = bytes.map { String(format: "%02x", $0) }.joined()
      #expect(digits == reference.summary, "\(reference.name)")
      let read = TensorBoardEvent.histogram(in: event.record[...])
      #expect(read?.step == 3 && read?.event.record == event.record)
    }
  }

  @Test func valuesThatAreNoNumbersAreInNoBucket() {
    var values = [Float.nan, 1, .infinity, 3, -.infinity]
    let histogram = values.withUnsafeMutableBufferPointer { WeightHistogram($0) }
    let counts = stride(from: 2, to: 90, by: 3).map { histogram.values[$0] }
    #expect(counts.first == 1 && counts.last == 1 && counts.reduce(0, +) == 2)
    var none = [Float.nan]
    #expect(
      none.withUnsafeMutableBufferPointer { WeightHistogram($0) }.values.allSatisfy { $0 == 0 })
  }

  /// The events of a file: the steps and tags of their first values.
  private func events(_ path: String) throws -> [String] {
    let bytes = Array(try Data(contentsOf: URL(filePath: path)))
    return try RecordFormat.records(in: bytes).dropFirst().map { record in
      var (step, tag): (UInt64, String) = (0, "")
      for (number, field) in try fields(Array(record)) {
        if number == 2, case .number(let value) = field { step = value }
        guard number == 5, case .bytes(let summary) = field,
          case .bytes(let value) = try fields(summary).first?.1,
          case .bytes(let name) = try fields(value).first?.1
        else { continue }
        tag = String(decoding: name, as: UTF8.self)
      }
      return "\(step) \(tag)"
    }
  }

  /// After the first epoch and every second one from there, as Keras' `histogram_freq=2`; a run that goes on keeps those
  /// of the epochs that it has, whatever else is in the file.
  @Test func aResumedRunKeepsItsHistograms() throws {
    let folder = try TemporaryFolder()
    var plan = TrainingPlan(LettersTask(.batch))
    plan.epochs = 3
    let path = folder.path("a.h5")
    let file = folder.path("board/train/events.out.tfevents.lstm")
    func train(_ run: TrainingRun, histograms: Int?) throws {
      let log = TensorBoardLog(
        folder.path("board"), histogramEpochs: histograms, hasGraph: histograms != nil)
      try log.begin(run.trainer)
      try run.train(
        saving: try CheckpointSchedule(path: path),
        didUpdate: { if $0 { try log.add(run.trainer) } })
    }
    try train(try TrainingRun(plan), histograms: 2)
    let names =
      ["lstm/lstm_cell/kernel", "lstm/lstm_cell/recurrent_kernel", "lstm/lstm_cell/bias"]
      + ["dense/kernel", "dense/bias"]
    func histograms(_ step: Int) -> [String] {
      names.map { "\(step) sequential/\($0)/histogram" }
    }
    func scalars(_ step: Int) -> [String] { ["\(step) epoch_accuracy"] }
    let first =
      ["0 keras"] + scalars(0) + histograms(0) + scalars(1) + scalars(2) + histograms(2)
    #expect(try events(file) == first)
    // A run that was killed may leave half a record, and epochs that the checkpoint does not have.
    let whole = try Data(contentsOf: URL(filePath: file))
    for damage in [whole + whole.dropFirst(62).prefix(30), whole.dropLast(3)] {
      try damage.write(to: URL(filePath: file))
      let copy = folder.path("b.h5")
      try? FileManager.default.removeItem(atPath: copy)
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      let run = try TrainingRun(resuming: try ModelFile(copy), epochs: 1)
      let log = TensorBoardLog(folder.path("board"))
      try log.begin(run.trainer)
      let kept = damage.count > whole.count ? histograms(2) : histograms(2).dropLast()
      #expect(
        try events(file) == scalars(0) + histograms(0) + scalars(1) + scalars(2) + kept)
    }
    try whole.write(to: URL(filePath: file))
    try train(try TrainingRun(resuming: try ModelFile(path), epochs: 2), histograms: 4)
    #expect(try events(file) == first + scalars(3) + scalars(4) + histograms(4))
    // A new run begins anew.
    plan.epochs = 1
    try train(try TrainingRun(plan), histograms: nil)
    #expect(try events(file) == scalars(0))
  }

  /// What is not protobuf has no fields.
  @Test func damagedMessagesEnd() {
    #expect(ProtobufFields.number(1, of: [0x08, 0x96, 0x01]) == 150)
    for bytes: [UInt8] in [
      [], [0x08], [0x08, 0x80], [0x0A, 5, 1], [0x0D, 1, 2], [0x09, 1], [0x0B],
      [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1], [UInt8](repeating: 0xFF, count: 20),
    ] {
      #expect(Array(ProtobufFields(bytes[...])).isEmpty, "\(bytes)")
      #expect(TensorBoardEvent.histogram(in: bytes[...]) == nil)
      #expect(RecordFormat.records(in: bytes).isEmpty)
    }
  }
}
