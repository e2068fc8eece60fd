/// Keras's `Normalization`: `(x - mean) / sqrt(variance)`, with a mean and a variance that were given, or that `adapt` found.
public final class Normalization: Layer, @unchecked Sendable {
  public override class var className: String { "Normalization" }

  /// nil: all axes together.
  private let axes: [Int]?
  private let inverts: Bool
  private let given: (mean: [Float], variance: [Float])?
  private let arguments: [JSON.Member]
  private var map: ChannelMap?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    axes = reader.has("axis") && reader.value("axis") == nil ? nil : try reader.axes()
    inverts = try reader.bool("invert", default: false)
    let (mean, variance) = (reader.value("mean"), reader.value("variance"))
    guard (mean == nil) == (variance == nil) else {
      throw ElmanError(
        .invalidArgument, "When setting values directly, both `mean` and `variance` must be set. Received: one of them")
    }
    if let mean, let variance {
      given = (try reader.numbers(mean, "mean"), try reader.numbers(variance, "variance"))
    } else {
      given = nil
    }
    arguments = [
      JSON.Member("axis", axes.map { $0.count == 1 ? .int($0[0]) : .integers($0) } ?? .null), JSON.Member("invert", .bool(inverts)),
      JSON.Member("mean", mean ?? .null), JSON.Member("variance", variance ?? .null),
    ]
    super.init(try LayerSettings(&reader))
  }

  override func ownConfig() -> [JSON.Member] { arguments }

  private func keptAxes(_ input: Shape) throws(ElmanError) -> [Int] {
    try axes.map { (axes) throws(ElmanError) in try input.resolved(axes: axes, of: name) } ?? []
  }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    let axes = try keptAxes(input)
    let count = try elementCount(sizes(of: axes, in: input))
    try requireBuiltSizes(of: axes, in: input)
    if let given, ![1, count].contains(given.mean.count) || ![1, count].contains(given.variance.count) {
      throw incompatible(
        "`mean` has \(given.mean.count) and `variance` \(given.variance.count) values, expected \(count); found shape=\(input)")
    }
    return [input]
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    if given != nil { return [] }
    let shape = try sizes(of: keptAxes(input), in: input)
    return [
      try Weight("mean", shape: shape, isTrainable: false, initializer: Initializer(named: "zeros")),
      try Weight("variance", shape: shape, isTrainable: false, initializer: Initializer(named: "ones")),
      try Weight("count", shape: [], isTrainable: false, initializer: Initializer(named: "zeros")),
    ]
  }

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    let count = try elementCount(sizes(of: keptAxes(input), in: input))
    func values(_ given: [Float]?, _ weight: Int) throws(ElmanError) -> [Double] {
      let values = if let given { given } else { Array(try ownWeights[weight].values.values) }
      return (0..<count).map { Double(values[values.count == 1 ? 0 : $0]) }
    }
    let means = try values(given?.mean, 0)
    let deviations = try values(given?.variance, 1).map { max($0.squareRoot(), 1e-7) }
    map = ChannelMap(
      factors: deviations.map { Float(inverts ? $0 : 1 / $0) },
      offsets: zip(means, deviations).map { Float(inverts ? $0 : -$0 / $1) })
  }

  override var packedBytes: Int { map?.byteCount ?? 0 }

  override func forward(_ call: LayerCall) { map?.run(call, axes: axes ?? []) }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2, try keptAxes(Shape(input)).contains(1) { throw cannotStream("one of its axes is time") }
    return []
  }
}

extension ConfigReader {
  /// A number, or nested lists of them, as one list.
  fileprivate func numbers(_ value: JSON, _ key: String) throws(ElmanError) -> [Float] {
    switch value {
    case .int(let number): return [Float(number)]
    case .double(let number): return [Float(number)]
    case .array(let list):
      var numbers: [Float] = []
      for element in list { numbers += try self.numbers(element, key) }
      return numbers
    default: throw mismatch(key, "a number or a list of numbers", value)
    }
  }
}
