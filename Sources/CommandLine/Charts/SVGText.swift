/// Texts and numbers in SVG.
enum SVGText {
  /// Fonts that have figures of one width.
  static let fonts = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"

  static func escaped(_ text: String) -> String {
    // What XML forbids would make all of the file unreadable.
    let allowed = text.unicodeScalars.map { scalar in
      scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value) ? " " : scalar
    }
    return String(String.UnicodeScalarView(allowed)).replacing("&", with: "&amp;")
      .replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }

  /// About how wide a text is: a little more than in most fonts.
  static func width(_ text: String, size: Double) -> Double {
    var width = 0.0
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x2E80...: width += 1.05
      case 0x41...0x5A: width += 0.72
      case 0x30...0x39: width += 0.64
      case 0x20, 0x2C, 0x2E, 0x3A, 0x69, 0x6C: width += 0.35
      default: width += 0.64
      }
    }
    return width * size
  }

  /// A text that is not wider than there is room for.
  static func fitting(_ text: String, width: Double, size: Double) -> String {
    guard Self.width(text, size: size) > width else { return text }
    var text = text
    while !text.isEmpty, Self.width(text + "…", size: size) > width { text.removeLast() }
    return text + "…"
  }
}
