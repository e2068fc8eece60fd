/// Keras's `Dropout`: at inference the input itself.
public final class Dropout: Layer, @unchecked Sendable {
  public override class var className: String { "Dropout" }

  private let rate: Double
  private let noiseShape: JSON
  private let seed: Int?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    guard reader.has("rate") else {
      throw ElmanError(.wrongType, "Dropout needs the argument 'rate', a number between 0 and 1.")
    }
    rate = try reader.fraction("rate", default: 0)
    noiseShape = try reader.shape("noise_shape")?.json ?? .null
    seed = try reader.integer("seed")
    super.init(try LayerSettings(&reader))
  }

  override func ownConfig() -> [JSON.Member] {
    [JSON.Member("rate", .double(rate)), JSON.Member("noise_shape", noiseShape), JSON.Member("seed", seed.map(JSON.int) ?? .null)]
  }

  override var maskFlow: MaskFlow { .passes }

  override var isIdentity: Bool { true }
}
