// The classes and names of Keras's regularizers.

extension Regularizer: NamedObject {
  public init(_ value: JSON) throws(ElmanError) { try self.init(serialized: value) }

  static let kind = "regularizer"
  static let names = [
    "L1": ["l1"], "L2": ["l2"], "L1L2": ["l1_l2", "L1_L2"], "OrthogonalRegularizer": ["orthogonal_regularizer"],
  ]

  init(_ className: String, _ reader: inout ConfigReader) throws(ElmanError) {
    self.className = className
    switch className {
    case "OrthogonalRegularizer":
      let factor = try reader.factor("factor", default: 0.01)
      let mode = try reader.choice("mode", of: ["rows", "columns"])
      reader.write("mode", .string(mode))
      penalty = .orthogonality(factor: factor, isOfRows: mode == "rows")
    case "L1": penalty = .sums(l1: try reader.factor("l1", default: 0.01), l2: 0)
    case "L2": penalty = .sums(l1: 0, l2: try reader.factor("l2", default: 0.01))
    default:
      let l1 = try reader.factor("l1", default: 0.0)
      penalty = .sums(l1: l1, l2: try reader.factor("l2", default: 0.0))
    }
    config = .object(reader.written)
  }
}
