import Base

public enum ByteOrder: Sendable { case little, big }

/// What the elements of a dataset or an attribute are.
public enum Datatype: Sendable, Equatable {
  case integer(size: Int, isSigned: Bool, ByteOrder)
  case float(FloatFormat, ByteOrder)
  /// Strings of the same size; shorter ones end with zeros or spaces.
  case fixedString(size: Int, padding: Padding)
  /// Strings of any length, which lie in global heaps.
  case variableString(size: Int)
  /// What is not read, by its name.
  case other(name: String, size: Int)

  public enum FloatFormat: Sendable { case half, bfloat16, single, double }
  public enum Padding: Sendable { case zeroTerminated, zeros, spaces }

  /// Bytes of an element.
  public var size: Int {
    switch self {
    case .integer(let size, _, _), .fixedString(let size, _), .variableString(let size), .other(_, let size): size
    case .float(.half, _), .float(.bfloat16, _): 2
    case .float(.single, _): 4
    case .float(.double, _): 8
    }
  }

  public var name: String {
    switch self {
    case .integer(let size, let isSigned, _): "\(isSigned ? "" : "u")int\(8 * size)"
    case .float(.half, _): "float16"
    case .float(.bfloat16, _): "bfloat16"
    case .float(.single, _): "float32"
    case .float(.double, _): "float64"
    case .fixedString, .variableString: "string"
    case .other(let name, _): name
    }
  }
}
