import Files
import Recurrent

/// Keras' layers over planes and volumes, and transposed convolutions, as ONNX computes them: with the channels behind the
/// batch.
struct ONNXPlanes {
  let layer: LayerConfiguration
  let weights: [String: (name: String, shape: [Int])]
  let input: String

  /// Adds the nodes of a layer, without its activation.
  ///
  /// - Parameters:
  ///   - weights: The arrays of the layer, by name.
  ///   - input: The layer's input, `[batch, height, width, channels]`.
  /// - Returns: The name of the result; `nil` if the layer is none of these.
  static func add(
    _ layer: LayerConfiguration, weights: [String: (name: String, shape: [Int])], to input: String,
    in graph: inout ONNXGraph
  ) -> String? {
    nodes[layer.className]?(ONNXPlanes(layer: layer, weights: weights, input: input), &graph)
  }

  /// Whether it is one of these classes, which may give other steps than they take.
  static func contains(_ className: String) -> Bool { nodes[className] != nil }

  private typealias Nodes =
    @Sendable (_ planes: ONNXPlanes, _ graph: inout ONNXGraph) -> String?

  private static let nodes: [String: Nodes] = [
    "Conv2D": { planes, graph in planes.convolution(axes: 2, &graph) },
    "Conv3D": { planes, graph in planes.convolution(axes: 3, &graph) },
    "Conv1DTranspose": { planes, graph in planes.transposedConvolution(axes: 1, &graph) },
    "Conv2DTranspose": { planes, graph in planes.transposedConvolution(axes: 2, &graph) },
    "Conv3DTranspose": { planes, graph in planes.transposedConvolution(axes: 3, &graph) },
    "DepthwiseConv2D": { planes, graph in planes.depthwiseConvolution(&graph) },
    "SeparableConv2D": { planes, graph in planes.depthwiseConvolution(&graph) },
    "MaxPooling2D": { planes, graph in planes.pooling("MaxPool", axes: 2, &graph) },
    "MaxPooling3D": { planes, graph in planes.pooling("MaxPool", axes: 3, &graph) },
    "AveragePooling2D": { planes, graph in planes.pooling("AveragePool", axes: 2, &graph) },
    "AveragePooling3D": { planes, graph in planes.pooling("AveragePool", axes: 3, &graph) },
    "GlobalMaxPooling2D": { planes, graph in planes.reduction("ReduceMax", axes: 2, &graph) },
    "GlobalMaxPooling3D": { planes, graph in planes.reduction("ReduceMax", axes: 3, &graph) },
    "GlobalAveragePooling2D": { planes, graph in
      planes.reduction("ReduceMean", axes: 2, &graph)
    },
    "GlobalAveragePooling3D": { planes, graph in
      planes.reduction("ReduceMean", axes: 3, &graph)
    },
    "UpSampling2D": { planes, graph in
      let size = planes.sizes("size", axes: 2)
      let first = planes.moved(planes.input, toFront: true, axes: 2, &graph)
      let scales = graph.constant([1, 1] + size.map { Float($0) }, shape: [4])
      let larger = graph.add(
        "Resize", [first, "", scales],
        [
          ("mode", .string("nearest")), ("coordinate_transformation_mode", .string("asymmetric")),
          ("nearest_mode", .string("floor")),
        ])
      return planes.moved(larger, toFront: false, axes: 2, &graph)
    },
    "Cropping2D": { planes, graph in
      let ends = planes.ends("cropping")
      return graph.add(
        "Slice",
        [
          planes.input, graph.constant(ends.map(\.0)),
          graph.constant(ends.map { $0.1 == 0 ? Int(Int32.max) : -$0.1 }),
          graph.constant([1, 2]),
        ])
    },
    "ZeroPadding2D": { planes, graph in
      let ends = planes.ends("padding")
      return graph.add(
        "Pad",
        [planes.input, graph.constant([0] + ends.map(\.0) + [0, 0] + ends.map(\.1) + [0])])
    },
  ]

  /// An option with a number for each axis, or one for all.
  func sizes(_ option: String, axes: Int) -> [Int] {
    let numbers = (layer[option].array ?? [layer[option]]).compactMap(\.integer)
    return numbers.count == axes
      ? numbers : [Int](repeating: numbers.first ?? 1, count: axes)
  }

  /// What is at the ends of height and width.
  private func ends(_ option: String) -> [(Int, Int)] {
    (layer[option].array ?? [layer[option], layer[option]]).map { axis in
      let numbers = (axis.array ?? [axis]).compactMap(\.integer)
      return (numbers.first ?? 0, numbers.last ?? 0)
    }
  }

  /// The channels behind the batch, or back behind the other axes.
  private func moved(
    _ value: String, toFront: Bool, axes: Int, _ graph: inout ONNXGraph
  ) -> String {
    let order =
      toFront ? [0, axes + 1] + Array(1...axes) : [0] + Array(2...axes + 1) + [1]
    return graph.add("Transpose", [value], [("perm", .integers(order))])
  }

