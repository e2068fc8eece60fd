/// What a Swift caller may give beside the input of a model of one input.
public struct RunOptions {
  /// 0 where a place of the input is to be skipped; its shape is the input's first dimensions, such as (batch,
  /// timesteps).
  public var mask: (shape: Dimensions, values: UnsafeBufferPointer<UInt8>)?
  public var training = false

  public init() {}
}

/// The arrays of a run as Swift gives them.
private struct GivenArrays: RunArrays {
  let input: UnsafePointer<Float>
  let initialStates: [WeightValue]
  let options: RunOptions
  let outputs: [UnsafeMutableBufferPointer<Float>]

  func input(_ index: Int) -> UnsafePointer<Float> { input }
  var stateCount: Int { initialStates.count }
  func initialState(_ index: Int) -> WeightValue { initialStates[index] }
  var maskCount: Int { options.mask == nil ? 0 : 1 }
  func mask(_ index: Int) -> (shape: Dimensions, values: UnsafePointer<UInt8>)? {
    options.mask.flatMap { mask in mask.values.baseAddress.map { (mask.shape, $0) } }
  }
  var outputCount: Int { outputs.count }
  func output(_ index: Int) -> UnsafeMutableBufferPointer<Float> { outputs[index] }
}

extension Model {
  /// The shape of the first input, batch first; nil before the model is built.
  public final var inputShape: Shape? { inputShapes?.first }

  /// Makes the weights of all layers of a model of one input, whose shape is given batch first.
  public final func build(for input: Shape) throws(ElmanError) { try build(forInputs: [input]) }

  /// The shapes of the outputs for the shape of the one input, or for that the model was built for.
  public final func outputShapes(for input: Shape? = nil) throws(ElmanError) -> [Shape] {
    try outputShapes(forInputs: input.map { [$0] })
  }

  public final func runShapes(for inputShape: [Int]) throws(ElmanError) -> [Dimensions] {
    try inputShape.map { Int64($0) }.withUnsafeBufferPointer { (shape) throws(ElmanError) in
      try runShapes(for: InputKey(shape))
    }
  }

  /// Computes all outputs of a model of one input.
  public final func run(
    _ input: UnsafePointer<Float>, shape: [Int], options: RunOptions = RunOptions(), initialStates: [WeightValue] = [],
    outputs: [UnsafeMutableBufferPointer<Float>]
  ) throws(ElmanError) {
    let arrays = GivenArrays(input: input, initialStates: initialStates, options: options, outputs: outputs)
    try shape.map { Int64($0) }.withUnsafeBufferPointer { (shape) throws(ElmanError) in
      try run(InputKey(shape), training: options.training, arrays)
    }
  }

  /// Runs a model of one input as training does, with everything kept that gradients need.
  public final func record(
    _ input: UnsafeBufferPointer<Float>, shape: [Int], options: RunOptions = RunOptions(),
    initialStates: [WeightValue] = []
  ) throws(ElmanError) -> Tape {
    guard input.count == (try elementCount(shape)) else {
      throw ElmanError(
        .shapeMismatch, "An input of shape \(Shape(shape)) was announced. Received: \(input.count) floats")
    }
    let program = try trainingProgram(for: [shape])
    try program.requireMask(options.mask?.shape, shape)
    try program.requireStates(initialStates.count) { initialStates[$0] }
    return try Tape(program, weights: weights, input: input, options: options, initialStates: initialStates)
  }
}
