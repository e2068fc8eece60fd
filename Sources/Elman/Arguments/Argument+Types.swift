// The types of arguments that several layers have. A default of nil: the argument must be given.

extension Argument<Int> {
  /// A whole number of at least 1, such as `units`.
  static func count(_ name: String) -> Argument {
    Argument(name, "count", nil, json: JSON.int) { (reader, name) throws(ElmanError) in try reader.units(name) }
  }

  /// A size along an axis: a whole number of at least 1, or a list of one.
  static func extent(_ name: String, _ standard: Int? = nil, isListed: Bool = true) -> Argument {
    Argument(name, "extent", standard.map(JSON.int), json: { isListed ? .integers([$0]) : .int($0) }) {
      (reader, name) throws(ElmanError) in try reader.extent(name, default: standard)
    }
  }
}

extension Argument<Int?> {
  /// The seed of what is random in training.
  static var seed: Argument {
    Argument("seed", "integer", .null, json: { $0.map(JSON.int) ?? .null }) { (reader, name) throws(ElmanError) in
      try reader.integer(name)
    }
  }
}

extension Argument<[Int]> {
  /// Axes, written as one integer where there is one.
  static func axes(_ name: String = "axis", _ standard: Int = -1) -> Argument {
    Argument(name, "axes", .int(standard), json: { $0.count == 1 ? .int($0[0]) : .integers($0) }) {
      (reader, name) throws(ElmanError) in try reader.axes(name, default: [standard])
    }
  }
}

extension Argument<(Int, Int)> {
  /// Counts before and after; one stands for both.
  static func pair(_ name: String, _ standard: Int) -> Argument {
    Argument(name, "pair", .int(standard), json: { .integers([$0.0, $0.1]) }) { (reader, name) throws(ElmanError) in
      try reader.pair(name, default: standard)
    }
  }
}

extension Argument<Bool> {
  static func flag(_ name: String, _ standard: Bool) -> Argument {
    Argument(name, "flag", .bool(standard), json: JSON.bool) { (reader, name) throws(ElmanError) in
      try reader.bool(name, default: standard)
    }
  }
}

extension Argument<Double> {
  static func number(_ name: String, _ standard: Double? = nil) -> Argument {
    Argument(name, "number", standard.map(JSON.double), json: JSON.double) { (reader, name) throws(ElmanError) in
      guard let standard else { return try reader.requiredNumber(name) }
      return try reader.number(name, default: standard)
    }
  }

  /// A number of at least 0.
  static func factor(_ name: String, _ standard: Double? = nil) -> Argument {
    Argument(name, "factor", standard.map(JSON.double), json: JSON.double) { (reader, name) throws(ElmanError) in
      let value: Double
      if let standard {
        value = try reader.number(name, default: standard)
      } else {
        value = try reader.requiredNumber(name)
      }
      guard value >= 0 else { throw reader.outOfRange(name, "a float >= 0", value) }
      return value
    }
  }

  /// A part of something, 0 to 1; null is the default.
  static func fraction(_ name: String, _ standard: Double? = nil) -> Argument {
    Argument(name, "fraction", standard.map(JSON.double), json: JSON.double) { (reader, name) throws(ElmanError) in
      if standard == nil, !reader.has(name) { throw reader.missing(name, "a number between 0 and 1") }
      return try reader.fraction(name, default: standard ?? 0)
    }
  }
}

extension Argument<Double?> {
  static func optionalNumber(_ name: String) -> Argument {
    Argument(name, "number", .null, json: { $0.map(JSON.double) ?? .null }) { (reader, name) throws(ElmanError) in
      try reader.value(name) == nil ? nil : reader.number(name, default: 0)
    }
  }
}

extension Argument<String> {
  /// One of a few names, the first of which is the default.
  static func choice(_ name: String, _ choices: [String]) -> Argument {
    Argument(name, "choice", choices.first.map(JSON.string), json: JSON.string) { (reader, name) throws(ElmanError) in
      try reader.choice(name, of: choices)
    }
  }
}

extension Argument<Void> {
  /// `data_format`, of which only "channels_last" is there.
  static var channelsLast: Argument { channelsLast(isWritten: true) }

  static func channelsLast(isWritten: Bool) -> Argument {
    Argument("data_format", "choice", "channels_last", json: { isWritten ? "channels_last" : nil }) {
      (reader, _) throws(ElmanError) in try reader.requireChannelsLast()
    }
  }
}

extension Argument<Activation> {
  /// A function along the last axis.
  static func activation(_ name: String, _ standard: String) -> Argument {
    Argument(name, "activation", .string(standard), json: \.json) { (reader, name) throws(ElmanError) in
      try reader.activation(name, default: standard)
    }
  }
}

extension Argument<Regularizer?> {
  /// A penalty on the output, which acts in training.
  static var activityRegularizer: Argument {
    Argument([ArgumentEntry("activity_regularizer", "regularizer", .null, rank: WeightArgument.regularizerRank)]) {
      (reader) throws(ElmanError) in
      let regularizer: Regularizer? = try reader.named("activity_regularizer")
      reader.write("activity_regularizer", regularizer?.json ?? .null)
      return regularizer
    }
  }
}

extension Argument {
  /// No argument, where other classes have one: they all have this value.
  static func always(_ value: Value) -> Argument where Value: Sendable { Argument([]) { _ in value } }
}

extension Argument<Layer> {
  /// A layer inside the layer, which says itself how it is written.
  static func layer(_ name: String) -> Argument {
    Argument(name, "layer", nil, json: { _ in nil }) { (reader, name) throws(ElmanError) in
      guard let layer = try reader.layer(name) else { throw reader.missing(name, "a layer") }
      return layer
    }
  }
}
