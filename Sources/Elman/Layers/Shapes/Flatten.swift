/// Keras's `Flatten`: (batch, a, b, ...) to (batch, a * b * ...), and (batch,) to (batch, 1).
public final class Flatten: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Flatten" }

  static let arguments = Arguments(.channelsLast)

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(atLeast: 1, input)
    let features = Array(input.dimensions.dropFirst())
    guard let known = Shape(features).concrete else { return [[input[0], nil]] }
    return [[input[0], try elementCount(known)]]
  }

  override var isIdentity: Bool { true }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2 { throw cannotStream("it flattens whole sequences") }
    return []
  }

}
