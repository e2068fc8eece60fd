/// One run of a model for training: what each layer read, wrote and kept, which its `backward` will read again.
public final class Tape: @unchecked Sendable {
  private let program: Program
  private let workspace: Workspace
  private let input: FloatBuffer
  private let results: [FloatBuffer]

  init(
    _ program: Program, input given: UnsafeBufferPointer<Float>, options: RunOptions, initialStates: [WeightValue]
  ) throws(ElmanError) {
    self.program = program
    workspace = try Workspace(program)
    input = try FloatBuffer(copying: given)
    var results: [FloatBuffer] = []
    for count in program.outputCounts { results.append(try FloatBuffer(count: count)) }
    self.results = results
    workspace.inputs[0] = UnsafePointer(input.base)
    for (index, result) in results.enumerated() { workspace.outputs[index] = result.base }
    for (index, state) in initialStates.enumerated() {
      if let base = state.values.baseAddress { workspace.initialStates[index] = base }
    }
    if let mask = options.mask, let values = mask.values.baseAddress {
      workspace.masks[0] = Mask(values: values, shape: mask.shape)
    }
    let call = RunCall(hasInitialStates: !initialStates.isEmpty, training: true, hasMasks: options.mask != nil)
    try program.run(call, in: workspace)
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
}