  private var padding: (String, ONNXGraph.Attribute) {
    ("auto_pad", .string(layer["padding"].string?.lowercased() == "same" ? "SAME_UPPER" : "VALID"))
  }

  /// By the numbers of zeros where they follow from the kernel: onnxruntime refuses others with dilation.
  func padding(kernel: [Int]) -> (String, ONNXGraph.Attribute) {
    let axes = kernel.count
    guard layer["padding"] == "same", sizes("strides", axes: axes).allSatisfy({ $0 == 1 }) else {
      return padding
    }
    let zeros = zip(kernel, sizes("dilation_rate", axes: axes)).map { ($0 - 1) * $1 }
    return ("pads", .integers(zeros.map { $0 / 2 } + zeros.map { $0 - $0 / 2 }))
  }

  private func convolution(axes: Int, _ graph: inout ONNXGraph) -> String? {
    guard let kernel = weights["kernel"] else { return nil }
    let filters = graph.add(
      "Transpose", [kernel.name], [("perm", .integers([axes + 1, axes] + Array(0..<axes)))])
    let result = graph.add(
      "Conv", [moved(input, toFront: true, axes: axes, &graph), filters],
      [
        ("kernel_shape", .integers(Array(kernel.shape.prefix(axes)))),
        ("strides", .integers(sizes("strides", axes: axes))),
        ("dilations", .integers(sizes("dilation_rate", axes: axes))),
        padding(kernel: Array(kernel.shape.prefix(axes))),
      ])
    return biased(moved(result, toFront: false, axes: axes, &graph), &graph)
  }

  private func transposedConvolution(axes: Int, _ graph: inout ONNXGraph) -> String? {
    guard let kernel = weights["kernel"] else { return nil }
    let (size, strides) = (Array(kernel.shape.prefix(axes)), sizes("strides", axes: axes))
    let filters = graph.add(
      "Transpose", [kernel.name], [("perm", .integers([axes + 1, axes] + Array(0..<axes)))])
    // What is beyond the ends is cut off.
    let beyond = zip(size, strides).map { size, stride in
      layer["padding"] == "same" ? max(0, size - stride) : 0
    }
    let result = graph.add(
      "ConvTranspose", [moved(input, toFront: true, axes: axes, &graph), filters],
      [
        ("kernel_shape", .integers(size)), ("strides", .integers(strides)),
        ("pads", .integers(beyond.map { $0 / 2 } + beyond.map { $0 - $0 / 2 })),
        ("output_padding", .integers(zip(size, strides).map { max(0, $1 - $0) })),
      ])
    return biased(moved(result, toFront: false, axes: axes, &graph), &graph)
  }

  private func biased(_ value: String, _ graph: inout ONNXGraph) -> String {
    weights["bias"].map { graph.add("Add", [value, $0.name]) } ?? value
  }

  private func depthwiseConvolution(_ graph: inout ONNXGraph) -> String? {
    guard let kernel = weights["depthwise_kernel"] ?? weights["kernel"] else { return nil }
    let size = Array(kernel.shape.prefix(2))
    // A group for each channel.
    let turned = graph.add("Transpose", [kernel.name], [("perm", .integers([2, 3, 0, 1]))])
    let filters = graph.add("Reshape", [turned, graph.constant([-1, 1] + size)])
    let result = graph.add(
      "Conv", [moved(input, toFront: true, axes: 2, &graph), filters],
      [
        ("kernel_shape", .integers(size)), ("strides", .integers(sizes("strides", axes: 2))),
        ("dilations", .integers(sizes("dilation_rate", axes: 2))),
        ("group", .integer(kernel.shape[2])), padding(kernel: size),
      ])
    var value = moved(result, toFront: false, axes: 2, &graph)
    if let pointwise = weights["pointwise_kernel"] {
      let matrix = graph.add(
        "Reshape", [pointwise.name, graph.constant(Array(pointwise.shape.suffix(2)))])
      value = graph.add("MatMul", [value, matrix])
    }
    return biased(value, &graph)
  }

  private func pooling(_ type: String, axes: Int, _ graph: inout ONNXGraph) -> String {
    let size = sizes("pool_size", axes: axes)
    let pooled = graph.add(
      type, [moved(input, toFront: true, axes: axes, &graph)],
      [
        ("kernel_shape", .integers(size)),
        ("strides", .integers(layer["strides"] == .null ? size : sizes("strides", axes: axes))),
        padding,
      ])
    return moved(pooled, toFront: false, axes: axes, &graph)
  }

  private func reduction(_ type: String, axes: Int, _ graph: inout ONNXGraph) -> String {
    graph.add(
      type, [input],
      [
        ("axes", .integers(Array(1...axes))),
        ("keepdims", .integer(layer["keepdims"] == true ? 1 : 0)),
      ])
  }
}
