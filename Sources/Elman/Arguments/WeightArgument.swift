/// What a layer's arguments say of one of its weights.
struct WeightArgument: Sendable {
  /// Within its layer: `kernel`, `recurrent_kernel`, `bias`.
  let name: String
  let initializer: Initializer
  let regularizer: Regularizer?
  let constraint: Constraint?
  /// Whether the layer has the weight: `use_bias`.
  let isUsed: Bool

  /// The weight in a shape, or none.
  func make(_ shape: [Int]) throws(ElmanError) -> [Weight] {
    guard isUsed else { return [] }
    return [
      try Weight(name, shape: shape, initializer: initializer, regularizer: regularizer, constraint: constraint)
    ]
  }

  fileprivate static let flagRank = 0
  static let initializerRank = 1
  static let regularizerRank = 2
  fileprivate static let constraintRank = 3
}

extension Argument<WeightArgument> {
  /// A weight with its initializer, regularizer and constraint; their names begin with `key` (default: the weight's
  /// name).
  /// `flag`: the argument that says whether there is one.
  static func weight(_ name: String, key: String? = nil, _ standard: String, flag: String? = nil) -> Argument {
    let key = key ?? name
    let entries = [
      flag.map { ArgumentEntry($0, "flag", true, rank: WeightArgument.flagRank) },
      ArgumentEntry("\(key)_initializer", "initializer", .string(standard), rank: WeightArgument.initializerRank),
      ArgumentEntry("\(key)_regularizer", "regularizer", .null, rank: WeightArgument.regularizerRank),
      ArgumentEntry("\(key)_constraint", "constraint", .null, rank: WeightArgument.constraintRank),
    ]
    return Argument(entries.compactMap(\.self)) { (reader) throws(ElmanError) in
      let weight = WeightArgument(
        name: name, initializer: try reader.initializer("\(key)_initializer", default: standard),
        regularizer: try reader.named("\(key)_regularizer"), constraint: try reader.named("\(key)_constraint"),
        isUsed: try flag.map { (flag) throws(ElmanError) in try reader.bool(flag, default: true) } ?? true)
      if let flag { reader.write(flag, .bool(weight.isUsed)) }
      reader.write("\(key)_initializer", weight.initializer.json)
      reader.write("\(key)_regularizer", weight.regularizer?.json ?? .null)
      reader.write("\(key)_constraint", weight.constraint?.json ?? .null)
      return weight
    }
  }

  /// `use_bias` and what belongs to it.
  static var bias: Argument { weight("bias", "zeros", flag: "use_bias") }
}

extension Argument<Initializer> {
  /// First values of a weight that training changes otherwise than by gradients.
  static func initializer(_ name: String, _ standard: String) -> Argument {
    Argument([ArgumentEntry(name, "initializer", .string(standard), rank: WeightArgument.initializerRank)]) {
      (reader) throws(ElmanError) in
      let initializer = try reader.initializer(name, default: standard)
      reader.write(name, initializer.json)
      return initializer
    }
  }
}
