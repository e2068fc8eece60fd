/// Keras's `Flatten`: (batch, a, b, ...) to (batch, a * b * ...), and (batch,) to (batch, 1).
public final class Flatten: Layer, @unchecked Sendable {
  public override class var className: String { "Flatten" }

  private let dataFormat: String

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    dataFormat = try reader.string("data_format") ?? "channels_last"
    guard dataFormat == "channels_last" else {
      let code: ElmanError.Code = dataFormat == "channels_first" ? .unsupported : .invalidArgument
      throw ElmanError(code, "Flatten works with data_format='channels_last'. Received: data_format='\(dataFormat)'")
    }
    super.init(try LayerSettings(&reader))
  }

  override func ownConfig() -> [JSON.Member] { [JSON.Member("data_format", .string(dataFormat))] }

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
