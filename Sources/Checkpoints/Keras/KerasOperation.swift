import Files
import Recurrent

/// What Keras 3 and tf-keras call an operation of a functional model that the engine computes as a layer: a class of
/// `keras.ops` there, a function of TensorFlow here.
struct KerasOperation: Sendable {
  /// How an operation is given its inputs.
  enum Inputs {
    /// One value.
    case one
    /// Two, either of which may be a constant.
    case two
    /// A list of values.
    case list
    /// One, and what stands between brackets behind it.
    case selection
  }

  /// An option by our name, which is Keras 3's, and TensorFlow's.
  struct Option {
    let name, function: String
    /// What it is where it is not said.
    let standard: JSONValue?
    /// Whether Keras 3 does not have it.
    var isOlder = false
  }

  /// The engine's class, and the options that tell its functions apart.
  let className: String
  let fixed: [String: JSONValue]
  let inputs: Inputs
  /// Keras 3's module and classes; the first is written.
  let module: String
  let classes: [String]
  /// TensorFlow's functions; the first is written.
  let functions: [String]
  let options: [Option]
  /// Options of Keras 3 that have this value and no other.
  let settings: [String: JSONValue]

  private init(
    _ className: String, _ classes: [String], _ functions: [String], _ options: [Option] = [],
    inputs: Inputs = .one, module: String = "numpy", fixed: [String: JSONValue] = [:],
    settings: [String: JSONValue] = [:]
  ) {
    (self.className, self.inputs, self.fixed, self.module) = (className, inputs, fixed, module)
    (self.classes, self.functions, self.options) = (classes, functions, options)
    self.settings = settings
  }

  /// The operation that a layer is; `nil` of a real layer.
  static func of(_ layer: LayerConfiguration) -> KerasOperation? {
    all.first { operation in
      operation.className == layer.className
        && operation.fixed.allSatisfy { layer[$0.key] == $0.value }
    }
  }

  /// The operation of a class of Keras 3.
  static func named(_ className: String, _ config: JSONValue) -> KerasOperation? {
    all.first { operation in
      operation.classes.contains(className)
        && operation.settings.allSatisfy { name, value in
          guard let given = config[name], given != nil else { return true }
          if name == "dtype" { return given.string?.contains("float") == true }
          return given == value || value.double != nil && given.double == value.double
        }
    }
  }

  /// The operation of a function of TensorFlow.
  static func function(_ name: String) -> KerasOperation? {
    all.first { $0.functions.contains(name) }
  }

  private static func option(
    _ name: String, _ function: String? = nil, _ standard: JSONValue? = .none
  ) -> Option {
    Option(name: name, function: function ?? name, standard: standard)
  }

  private static func arithmetic(
    _ name: String, also others: [String] = [], _ functions: [String]
  ) -> KerasOperation {
    KerasOperation("ops." + name, [name] + others, functions, inputs: .two)
  }

  private static func reduction(_ name: String, _ functions: [String]) -> KerasOperation {
    KerasOperation(
      "ops." + name, [name], functions,
      [option("axis", nil, .null), option("keepdims", nil, false)])
  }

  private static func function(
    _ function: String, _ classes: [String], _ functions: [String], module: String = "numpy",
    settings: [String: JSONValue] = [:]
  ) -> KerasOperation {
    KerasOperation(
      "ops.Function", classes, functions, module: module, fixed: ["function": .string(function)],
      settings: settings)
  }

