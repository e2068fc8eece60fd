/// The classes of layers that the program has registered: what a config may name beside elman's own. Nothing else in a
/// config or a file ever leads to code of the caller's.
public enum CustomClasses {
  /// Makes a layer, or nil where it knows no such class now: then elman's own class of that name is meant.
  public typealias Maker = @Sendable (_ className: String, _ config: JSON) throws(ElmanError) -> Layer?

  private static let lock = ReadWriteLock()
  private nonisolated(unsafe) static var makers: [String: Maker] = [:]

  /// Has configs that name a class make layers by a function; nil: not any more.
  public static func register(_ className: String, _ maker: Maker?) throws(ElmanError) {
    guard !Model.classNames.contains(className), !className.isEmpty else {
      throw ElmanError(
        .invalidArgument, "A class of layers cannot have the name of a model's. Received: class_name='\(className)'")
    }
    var previous = maker
    try lock.exclusive {
      Fork.changing {
        swap(&makers[className], &previous)
      }
    }
  }

  /// What makes the layers of a config, and the name under which it is registered: Keras 3's registered name or, where
  /// there is none of it, the class's.
  static func maker(of object: SerializedObject) -> (name: String, make: Maker)? {
    let found = try? lock.shared { () -> (name: String, make: Maker)? in
      for name in [object.registeredName, object.className] {
        if let name, let make = makers[name] { return (name, make) }
      }
      return nil
    }
    return found ?? nil
  }
}
