import Files
import Recurrent

/// Layers that Keras does not have, as its files name them: registered classes of `tools/keras/toolkit_layers.py`, which
/// Keras reads once that is imported.
enum CustomLayers {
  private static let package = "lstm_toolkit>"
  private static let module = "toolkit_layers"

  /// A class without the package that it is registered in.
  static func ownName(_ className: String) -> String {
    guard className.hasPrefix(package) else { return className }
    let name = String(className.dropFirst(package.count))
    return LayerConfiguration.isOfKeras(name) ? className : name
  }

  /// The name that a class is registered by; `nil` if it is Keras' own.
  static func registeredName(_ className: String) -> String? {
    LayerConfiguration.isOfKeras(className) ? nil : package + className
  }

  /// Says of an object with its module where its class is from.
  static func setModule(of object: inout [String: JSONValue], _ className: String) {
    guard let name = registeredName(className) else { return }
    object["module"] = .string(module)
    object["registered_name"] = .string(name)
  }
}
