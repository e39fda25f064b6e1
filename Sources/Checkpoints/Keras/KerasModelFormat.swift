import Files

/// Keras' HDF5 model file: the model and how it is trained as attributes, `model_weights` and `optimizer_weights`, and the
/// sections, which Keras does not look at.
struct KerasModelFormat: KerasFormat {
  let name = "Keras model"
  let summary = "Keras' HDF5 model file; all of a checkpoint"
  let suffixes = [".h5", ".hdf5"]
  var holds: FormatContents { .everything }

  func recognizes(_ start: [UInt8]) -> Bool { FileContainer(start) == .hdf5 }

  func write(_ checkpoint: Checkpoint, to file: NewFile) throws {
    try writeHDF5(to: file) { arrays in
      try KerasDescription.write(checkpoint, to: arrays.root)
      try KerasWeights.write(checkpoint, arrays: arrays, to: arrays.root)
      try KerasOptimizer.write(checkpoint, arrays: arrays, to: arrays.root)
      try HDF5Store.write(holds.sections, of: checkpoint, arrays: arrays, to: arrays.root)
    }
  }
}
