import Base

/// What an attribute can be given.
public enum AttributeValue: Sendable, Equatable {
  /// One string of any length, as h5py writes a Python string.
  case string(String)
  /// A list of strings of any length, as h5py writes a list of Python strings.
  case strings([String])
  /// A list of strings that all take the room of the longest, as h5py writes a list of bytes.
  case fixedStrings([String])
  case integer(Int)
  case floats([Float])
}

struct NewAttribute {
  let name: String
  let value: AttributeValue

  /// What a header's message can hold, and some bytes for its name.
  static let largest = 64512
}

extension NewGroup {
  /// A list of names as Keras writes it: in one attribute, or in `name0`, `name1`, ... where it is too long for one.
  public func setNames(_ name: String, _ names: [String]) throws(ElmanError) {
    let longest = names.map { $0.utf8.count }.max() ?? 0
    guard longest <= NewAttribute.largest else {
      throw ElmanError(.unsupported, "A name of \(longest) bytes is too long for an attribute of an HDF5 file.")
    }
    let whole = try names.count.times(longest)
    // Keras writes an empty list as an empty array of floats.
    if names.isEmpty { return setAttribute(name, .floats([])) }
    if whole <= NewAttribute.largest { return setAttribute(name, .fixedStrings(names)) }
    let perAttribute = max(NewAttribute.largest / max(longest, 1), 1)
    for (number, start) in stride(from: 0, to: names.count, by: perAttribute).enumerated() {
      let part = names[start..<min(start + perAttribute, names.count)]
      setAttribute("\(name)\(number)", .fixedStrings(Array(part)))
    }
  }
}
