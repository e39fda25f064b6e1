import Files

/// ONNX: a model to be served, with its sections as texts. Such files are not read here.
struct ONNXFormat: ModelFormat {
  let name = "ONNX"
  let summary = "to be served; the state is an input and output; written only"
  let suffixes = [".onnx"]
  let isReadable = false
  var holds: FormatContents {
    FormatContents(model: true, optimizer: false, sections: Sections.withoutTraining)
  }

  /// A protobuf message whose first field is the format's version, and the second who wrote it.
  func recognizes(_ start: [UInt8]) -> Bool {
    start.count >= 9 && start[0] == 0x08 && (3..<0x80).contains(start[1]) && start[2] == 0x12
  }

  func write(_ checkpoint: Checkpoint, to file: NewFile) throws {
    try ONNXModel.write(checkpoint, texts: ModelTexts(checkpoint, holds.sections).texts, to: file)
  }

  func read(_ path: String, into architecture: Checkpoint?) throws -> Checkpoint {
    throw FileError.invalid(path, "is \(name), which is not read here")
  }

  /// There is nothing to compare: that the bytes are on the disk is known.
  func check(_ path: String, is checkpoint: Checkpoint) throws {}

  func identify(_ path: String) throws -> (identity: FileIdentity, checkpoint: Checkpoint?) {
    let start = try FileDescriptor.reading(path).read(at: 0, count: 2, path: path)
    let identity = FileIdentity(
      format: "\(name) model", version: start.count == 2 ? "format \(start[1])" : "",
      hasModel: false)
    return (identity, nil)
  }
}
