import Files

/// Keras' file of weights without their model: HDF5 of the layout of ``KerasVariables``, with the optimizer and the
/// sections.
struct KerasWeightsFormat: KerasFormat {
  let name = "Keras weights without a model"
  let summary = "weights, optimizer and state without the model"
  let suffixes = [".weights.h5"]
  var holds: FormatContents {
    FormatContents(model: false, optimizer: true, sections: Sections.all)
  }

  func recognizes(_ start: [UInt8]) -> Bool { FileContainer(start) == .hdf5 }

  func write(_ checkpoint: Checkpoint, to file: NewFile) throws {
    try writeHDF5(to: file) { arrays in
      try KerasVariables.write(checkpoint, arrays: arrays, to: arrays.root)
      try HDF5Store.write(holds.sections, of: checkpoint, arrays: arrays, to: arrays.root)
    }
  }
}
