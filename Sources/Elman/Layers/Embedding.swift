/// Keras's `Embedding`: indices (batch, ...) to rows of a table (batch, ..., output_dim).
public final class Embedding: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Embedding" }

  static let arguments = Arguments(
    .count("input_dim"), .count("output_dim"), .weight("embeddings", "uniform"), .activityRegularizer.byName,
    .flag("mask_zero", false), .inputLength, ignoring: ["lora_rank", "lora_alpha", "quantization_config", "sparse"])

  private let inputDim: Int
  private let outputDim: Int
  private let embeddings: WeightArgument
  private let masksZero: Bool

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let inputLength: JSON?
    (inputDim, outputDim, embeddings, _, masksZero, inputLength) = try Self.arguments.values(&reader)
    guard inputDim <= Embedding.largestVocabulary else {
      throw ElmanError(
        .unsupported,
        "Embedding: input_dim may be at most \(Embedding.largestVocabulary), since indices are float32. Received: "
          + "input_dim=\(inputDim)"
      )
    }
    var settings = try LayerSettings(&reader, readsInputDimension: false, inputTypes: LayerSettings.integerTypes)
    if settings.inputShape == nil, let inputLength { settings.inputShape = [nil, try reader.length(inputLength)] }
    super.init(settings)
  }

  /// The indices that float32 holds exactly.
  private static let largestVocabulary = 1 << 24

  override var maskFlow: MaskFlow { masksZero ? .makes : .stops }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(atLeast: 1, input)
    guard input.rank < Shape.maximumRank else {
      throw incompatible("expected at most 7 dimensions, found shape=\(input)")
    }
    return [Shape(input.dimensions + [outputDim])]
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try embeddings.make([inputDim, outputDim])
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let table = try ownWeights[0].values.base
    for place in 0..<call.inputShape.reduce(1, *) {
      let value = call.input[place]
      guard value >= 0, value < Float(inputDim), value == value.rounded() else {
        throw badIndex(value, place, call.inputShape)
      }
      (call.outputs[0] + place * outputDim).update(from: table + Int(value) * outputDim, count: outputDim)
    }
  }

  override func backward(_ call: BackwardCall) {
    let count = call.forward.inputShape.reduce(1, *)
    // Indices have no derivative.
    call.inputGradient?.update(repeating: 0, count: count)
    guard let gradient = call.outputGradient, let sums = call.weightGradient(0) else { return }
    for place in 0..<count {
      let (row, sum) = (gradient + place * outputDim, sums + Int(call.forward.input[place]) * outputDim)
      for index in 0..<outputDim { sum[index] += row[index] }
    }
  }

  private func badIndex(_ value: Float, _ place: Int, _ shape: Dimensions) -> ElmanError {
    var rest = place
    let position = shape.reversed().map { size -> Int in
      defer { rest /= size }
      return rest % size
    }.reversed().map(String.init).joined(separator: ", ")
    return ElmanError(
      .invalidArgument,
      "Embedding layer '\(name)' takes whole numbers from 0 to \(inputDim - 1). Received: indices[\(position)] = "
        + (Int(exactly: value).map(String.init) ?? String(value)))
  }

  override func maskRank(ofInput rank: Int) -> Int { masksZero ? rank : 0 }

  override func makeMask(of input: UnsafePointer<Float>, shape: Dimensions, into mask: UnsafeMutablePointer<UInt8>) {
    for place in 0..<shape.reduce(1, *) { mask[place] = input[place] == 0 ? 0 : 1 }
  }
}

extension Argument<JSON?> {
  /// Keras 2's `input_length`, written only where it was given.
  fileprivate static var inputLength: Argument {
    Argument("input_length", "extent", .null, json: \.self) { (reader, name) in reader.value(name) }.byName
  }
}

extension ConfigReader {
  /// Keras 2's `input_length`: a positive integer, or a list of one.
  fileprivate func length(_ value: JSON) throws(ElmanError) -> Int {
    if let length = ConfigReader.integer(value), length > 0 { return length }
    if case .array(let list) = value, list.count == 1, let length = ConfigReader.integer(list[0]), length > 0 {
      return length
    }
    throw mismatch("input_length", "a positive integer", value)
  }
}
