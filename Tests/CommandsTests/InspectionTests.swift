import Files
import Foundation
import HDF5
import TestSupport
import Testing

@testable import CommandLine

/// `lstm-inspect` from outside.
@Suite struct InspectionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func shell(_ line: String) throws -> Tool.Result {
    try Tool.shell(line, in: folder.url)
  }

  /// Every name that a table shows can be asked for, and has the values that the table is of.
  @Test(arguments: ["a.h5", "a.keras", "b.h5", "c.safetensors"])
  func whatTablesNameCanBeDumped(name: String) throws {
    #expect(try shell("lstm-train --units 5,3 --quiet --epochs 2 --save a.h5").status == 0)
    // A moved stream has two states in its file.
    #expect(try shell("lstm-predict a.h5 --seed ABC --save-state").status == 0)
    for other in ["a.keras", "b.h5 --keras-version 2", "c.safetensors"] {
      #expect(try shell("lstm-convert a.h5 \(other)").status == 0)
    }
    for (table, member) in [("weights", "weights"), ("state", "state"), ("optimizer", "moments")] {
      let report = try shell("lstm-inspect \(name) --\(table) --format json")
      let rows = try #require(JSONValue(text: report.output)?[member]?.array)
      #expect(!rows.isEmpty || name == "c.safetensors" && member == "moments")
      for row in rows {
        let array = try #require(row["name"]?.string)
        let dump = try shell("lstm-inspect \(name) --dump '\(array)' --format json")
        #expect(dump.status == 0, "\(dump.error)")
        let document = try #require(JSONValue(text: dump.output))
        let values = (document["values"]?.array ?? []).compactMap(\.double)
        let shape = (document["shape"]?.array ?? []).compactMap(\.integer)
        #expect(row["shape"]?.string == "\(shape)" && values.count == shape.reduce(1, *))
        #expect(values.min() == row["least"]?.double && values.max() == row["largest"]?.double)
      }
    }
    let missing = try shell("lstm-inspect \(name) --dump lstm/nothing")
    #expect(missing.status == 64 && missing.errorLines.count == 1)
    #expect(missing.error.contains("lstm/kernel, lstm/recurrent_kernel, lstm/bias"))
  }
}

/// Tables for people.
@Suite struct ReportTableTests {
  /// Numbers lose digits where the terminal is too narrow for all of them.
  @Test func tablesFitTheTerminal() {
    let table = ReportTable(
      name: "t", columns: ["name", "mean"], rows: [[.text("a"), .number(1.23456789e-10)]])
    func number(_ columns: Int?) -> Substring? {
      OutputFormat.text(table, columns: columns).split(whereSeparator: { " \n".contains($0) }).last
    }
    #expect(number(nil) == "1.23456789e-10" && number(80) == "1.23456789e-10")
    #expect(number(19) == "1.23456789e-10" && number(18) == "1.23457e-10")
    #expect(number(16) == "1.23457e-10" && number(15) == "1.235e-10")
    #expect(number(14) == "1.235e-10" && number(13) == "1.23e-10" && number(3) == "1.23e-10")
  }
}
