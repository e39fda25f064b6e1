import Files
import Recurrent

/// Finds the layers of texts in a model, which stand between an input of texts and the layers that compute.
struct TextInputReader {
  private let isFunctional: Bool
  /// The sizes of the inputs of texts, by name, with the batch.
  private var inputs: [String: JSONValue] = [:]
  /// Those that layers take, by the names of the inputs.
  private var texts: [String: TextInput] = [:]

  /// - Parameter isFunctional: Whether layers say what they take; the first takes the input if not.
  init(isFunctional: Bool) { self.isFunctional = isFunctional }

  /// Notes an input, if it is one of texts.
  mutating func note(input name: String, _ config: JSONValue, shape: [JSONValue]?) {
    guard config["dtype"] == "string" else { return }
    inputs[name] = .array(shape ?? [nil])
  }

  /// Takes a layer of texts.
  ///
  /// - Parameter isFirst: Whether no layer that computes has come yet.
  /// - Throws: ``FileError`` if it is not supported.
  mutating func take(
    _ layer: JSONValue, className: String, name: String, isFirst: Bool,
    _ invalid: (String) -> FileError
  ) throws {
    let sources =
      isFunctional
      ? FunctionalCall.values(in: Self.arguments(layer)).map(\.name) : inputs.keys.map { $0 }
    guard sources.count <= 1, isFunctional || isFirst,
      let input = sources.first ?? (isFunctional ? nil : InputConfiguration.standardName),
      let shape = inputs[input] ?? (isFunctional ? JSONValue?.none : .some([nil, 1]))
    else {
      throw invalid("layer \(name) (\(className)) takes something else than an input of texts")
    }
    guard texts[input] == nil else {
      throw invalid("the input \(input) is taken by several layers of texts")
    }
    guard case .object(var options) = layer["config"] else {
      throw invalid("layer \(name) (\(className)): has no options")
    }
    options["name"] = nil
    do {
      texts[input] = try TextInput(
        className, name: name, options, inputName: input, inputShape: shape)
    } catch {
      throw invalid("\(error)")
    }
  }

  private static func arguments(_ layer: JSONValue) -> JSONValue {
    let nodes = layer["inbound_nodes"]?.array ?? []
    return .array(nodes.map { $0["args"] ?? $0 })
  }

  /// Gives an input of texts what makes numbers of them.
  ///
  /// - Returns: The sizes of the numbers, with the batch; `nil` if the input takes numbers.
  /// - Throws: ``FileError`` if no layer reads the texts.
  func set(
    input index: Int, in model: inout ModelConfiguration, _ invalid: (String) -> FileError
  ) throws -> [JSONValue]? {
    let name = model.inputs[index].name
    guard let text = isFunctional ? texts[name] : texts.values.first else {
      guard (isFunctional ? inputs[name] : inputs.values.first) == nil else {
        throw invalid("the input \(name) takes texts, which no layer here reads")
      }
      return nil
    }
    if isFunctional { model.inputs[index].name = text.name }
    model.inputs[index].texts = text
    let batch: JSONValue = text.inputShape.array?.first ?? .null
    let sizes: [JSONValue] = text.sizes.map { $0.map(JSONValue.integer) ?? .null }
    return [batch] + sizes
  }
}
