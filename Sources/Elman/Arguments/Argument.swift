/// An argument of a layer's class, or a few that belong together: names, defaults, and how a config's values are read.
///
/// `read` also says how the value is written: `get_config` is what was read.
struct Argument<Value>: Sendable {
  var entries: [ArgumentEntry]
  let read: @Sendable (inout ConfigReader) throws(ElmanError) -> Value

  init(
    _ entries: [ArgumentEntry], read: @escaping @Sendable (inout ConfigReader) throws(ElmanError) -> Value
  ) {
    self.entries = entries
    self.read = read
  }

  /// One argument, written as a value's JSON unless that is nil. A default of nil: it must be given.
  init(
    _ name: String, _ type: String, _ standard: JSON?, json: @escaping @Sendable (Value) -> JSON?,
    read: @escaping @Sendable (inout ConfigReader, String) throws(ElmanError) -> Value
  ) {
    self.init([ArgumentEntry(name, type, standard)]) { (reader) throws(ElmanError) in
      let value = try read(&reader, name)
      if let json = json(value) { reader.write(name, json) }
      return value
    }
  }

  /// Some arguments that make one value.
  init<each Part>(
    _ part: repeat Argument<each Part>, make: @escaping @Sendable (repeat each Part) throws(ElmanError) -> Value
  ) {
    var entries: [ArgumentEntry] = []
    for part in repeat each part { entries += part.entries }
    self.init(entries) { (reader) throws(ElmanError) in try make(repeat try (each part).read(&reader)) }
  }

  /// The same, taken by name alone: Keras's signature has it nowhere, or elsewhere in another version.
  var byName: Argument {
    var argument = self
    for index in argument.entries.indices { argument.entries[index].isByName = true }
    return argument
  }
}

/// What a list of arguments says of one.
public struct ArgumentEntry: Sendable {
  public let name: String
  /// What it takes, in a word: "count", "flag", "number", ...
  public let type: String
  /// nil: it must be given.
  public let standard: JSON?
  /// Taken, and not in the signature.
  public internal(set) var isByName = false
  /// Where it stands among the arguments of weights beside it, which Keras lists by kind; nil: where it was declared.
  var rank: Int?

  init(_ name: String, _ type: String, _ standard: JSON?, rank: Int? = nil) {
    self.name = name
    self.type = type
    self.standard = standard
    self.rank = rank
  }

  public var json: JSON {
    var members = [JSON.Member("name", .string(name)), JSON.Member("type", .string(type))]
    if let standard { members.append(JSON.Member("default", standard)) }
    if isByName { members.append(JSON.Member("by_name", true)) }
    return .object(members)
  }
}
