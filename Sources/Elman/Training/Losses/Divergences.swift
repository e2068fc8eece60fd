#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `sum(t log(t / y))`, both between epsilon and 1.
struct KLDivergence: LossFunction {
  static let className = "KLDivergence"
  static let names = ["kl_divergence", "kld", "KLD", "kullback_leibler_divergence"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? {
    var sum = 0.0
    for place in 0..<row.count {
      let output = Double(row.outputs[place])
      let t = min(max(Double(row.targets[place]), LossRow.epsilon), 1)
      let y = min(max(output, LossRow.epsilon), 1)
      sum += t * log(t / y)
      row.gradient[place] = y == output ? Float(-t / y) : 0
    }
    return sum
  }
}

/// `-sum(t y)` of vectors of length 1.
struct CosineSimilarity: LossFunction {
  static let className = "CosineSimilarity"
  static let names = ["cosine_similarity"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? {
    var (product, targets, outputs) = (0.0, 0.0, 0.0)
    for place in 0..<row.count {
      let (t, y) = (Double(row.targets[place]), Double(row.outputs[place]))
      product += t * y
      targets += t * t
      outputs += y * y
    }
    // Keras divides by no length below epsilon.
    let (ofTargets, ofOutputs) = (
      1 / max(targets.squareRoot(), LossRow.epsilon), 1 / max(outputs.squareRoot(), LossRow.epsilon)
    )
    let cosine = product * ofTargets * ofOutputs
    let isLong = outputs.squareRoot() > LossRow.epsilon
    for place in 0..<row.count {
      let along = isLong ? cosine * Double(row.outputs[place]) * ofOutputs : 0
      row.gradient[place] = Float(-(Double(row.targets[place]) * ofTargets - along) * ofOutputs)
    }
    return -cosine
  }
}
