/// Reads the keys of a Keras config one by one, with their types checked, and knows in the end which were not asked
/// for.
public struct ConfigReader {
  /// The class whose config this is, for messages.
  let owner: String
  /// The Keras that wrote it; nil where that is not known, as for a layer on its own.
  var keras: KerasVersion?
  private let members: [JSON.Member]
  private var known: Set<String> = []
  /// What was read, in the form in which it is written.
  private(set) var written: [JSON.Member] = []
  /// Layers that are there already, which arguments take one by one in the place of the config's.
  private var given: ArraySlice<Layer>

  init(
    _ config: JSON, of owner: String, keras: KerasVersion? = nil, around given: [Layer] = []
  ) throws(ElmanError) {
    guard case .object(let members) = config else {
      throw ElmanError(.wrongType, "The config of \(owner) must be an object. Received: \(config.typeName)")
    }
    self.owner = owner
    self.keras = keras
    self.members = members
    self.given = given[...]
  }

  /// The value of a key, nil where it is missing or null.
  mutating func value(_ key: String) -> JSON? {
    known.insert(key)
    guard let value = members.first(where: { $0.key == key })?.value, value != .null else { return nil }
    return value
  }

  /// Whether the config has the key, be it null.
  func has(_ key: String) -> Bool {
    members.contains { $0.key == key }
  }

  /// Reads keys that Keras writes and elman has no use for.
  mutating func ignore(_ keys: String...) { ignore(keys) }

  mutating func ignore(_ keys: [String]) { known.formUnion(keys) }

  /// Says how an argument that was read is written.
  mutating func write(_ key: String, _ value: JSON) { written.append(JSON.Member(key, value)) }

  /// Puts what is written in the order of a list that has its keys.
  mutating func arrangeWritten(as keys: [String]) {
    written = keys.compactMap { key in written.first { $0.key == key } }
  }

  /// A layer inside the layer; nil where there is none.
  mutating func layer(_ key: String) throws(ElmanError) -> Layer? {
    if let layer = given.popFirst() { return layer }
    guard let value = value(key) else { return nil }
    return try LayerRegistry.make(value, keras: keras)
  }

  /// The layers that are there already, and not taken yet.
  mutating func takeGivenLayers() -> [Layer] {
    defer { given.removeFirst(given.count) }
    return Array(given)
  }

  mutating func bool(_ key: String, default standard: Bool) throws(ElmanError) -> Bool {
    guard let value = value(key) else { return standard }
    if case .bool(let flag) = value { return flag }
    switch ConfigReader.integer(value) {
    case 0: return false
    case 1: return true
    default: throw mismatch(key, "true or false", value)
    }
  }

  mutating func string(_ key: String) throws(ElmanError) -> String? {
    switch value(key) {
    case nil: nil
    case .string(let value): value
    case .some(let other): throw mismatch(key, "a string", other)
    }
  }

  mutating func number(_ key: String, default standard: Double) throws(ElmanError) -> Double {
    guard let value = value(key) else { return standard }
    return try number(value, key)
  }

  func number(_ value: JSON, _ key: String) throws(ElmanError) -> Double {
    switch value {
    case .int(let value): Double(value)
    case .double(let value): value
    default: throw mismatch(key, "a number", value)
    }
  }

  mutating func integer(_ key: String) throws(ElmanError) -> Int? {
    guard let value = value(key) else { return nil }
    guard let integer = ConfigReader.integer(value) else { throw mismatch(key, "an integer", value) }
    return integer
  }

  /// A whole number of at least 1 that must be there, such as `units`.
  mutating func positiveInteger(_ key: String) throws(ElmanError) -> Int {
    guard let integer = try integer(key) else {
      throw missing(key, "a positive integer")
    }
    guard integer > 0 else {
      throw ElmanError(
        .invalidArgument,
        "Received an invalid value for argument '\(key)' of \(owner), expected a positive integer. Received: "
          + "\(key)=\(integer)"
      )
    }
    return integer
  }

  /// A fraction such as a dropout rate: 0 <= value <= 1.
  mutating func fraction(_ key: String, default standard: Double) throws(ElmanError) -> Double {
    let value = try number(key, default: standard)
    guard (0...1).contains(value) else { throw outOfRange(key, "a float value between 0 and 1", value) }
    return value
  }

  /// A shape: a list of positive integers and nulls.
  mutating func shape(_ key: String) throws(ElmanError) -> Shape? {
    guard let value = value(key) else { return nil }
    guard case .array(let list) = value else { throw mismatch(key, "a list of integers and nulls", value) }
    guard list.count <= Shape.maximumRank else {
      throw ElmanError(
        .invalidArgument,
        "'\(key)' of \(owner) has \(list.count) dimensions; at most \(Shape.maximumRank) are supported.")
    }
    var dimensions: [Int?] = []
    for element in list {
      if element == .null {
        dimensions.append(nil)
      } else if let dimension = ConfigReader.integer(element) {
        guard dimension > 0 else {
          throw ElmanError(
            .invalidArgument, "The dimensions in '\(key)' of \(owner) must be positive or null. Received: \(value.text)"
          )
        }
        dimensions.append(dimension)
      } else {
        throw mismatch(key, "a list of integers and nulls", value)
      }
    }
    return Shape(dimensions)
  }

  /// To be called last: an error where the config has a key that nobody asked for, or a layer is left.
  func finish() throws(ElmanError) {
    guard given.isEmpty else {
      throw ElmanError(
        .invalidArgument,
        "\(owner) is made around \(given.startIndex) layers that are there already. Received: \(given.endIndex)")
    }
    guard let unknown = members.first(where: { !known.contains($0.key) })?.key else { return }
    let nearest = ConfigReader.nearest(to: unknown, among: known)
    let hint = nearest.map { " Did you mean '\($0)'?" } ?? ""
    throw ElmanError(.wrongType, "\(owner): keyword argument not understood: '\(unknown)'.\(hint)")
  }

  func mismatch(_ key: String, _ expected: String, _ received: JSON) -> ElmanError {
    ElmanError(.wrongType, "Argument '\(key)' of \(owner) must be \(expected). Received: \(key)=\(received.text)")
  }

  func missing(_ key: String, _ expected: String) -> ElmanError {
    ElmanError(.wrongType, "\(owner) needs the argument '\(key)', \(expected).")
  }

  func outOfRange(_ key: String, _ expected: String, _ received: Double) -> ElmanError {
    ElmanError(
      .invalidArgument,
      "Invalid value received for argument '\(key)' of \(owner). Expected \(expected). Received: \(key)=\(received)")
  }

  /// A JSON number that is a whole one (Python's 3.0 too).
  static func integer(_ value: JSON) -> Int? {
    switch value {
    case .int(let value): value
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }
}

extension ConfigReader {
  /// The candidate that is at most three edits away, if any.
  static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let ranked = candidates.map { ($0, editDistance(word, $0)) }.min { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 < $1.1 }
    guard let (candidate, distance) = ranked, distance <= min(3, word.count / 2) else { return nil }
    return candidate
  }

  /// Levenshtein's distance; words longer than 64 letters are cut.
  private static func editDistance(_ first: String, _ second: String) -> Int {
    let first = Array(first.prefix(64))
    let second = Array(second.prefix(64))
    var row = Array(0...second.count)
    for (i, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in second.enumerated() {
        let substituted = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
      }
    }
    return row[second.count]
  }
}
