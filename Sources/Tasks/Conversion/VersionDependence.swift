import Checkpoints
import Files
import Recurrent

extension Checkpoint {
  /// Has another Keras open the file.
  ///
  /// - Parameter file: The checkpoint's path, for errors.
  /// - Throws: `FileError` if the model would compute something else there.
  package mutating func turn(into version: KerasVersion, file: String) throws {
    if version != kerasVersion, let difference = configuration.versionDependence {
      throw FileError(
        .invalid, file: file,
        "\(difference) is another formula in the other Keras; keep the Keras version of the file")
    }
    if version != kerasVersion, let operation = configuration.versionBoundOperation {
      throw FileError(
        .invalid, file: file,
        "operation \(operation) has no counterpart in the other Keras; keep the Keras version of the file"
      )
    }
    if version == .two, let loss = losses.first(where: \.loss.isOfSequences)?.loss {
      throw FileError(
        .invalid, file: file,
        "tf-keras has no loss \(loss.name); keep the Keras version of the file")
    }
    if version == .two, let name = configuration.nameForKeras3 {
      throw FileError(
        .invalid, file: file,
        "tf-keras takes no name \(name): names there have ASCII letters, digits, and _ . - alone; keep the Keras version of the file"
      )
    }
    if version == .two, let option = optimizer?.configuration.onlyInKeras3 {
      throw FileError(
        .invalid, file: file, "tf-keras has no \(option); keep the Keras version of the file")
    }
    kerasVersion = version
  }
}

extension ModelConfiguration {
  /// What in the model Keras 3 and tf-keras compute by different formulas under one name; `nil` if nothing.
  var versionDependence: String? {
    if let texts = inputs.compactMap(\.texts).first { return "the texts of layer \(texts.name)" }
    let layers = allLayers
    for layer in layers {
      let inner = layer.recurrentLayers + [layer]
      for option in ["activation", "recurrent_activation"] {
        let names = inner.compactMap { $0[option].string }
        if names.contains(where: { $0.hasPrefix("hard_sigmoid") }) {
          return "hard_sigmoid of layer \(layer.name)"
        }
      }
      let options = LayerConfiguration.options(of: layer.className) ?? [:]
      let dependsOnMask =
        options["needs_all_masks"] != nil || options["softmax_robust_masking"] != nil
        || layer["ignores_mask"] == true
      if layer.className == GivenMaskDescription.className { return "a mask of \(layer.name)" }
      if layer["layer"]["config"]?["mask_zero"] == true { return "a mask of layer \(layer.name)" }
      if dependsOnMask,
        layers.contains(where: { $0.className == "Masking" || $0["mask_zero"] == true })
      {
        return "a mask of layer \(layer.name)"
      }
    }
    return nil
  }

  /// A name of a layer that TensorFlow does not take as that of a scope, so that tf-keras cannot make the layer; `nil` if
  /// there is none.
  var nameForKeras3: String? {
    allLayers.map(\.name).first { name in
      let isKnown = name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: Array("_.\\>-".utf8).contains(byte)
        }
      }
      return !isKnown || "_\\>-".contains(name.first ?? "_")
    }
  }

  /// The layers, those of models inside it in the place of these.
  private var allLayers: [LayerConfiguration] {
    layers.flatMap { $0.model?.allLayers ?? [$0] }
  }
}
