/// One run of a model for training: what each layer read, wrote and kept, which its `backward` will read again. For one
/// thread at a time.
public final class Tape: @unchecked Sendable {
  private let program: Program
  private let workspace: Workspace
  private let input: FloatBuffer
  private let results: [FloatBuffer]
  private let weights: [LayerWeight]
  /// A run backwards reads them again.
  private let kept: [FloatBuffer]
  private var call: RunCall
  /// Whether the last run came to its end.
  private var isWhole = true
  private var backward: GradientWorkspace?

  /// `weights` are the model's, in order.
  init(
    _ program: Program, weights: [LayerWeight], input given: UnsafeBufferPointer<Float>, options: RunOptions,
    initialStates: [WeightValue]
  ) throws(ElmanError) {
    (self.program, self.weights) = (program, weights)
    workspace = try Workspace(program)
    input = try FloatBuffer(copying: given)
    var results: [FloatBuffer] = []
    for count in program.outputCounts { results.append(try FloatBuffer(count: count)) }
    self.results = results
    workspace.inputs[0] = UnsafePointer(input.base)
    for (index, result) in results.enumerated() { workspace.outputs[index] = result.base }
    var kept: [FloatBuffer] = []
    for (index, state) in initialStates.enumerated() {
      let copy = try FloatBuffer(copying: state.values)
      workspace.initialStates[index] = UnsafePointer(copy.base)
      kept.append(copy)
    }
    if let mask = options.mask, let values = mask.values.baseAddress {
      let count = mask.shape.reduce(1, *)
      let copy = try FloatBuffer(count: (count + 3) / 4)
      let bytes = UnsafeMutableRawPointer(copy.base).assumingMemoryBound(to: UInt8.self)
      bytes.update(from: values, count: count)
      workspace.masks[0] = Mask(values: bytes, shape: mask.shape)
      kept.append(copy)
    }
    self.kept = kept
    call = RunCall(hasInitialStates: !initialStates.isEmpty, training: true, hasMasks: options.mask != nil)
    try program.run(call, in: workspace)
    // The workspace has the states now.
    call.hasInitialStates = false
  }

  /// Runs again on another input, with the mask and the initial states that were given, in the same memory.
  public func run(_ given: UnsafeBufferPointer<Float>) throws(ElmanError) {
    guard given.count == input.count else {
      throw ElmanError(.shapeMismatch, "The input has \(input.count) floats. Received: \(given.count)")
    }
    isWhole = false
    if let source = given.baseAddress { input.base.update(from: source, count: given.count) }
    try program.run(call, in: workspace)
    isWhole = true
  }

  public var outputShapes: [[Int]] { program.outputShapes.map { Array($0) } }

  /// The model's outputs.
  public var outputs: [UnsafeBufferPointer<Float>] { results.map(\.values) }

  /// What a layer kept: of a recurrent layer its states, (batch, timesteps + 1, all sizes).
  public func kept(by layer: Layer) -> UnsafeBufferPointer<Float>? {
    guard let index = program.steps.firstIndex(where: { $0.call.layer === layer }),
      let kept = workspace.calls[index].kept
    else { return nil }
    let count = try? layer.keptCount(for: Array(workspace.calls[index].inputShape))
    return UnsafeBufferPointer(start: kept, count: count ?? 0)
  }

  /// The gradients of the trained weights, in the model's order, and of the input: the tape's own memory, until it
  /// computes others.
  public struct Gradients {
    public let weights: [FloatBuffer]
    /// nil where it was not asked for.
    public let input: UnsafeBufferPointer<Float>?
  }

  /// Runs backwards from the gradients of the outputs, one for each, of the same count; nil for zeros. Whether the
  /// input gets a gradient is decided by the first call.
  public func gradients(
    _ outputGradients: [UnsafeBufferPointer<Float>?], ofInput needsInput: Bool = true
  ) throws(ElmanError) -> Gradients {
    guard isWhole else { throw ElmanError(.invalidArgument, "The tape's last run failed: it has no gradients.") }
    guard outputGradients.count == program.outputCounts.count else {
      throw ElmanError(
        .shapeMismatch,
        "The model has \(program.outputCounts.count) outputs, each of which may have a gradient. "
          + "Received: \(outputGradients.count) gradients")
    }
    for (index, given) in outputGradients.enumerated() {
      guard let given, given.count != program.outputCounts[index] else { continue }
      throw ElmanError(
        .shapeMismatch,
        "Output \(index) has shape \(Shape(program.outputShapes[index])). Received: a gradient of \(given.count) floats"
      )
    }
    let backward: GradientWorkspace
    if let kept = self.backward {
      backward = kept
    } else {
      backward = try GradientWorkspace(program, weights: weights, needsInputs: needsInput)
      self.backward = backward
    }
    for sum in backward.weights { sum.base.update(repeating: 0, count: sum.count) }
    try backward.run(outputGradients.map { $0?.baseAddress }, after: workspace)
    return Gradients(
      weights: backward.weights,
      input: backward.gradient(of: 0).map { UnsafeBufferPointer(start: $0, count: program.values[0].count) })
  }
}
