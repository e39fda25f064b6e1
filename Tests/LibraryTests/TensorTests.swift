import Foundation
import LSTMToolkit
import TestSupport
import Testing

@Suite struct TensorTests {
  @Test func nestedArraysAreRowMajor() throws {
    #expect(try Tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]).shape == [2, 2, 2])
    #expect(
      try Tensor([[1, 2, 3], [4, 5, 6]]) == Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]))
    #expect(Tensor([1, 2]).shape == [2])
    #expect(Tensor(classes: [3, 0]).values == [3, 0])
    #expect(try Tensor(oneHot: [1, 0], count: 3).values == [0, 1, 0, 1, 0, 0])
    #expect(try Tensor(classes: [[1, 2], [3, 4]]).shape == [2, 2])
  }

  /// One array in NumPy's types and orders, as `make_library_reference.py` writes it.
  @Test(arguments: [
    "f2-little", "f2-big", "f4-big", "f8-big", "i2-big", "u2-little", "i8-big", "u8-little",
    "f8-fortran", "f2-fortran-big",
  ])
  func arraysOfNumPyAreRead(name: String) throws {
    let url = try #require(
      Bundle.module.url(
        forResource: name, withExtension: "npy", subdirectory: "Reference/arrays"))
    let tensor = try Tensor(contentsOf: url.path)
    // Half precision has the last value too, as one that is not normal.
    let values: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5, 0.25, 0x1p-20]
    #expect(tensor.shape == [2, 2, 3])
    #expect(tensor.values == (name.hasPrefix("f") ? values : values.map { $0.rounded(.down) }))
  }

  @Test func placesOutsideAreNone() throws {
    var tensor = try Tensor([[1, 2, 3], [4, 5, 6]])
    #expect(tensor[1, 2] == 6)
    #expect(tensor[2, 0] == nil && tensor[0, -1] == nil && tensor[1] == nil)
    try tensor.set(9, at: 0, 1)
    #expect(tensor.values == [1, 9, 3, 4, 5, 6])
    #expect(throws: ShapeError.self) { try tensor.set(9, at: 2, 0) }
  }

  @Test func shapesMustFit() throws {
    let tensor = try Tensor([[1, 2, 3], [4, 5, 6]])
    #expect(try tensor.reshaped(to: [3, -1]).shape == [3, 2])
    #expect(try tensor.samples(1..<2).values == [4, 5, 6])
    let attempts: [() throws -> Tensor] = [
      { try Tensor(shape: [2, 2], values: [1]) }, { try Tensor(shape: [.max, 4], values: []) },
      { try Tensor(shape: [-1, -1], values: [1]) }, { try Tensor([[1, 2], [3]]) },
      { try Tensor([[[1], [2]], [[3]]]) }, { try Tensor(repeating: 0, shape: [.max]) },
      { try Tensor(oneHot: [3], count: 3) }, { try Tensor(oneHot: [-1], count: 3) },
      { try tensor.reshaped(to: [4, -1]) }, { try tensor.reshaped(to: [-1, -1]) },
      { try Tensor(shape: [0, .max, 2], values: []) }, { try tensor.samples(1..<3) },
      { try tensor.samples(-1..<1) },
    ]
    for attempt in attempts { #expect(throws: (any Error).self) { try attempt() } }
    #expect(try Tensor([[Float]]()).shape == [0, 0])
  }

  @Test func filesHoldWhatWasWritten() throws {
    let folder = try TemporaryFolder()
    let tensor = try Tensor([[1, 2.5], [-3, 4]])
    for name in ["x.npy", "x.csv"] {
      try tensor.write(to: folder.path(name))
      #expect(try Tensor(contentsOf: folder.path(name)) == tensor)
    }
    #expect(throws: FileError.self) { try Tensor(contentsOf: folder.path("none.npy")) }
  }
}
