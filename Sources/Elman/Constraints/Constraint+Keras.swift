// The classes and names of Keras's constraints.

extension Constraint: NamedObject {
  public init(_ value: JSON) throws(ElmanError) { try self.init(serialized: value) }

  static let kind = "constraint"
  static let names = [
    "MaxNorm": ["max_norm"], "MinMaxNorm": ["min_max_norm"], "NonNeg": ["non_neg"], "UnitNorm": ["unit_norm"],
  ]

  init(_ className: String, _ reader: inout ConfigReader) throws(ElmanError) {
    self.className = className
    switch className {
    case "NonNeg": rule = .notNegative
    case "UnitNorm": rule = .unitNorm(axes: try reader.givenAxes())
    case "MaxNorm":
      let maximum = try reader.factor("max_value", default: 2)
      rule = .norm(minimum: 0, maximum: maximum, rate: 1, axes: try reader.givenAxes())
    default:
      let minimum = try reader.factor("min_value", default: 0.0)
      let maximum = try reader.factor("max_value", default: 1.0)
      let rate = try reader.factor("rate", default: 1.0)
      rule = .norm(minimum: minimum, maximum: maximum, rate: rate, axes: try reader.givenAxes())
    }
    config = .object(reader.written)
  }
}

extension ConfigReader {
  /// `axis`, written as it was given.
  fileprivate mutating func givenAxes() throws(ElmanError) -> [Int] {
    let axes = try axes(default: [0])
    write("axis", value("axis") ?? 0)
    return axes
  }
}
