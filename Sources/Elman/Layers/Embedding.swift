/// Keras's `Embedding`: indices (batch, ...) to rows of a table (batch, ..., output_dim).
public final class Embedding: Layer, @unchecked Sendable {
  public override class var className: String { "Embedding" }

  private let inputDim: Int
  private let outputDim: Int
  private let masksZero: Bool
  private let initializer: Initializer
  private let arguments: [JSON.Member]
  private let inputLength: JSON?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    inputDim = try reader.units("input_dim")
    outputDim = try reader.units("output_dim")
    guard inputDim <= Embedding.largestVocabulary else {
      throw ElmanError(
        .unsupported,
        "Embedding: input_dim may be at most \(Embedding.largestVocabulary), since indices are float32. Received: input_dim=\(inputDim)")
    }
    initializer = try reader.initializer("embeddings_initializer", default: "uniform")
    arguments = try reader.trainingArguments("embeddings_regularizer", "activity_regularizer", "embeddings_constraint")
    masksZero = try reader.bool("mask_zero", default: false)
    inputLength = reader.value("input_length")
    reader.ignore("lora_rank", "lora_alpha", "quantization_config", "sparse")
    var settings = try LayerSettings(&reader, readsInputDimension: false, inputTypes: LayerSettings.integerTypes)
    if settings.inputShape == nil, let inputLength { settings.inputShape = [nil, try reader.length(inputLength)] }
    super.init(settings)
  }

  /// The indices that float32 holds exactly.
  private static let largestVocabulary = 1 << 24

  override func ownConfig() -> [JSON.Member] {
    [
      JSON.Member("input_dim", .int(inputDim)), JSON.Member("output_dim", .int(outputDim)),
      JSON.Member("embeddings_initializer", initializer.json),
    ] + arguments + [JSON.Member("mask_zero", .bool(masksZero))] + (inputLength.map { [JSON.Member("input_length", $0)] } ?? [])
  }

  override var maskFlow: MaskFlow { masksZero ? .makes : .stops }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(atLeast: 1, input)
    guard input.rank < Shape.maximumRank else { throw incompatible("expected at most 7 dimensions, found shape=\(input)") }
    return [Shape(input.dimensions + [outputDim])]
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    [try Weight("embeddings", shape: [inputDim, outputDim], initializer: initializer)]
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let table = try ownWeights[0].values.base
    for place in 0..<call.inputShape.reduce(1, *) {
      let value = call.input[place]
      guard value >= 0, value < Float(inputDim), value == value.rounded() else { throw badIndex(value, place, call.inputShape) }
      (call.outputs[0] + place * outputDim).update(from: table + Int(value) * outputDim, count: outputDim)
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

extension ConfigReader {
  /// Keras 2's `input_length`: a positive integer, or a list of one.
  fileprivate func length(_ value: JSON) throws(ElmanError) -> Int {
    if let length = ConfigReader.integer(value), length > 0 { return length }
    if case .array(let list) = value, list.count == 1, let length = ConfigReader.integer(list[0]), length > 0 { return length }
    throw mismatch("input_length", "a positive integer", value)
  }
}
