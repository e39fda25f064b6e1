/// The version of the library and its commands, by semantic versioning.
public enum ToolkitVersion {
  /// The version of this library.
  public static let current = "0.12.0"
}