  private static let all: [KerasOperation] = [
    KerasOperation(
      "ops.GetItem", ["GetItem"], ["__operators__.getitem"], inputs: .selection),
    KerasOperation(
      "ops.Transpose", ["Transpose"], ["compat.v1.transpose", "transpose"],
      [option("axes", "perm", .null)]),
    KerasOperation("ops.ExpandDims", ["ExpandDims"], ["expand_dims"], [option("axis")]),
    KerasOperation(
      "ops.Squeeze", ["Squeeze"], ["compat.v1.squeeze", "squeeze"], [option("axis", nil, .null)]),
    KerasOperation("ops.Flip", ["Flip"], ["reverse"], [option("axis")]),
    KerasOperation(
      "ops.Repeat", ["Repeat"], ["repeat"], [option("repeats"), option("axis", nil, .null)]),
    KerasOperation("ops.Tile", ["Tile"], ["tile"], [option("repeats", "multiples")]),
    KerasOperation("ops.Reshape", ["Reshape"], ["reshape"], [option("newshape", "shape")]),
    KerasOperation(
      "ops.Concatenate", ["Concatenate"], ["concat"], [option("axis")], inputs: .list),
    KerasOperation(
      "ops.Stack", ["Stack"], ["stack"], [option("axis", nil, 0)], inputs: .list),
    KerasOperation(
      "ops.Split", ["Split"], ["split"],
      [option("indices_or_sections", "num_or_size_splits"), option("axis", nil, 0)]),
    KerasOperation(
      "ops.OneHot", ["OneHot"], ["one_hot"],
      [option("num_classes", "depth"), option("axis", nil, -1)], module: "nn",
      settings: ["dtype": "float32"]),
    KerasOperation(
      "ops.Normalize", ["Normalize"], [], [option("axis", nil, -1)], module: "nn",
      settings: ["order": 2, "epsilon": nil]),
    KerasOperation(
      "ops.L2Normalize", [], ["math.l2_normalize", "linalg.l2_normalize", "nn.l2_normalize"],
      [option("axis", nil, .null)]),
    KerasOperation(
      "ops.Matmul", ["Matmul"], ["linalg.matmul", "matmul"],
      ["transpose_a", "transpose_b"].map {
        Option(name: $0, function: $0, standard: false, isOlder: true)
      }, inputs: .two),
    KerasOperation(
      "ops.Softmax", ["Softmax"], ["nn.softmax"], [option("axis", nil, -1)], module: "nn"),
    KerasOperation(
      "ops.Clip", ["Clip"], ["clip_by_value"],
      [option("x_min", "clip_value_min"), option("x_max", "clip_value_max")]),
    arithmetic("Add", ["__operators__.add", "math.add"]),
    arithmetic("Subtract", ["math.subtract", "__operators__.sub"]),
    arithmetic("Multiply", ["math.multiply", "__operators__.mul"]),
    arithmetic(
      "TrueDivide", also: ["Divide"], ["math.truediv", "math.divide", "__operators__.truediv"]),
    arithmetic("Power", ["math.pow", "__operators__.pow"]),
    arithmetic("Maximum", ["math.maximum"]),
    arithmetic("Minimum", ["math.minimum"]),
    reduction("Sum", ["math.reduce_sum"]),
    reduction("Mean", ["math.reduce_mean"]),
    reduction("Max", ["math.reduce_max"]),
    reduction("Min", ["math.reduce_min"]),
    function(
      "linear", ["Cast"], ["identity", "cast"], module: "core", settings: ["dtype": "float32"]),
    function("tanh", ["Tanh"], ["math.tanh", "nn.tanh"]),
    function("sigmoid", ["Sigmoid"], ["math.sigmoid", "nn.sigmoid"], module: "nn"),
    function("relu", ["Relu"], ["nn.relu"], module: "nn"),
    function("relu6", ["Relu6"], ["nn.relu6"], module: "nn"),
    function("elu", ["Elu"], ["nn.elu"], module: "nn", settings: ["alpha": 1.0]),
    function("selu", ["Selu"], ["nn.selu"], module: "nn"),
    function(
      "gelu_tanh", ["Gelu"], [], module: "nn", settings: ["approximate": true]),
    function("gelu", ["Gelu"], [], module: "nn", settings: ["approximate": false]),
    function("silu", ["Silu"], ["nn.silu", "nn.swish"], module: "nn"),
    function("softplus", ["Softplus"], ["math.softplus", "nn.softplus"], module: "nn"),
    function("softsign", ["Softsign"], ["nn.softsign"], module: "nn"),
    function("log_sigmoid", ["LogSigmoid"], ["math.log_sigmoid"], module: "nn"),
    function("hard_sigmoid", ["HardSigmoid"], [], module: "nn"),
    function(
      "leaky_relu", ["LeakyRelu"], [], module: "nn", settings: ["negative_slope": 0.2]),
    function("exponential", ["Exp"], ["math.exp"]),
    function("log", ["Log"], ["math.log"]),
    function("log1p", ["Log1p"], ["math.log1p"]),
    function("log2", ["Log2"], []),
    function("expm1", ["Expm1"], ["math.expm1"]),
    function("absolute", ["Absolute", "Abs"], ["math.abs"]),
    function("negative", ["Negative"], ["math.negative"]),
    function("square", ["Square"], ["math.square"]),
    function("sqrt", ["Sqrt"], ["math.sqrt"]),
    function("rsqrt", ["Rsqrt"], ["math.rsqrt"], module: "math"),
    function("reciprocal", ["Reciprocal"], ["math.reciprocal"]),
    function("sign", ["Sign"], ["math.sign"]),
  ]
}

extension ModelConfiguration {
  /// The first operation that only one of the two Keras has; `nil` if none.
  package var versionBoundOperation: String? {
    layers.lazy.compactMap { layer -> String? in
      if let model = layer.model { return model.versionBoundOperation }
      guard let operation = KerasOperation.of(layer) else { return nil }
      let isBound =
        operation.functions.isEmpty
        || operation.options.contains { $0.isOlder && layer[$0.name] != false }
      return isBound ? layer.name : nil
    }.first
  }
}
