import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A record of an event file: an `Event` of `tensorboard/compat/proto/event.proto`.
struct TensorBoardEvent {
  /// The kinds of values by the names of the plugins that show them.
  private enum Plugin {
    static let histograms = "histograms"
    static let model = "graph_keras_model"
  }

  /// `DataType` of `types.proto`.
  private enum DataType: Int {
    case double = 2
    case string = 7
  }

  /// The record as it is in the file.
  let record: [UInt8]

  /// What a file begins with.
  static var version: TensorBoardEvent { TensorBoardEvent { $0.add(3, "brain.Event:2") } }

  /// Simple values, which TensorBoard shows as scalars, as it does the tensors with metadata that Keras writes.
  static func scalars(_ values: [String: Double], step: Int) -> TensorBoardEvent {
    var summary = ProtobufMessage()
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      var entry = ProtobufMessage()
      entry.add(1, name)
      entry.add(2, Float(value))
      summary.add(1, entry)
    }
    return TensorBoardEvent(step: step, summary)
  }

  /// A histogram, as `tf.summary.histogram` writes it.
  static func histogram(
    _ name: String, _ histogram: WeightHistogram, step: Int
  ) -> TensorBoardEvent {
    var tensor = tensor(.double, shape: [WeightHistogram.bucketCount, 3])
    tensor.add(4, histogram.values.flatMap { LittleEndian.bytes($0.bitPattern) })
    return value(name, tensor, plugin: Plugin.histograms, step: step)
  }

  /// A model, of which TensorBoard shows the graph of its layers: `keras.callbacks.TensorBoard` with `write_graph`.
  static func model(_ text: String) -> TensorBoardEvent {
    var tensor = tensor(.string, shape: [])
    tensor.add(8, text)
    return value("keras", tensor, plugin: Plugin.model, content: "1", step: 0)
  }

  /// A histogram that a file has; `nil` if a record is something else.
  ///
  /// - Returns: The event and its step.
  static func histogram(in record: ArraySlice<UInt8>) -> (event: TensorBoardEvent, step: Int)? {
    guard let summary = ProtobufFields.bytes(5, of: record),
      let value = ProtobufFields.bytes(1, of: summary),
      let metadata = ProtobufFields.bytes(9, of: value),
      let plugin = ProtobufFields.bytes(1, of: metadata),
      ProtobufFields.bytes(1, of: plugin)?.elementsEqual(Plugin.histograms.utf8) == true,
      let step = Int(exactly: ProtobufFields.number(2, of: record))
    else { return nil }
    return (TensorBoardEvent(record: Array(record)), step)
  }

  private init(record: [UInt8]) { self.record = record }

  private init(step: Int, _ summary: ProtobufMessage) {
    self.init {
      $0.add(2, step)
      $0.add(5, summary)
    }
  }

  /// An event that happens now.
  private init(_ fill: (inout ProtobufMessage) -> Void) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var event = ProtobufMessage()
    event.add(1, Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9)
    fill(&event)
    record = event.bytes
  }

  /// A `TensorProto` without its values.
  private static func tensor(_ type: DataType, shape: [Int]) -> ProtobufMessage {
    var sizes = ProtobufMessage()
    for size in shape {
      var dimension = ProtobufMessage()
      dimension.add(1, size)
      sizes.add(2, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.add(1, type.rawValue)
    tensor.add(2, sizes)
    return tensor
  }

  /// A `Summary` of one tensor with the plugin that shows it.
  private static func value(
    _ name: String, _ tensor: ProtobufMessage, plugin: String, content: String = "", step: Int
  ) -> TensorBoardEvent {
    var data = ProtobufMessage()
    data.add(1, plugin)
    if !content.isEmpty { data.add(2, content) }
    var metadata = ProtobufMessage()
    metadata.add(1, data)
    var value = ProtobufMessage()
    value.add(1, name)
    value.add(8, tensor)
    value.add(9, metadata)
    var summary = ProtobufMessage()
    summary.add(1, value)
    return TensorBoardEvent(step: step, summary)
  }
}
