/// What UpSampling1D and UpSampling2D share: each place several times.
public class UpSampling: SpaceLayer, @unchecked Sendable {
  fileprivate let factors: [Int]

  fileprivate init(_ factors: [Int], _ format: DataFormat, _ reader: inout ConfigReader) throws(ElmanError) {
    self.factors = factors
    try super.init(format, &reader)
  }

  final override func size(_ input: Int, axis: Int) throws(ElmanError) -> Int {
    try elementCount([input, factors[axis]])
  }
  final override func source(_ place: Int, axis: Int) -> Int { place / factors[axis] }
}

/// Keras's `UpSampling1D`: each timestep `size` times.
public final class UpSampling1D: UpSampling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "UpSampling1D" }

  static let arguments = Arguments(.extent("size", 2, isListed: false))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let size = try Self.arguments.values(&reader)
    try super.init([size], .channelsLast(1), &reader)
  }
}

/// Keras's `UpSampling2D`: each place `size` times, or values between the places.
public final class UpSampling2D: UpSampling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "UpSampling2D" }

  static let arguments = Arguments(
    .extents("size", 2, 2), .dataFormat(2), .isBilinear, configOrder: ["size", "interpolation"])

  private let isBilinear: Bool

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (size, format, isBilinear) = try Self.arguments.values(&reader)
    self.isBilinear = isBilinear
    try super.init(size, format, &reader)
  }

  override func forward(_ call: LayerCall) {
    if !isBilinear { return super.forward(call) }
    let (input, output) = (Grid(call.inputShape, format), Grid(call.outputShape, format))
    var target = call.outputs[0]
    for sample in 0..<output.samples {
      for row in 0..<output.rows {
        let rows = Neighbours(of: row, factor: factors[0], size: input.rows)
        let (above, below) = (
          call.input + input.offset(sample, 0, rows.lower, 0), call.input + input.offset(sample, 0, rows.upper, 0)
        )
        for column in 0..<output.columns {
          let columns = Neighbours(of: column, factor: factors[1], size: input.columns)
          let (left, right) = (columns.lower * input.channels, columns.upper * input.channels)
          for channel in 0..<input.channels {
            let top = columns.between(above[left + channel], above[right + channel])
            let bottom = columns.between(below[left + channel], below[right + channel])
            target[channel] = rows.between(top, bottom)
          }
          target += output.channels
        }
      }
    }
  }

  /// The two places between whose centres the centre of an output place lies, and how far behind the first.
  private struct Neighbours {
    let lower: Int
    let upper: Int
    let fraction: Float

    init(of place: Int, factor: Int, size: Int) {
      let centre = (Float(place) + 0.5) * (1 / Float(factor)) - 0.5
      let first = centre.rounded(.down)
      lower = min(max(Int(first), 0), size - 1)
      upper = min(Int(centre.rounded(.up)), size - 1)
      fraction = centre - first
    }

    func between(_ first: Float, _ second: Float) -> Float { first + (second - first) * fraction }
  }
}

extension Argument<Bool> {
  /// `interpolation`, of which "nearest" and "bilinear" are there.
  fileprivate static var isBilinear: Argument {
    Argument("interpolation", "choice", "nearest", json: { $0 ? "bilinear" : "nearest" }) {
      (reader, name) throws(ElmanError) in
      let interpolation = try reader.choice(
        name, of: ["nearest", "bilinear", "area", "bicubic", "gaussian", "lanczos3", "lanczos5", "mitchellcubic"])
      guard interpolation == "nearest" || interpolation == "bilinear" else {
        throw ElmanError(
          .unsupported,
          "UpSampling2D interpolates by \"nearest\" or \"bilinear\". Received: interpolation=\(interpolation)")
      }
      return interpolation == "bilinear"
    }
  }
}
