// Arguments that several layers have.

extension ConfigReader {
  /// `axis`: an integer or a list of them.
  mutating func axes(_ key: String = "axis", default standard: [Int] = [-1]) throws(ElmanError) -> [Int] {
    guard let value = value(key) else { return standard }
    return try integers(value, key)
  }

  private func integers(_ value: JSON, _ key: String) throws(ElmanError) -> [Int] {
    if let single = ConfigReader.integer(value) { return [single] }
    guard case .array(let list) = value else { throw mismatch(key, "an integer or a list of integers", value) }
    let integers = list.compactMap(ConfigReader.integer)
    guard integers.count == list.count, !list.isEmpty, list.count <= Shape.maximumRank else {
      throw mismatch(key, "an integer or a list of 1 to \(Shape.maximumRank) integers", value)
    }
    return integers
  }

  /// The number of units of a layer: at least 1, at most 2^31 - 1.
  mutating func units(_ key: String = "units") throws(ElmanError) -> Int {
    let units = try positiveInteger(key)
    guard units <= Int(Int32.max) else {
      throw ElmanError(
        .invalidArgument, "Argument '\(key)' of \(owner) must be at most \(Int32.max). Received: \(key)=\(units)")
    }
    return units
  }

  /// A size along time: a positive integer, or a list of one as Keras writes it.
  mutating func extent(_ key: String, default standard: Int? = nil) throws(ElmanError) -> Int {
    try extents(key, 1, default: standard)[0]
  }

  /// Sizes along several axes: positive integers, or one for all.
  mutating func extents(_ key: String, _ count: Int, default standard: Int? = nil) throws(ElmanError) -> [Int] {
    let what =
      count == 1 ? "a positive integer, or a list of one" : "a tuple of \(count) positive integers, or one for all"
    guard let value = value(key) else {
      guard let standard else { throw missing(key, what) }
      return [Int](repeating: standard, count: count)
    }
    let integers = try integers(value, key)
    let isSingle = if case .array = value { false } else { true }
    guard integers.count == count || isSingle, integers.allSatisfy({ (1...Int(Int32.max)).contains($0) }) else {
      throw ElmanError(
        .invalidArgument, "The `\(key)` argument of \(owner) must be \(what). Received: \(key)=\(value.text)")
    }
    return isSingle ? [Int](repeating: integers[0], count: count) : integers
  }

  /// Two counts that are not negative, such as the padding before and after; one stands for both.
  mutating func pair(_ key: String, default standard: Int) throws(ElmanError) -> (Int, Int) {
    guard let value = value(key) else { return (standard, standard) }
    let integers = try integers(value, key)
    guard integers.count <= 2, integers.allSatisfy({ (0...Int(Int32.max)).contains($0) }) else {
      throw ElmanError(
        .invalidArgument,
        "The `\(key)` argument of \(owner) must be one or two integers >= 0. Received: \(key)=\(value.text)")
    }
    return (integers[0], integers[integers.count - 1])
  }

  /// Counts before and after along two axes, such as the padding of a picture; one stands for all, and one of each axis
  /// for both of its ends.
  mutating func pairs(_ key: String, default standard: Int) throws(ElmanError) -> [(Int, Int)] {
    guard let value = value(key) else { return [(standard, standard), (standard, standard)] }
    let counts = 0...Int(Int32.max)
    if let single = ConfigReader.integer(value), counts.contains(single) {
      return [(single, single), (single, single)]
    }
    if case .array(let list) = value, list.count == 2 {
      let pairs = list.compactMap { element -> (Int, Int)? in
        if let single = ConfigReader.integer(element) { return counts.contains(single) ? (single, single) : nil }
        guard case .array(let pair) = element, pair.count == 2 else { return nil }
        let ends = pair.compactMap(ConfigReader.integer).filter(counts.contains)
        return ends.count == 2 ? (ends[0], ends[1]) : nil
      }
      if pairs.count == 2 { return pairs }
    }
    throw ElmanError(
      .invalidArgument,
      "The `\(key)` argument of \(owner) must be an integer >= 0, a tuple of 2 of them, or a tuple of 2 tuples of 2 "
        + "of them. "
        + "Received: \(key)=\(value.text)")
  }

  /// One of a few names.
  mutating func choice(_ key: String, of choices: [String]) throws(ElmanError) -> String {
    let name = try string(key) ?? choices[0]
    guard choices.contains(name) else {
      throw ElmanError(
        .invalidArgument,
        "The `\(key)` argument of \(owner) must be one of \(choices.map { "\"\($0)\"" }.joined(separator: ", ")). "
          + "Received: \(name)"
      )
    }
    return name
  }

  /// `data_format`, of which only "channels_last" is there.
  mutating func requireChannelsLast() throws(ElmanError) {
    guard try choice("data_format", of: ["channels_last", "channels_first"]) == "channels_last" else {
      throw ElmanError(
        .unsupported, "\(owner) works with data_format='channels_last'. Received: data_format='channels_first'")
    }
  }

  /// A number that must be there.
  mutating func requiredNumber(_ key: String) throws(ElmanError) -> Double {
    guard value(key) != nil else { throw missing(key, "a number") }
    return try number(key, default: 0)
  }
}

extension JSON {
  static func integers(_ values: [Int]) -> JSON { .array(values.map(JSON.int)) }
}

extension Shape {
  /// Axes as 0..<rank, in order, or an error.
  func resolved(axes: [Int], of owner: String) throws(ElmanError) -> [Int] {
    let resolved = axes.map { $0 < 0 ? $0 + rank : $0 }
    guard resolved.allSatisfy({ (0..<rank).contains($0) }), Set(resolved).count == resolved.count else {
      throw ElmanError(
        .invalidArgument, "Invalid value for `axis` argument of \(owner): \(axes) does not fit inputs of shape \(self)")
    }
    return resolved.sorted()
  }
}
