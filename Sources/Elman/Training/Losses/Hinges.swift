// Losses of margins. Targets are -1 and 1; a batch whose targets are all 0 or 1 has -1 for 0.

extension LossRow {
  fileprivate func label(_ target: Double) -> Double { areBinary ? 2 * target - 1 : target }
}

/// `max(1 - t y, 0)`.
struct Hinge: LossFunction {
  static let className = "Hinge"
  static let names = ["hinge"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? {
    row.mean { t, y in
      let (label, margin) = (row.label(t), 1 - row.label(t) * y)
      return margin <= 0 ? (0, 0) : (margin, -label)
    }
  }
}

/// `max(1 - t y, 0)^2`.
struct SquaredHinge: LossFunction {
  static let className = "SquaredHinge"
  static let names = ["squared_hinge"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? {
    row.mean { t, y in
      let (label, margin) = (row.label(t), 1 - row.label(t) * y)
      return margin <= 0 ? (0, 0) : (margin * margin, -2 * margin * label)
    }
  }
}

/// `max(max((1 - t) y) - sum(t y) + 1, 0)`.
struct CategoricalHinge: LossFunction {
  static let className = "CategoricalHinge"
  static let names = ["categorical_hinge"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? {
    var (largest, ties, sum): (Double, Double, Double) = (-.infinity, 0, 0)
    func other(_ place: Int) -> Double { Double(1 - row.targets[place]) * Double(row.outputs[place]) }
    for place in 0..<row.count {
      let value = other(place)
      sum += Double(row.targets[place]) * Double(row.outputs[place])
      if value > largest { (largest, ties) = (value, 0) }
      if value == largest { ties += 1 }
    }
    let value = largest - sum + 1
    for place in 0..<row.count {
      let target = row.targets[place]
      let ofLargest = other(place) == largest ? (1 - target) / Float(ties) : 0
      row.gradient[place] = value <= 0 ? 0 : ofLargest - target
    }
    return value <= 0 ? 0 : value
  }
}
