import Synchronization

/// How a model runs on inputs of one shape: which layers, and which memory each reads and writes. Made once, then cached.
///
/// Two areas of the workspace take turns as input and output; the first layer reads the caller's input and the last
/// one writes the caller's outputs. Layers whose output is their input (Flatten, Dropout at inference) do not appear.
final class Plan: Sendable {
  private struct Step: Sendable {
    let layer: Layer
    /// The area that is read; nil for the caller's input.
    let source: Int?
    /// The area that is written; nil for the caller's outputs.
    let target: Int?
    /// The layers after it that do not appear, past which its mask goes.
    var identities: [Layer] = []
    /// Where the layer puts a mask that it writes.
    let maskOffset: Int?
  }

  let inputShape: [Int]
  let threads: Int
  /// The shapes of the model's outputs: of the last layer.
  let outputShapes: [Dimensions]
  let outputCounts: [Int]
  private let inputCount: Int
  private let steps: [Step]
  /// The shapes of each step's input and first output; not in Step, which a run copies.
  private let shapes: [(input: Dimensions, output: Dimensions)]
  /// The layers before the first step, which do not appear.
  private let leadingIdentities: [Layer]
  /// The step that takes initial states, and their shapes; nil where no layer has any.
  private let firstRecurrentStep: Int?
  private let stateShapes: [[Int]]
  private let areaOffsets: [Int]
  private let scratchOffset: Int
  private let workspaceCount: Int
  private unowned let cache: PlanCache
  /// When the plan was last used; the cache counts.
  let lastTurn = Atomic<Int>(0)

  /// The memory of one call, with what would otherwise be made anew for each.
  final class Workspace: @unchecked Sendable {
    fileprivate let memory: FloatBuffer
    /// The outputs of all steps but the last.
    fileprivate let areas: [[UnsafeMutablePointer<Float>]]
    /// The caller's outputs and initial states; only the call that has the workspace writes them.
    @exclusivity(unchecked) var outputs: [UnsafeMutablePointer<Float>]
    @exclusivity(unchecked) var initialStates: [UnsafePointer<Float>]
    /// The steps' calls where they are made beforehand, and the same without a count of references at each run.
    private let keptCalls: [FusedSequenceCall?]
    fileprivate let calls: [Unmanaged<FusedSequenceCall>?]

    fileprivate init(_ plan: Plan) throws(ElmanError) {
      let memory = try FloatBuffer(count: plan.workspaceCount)
      self.memory = memory
      initialStates = plan.stateShapes.map { _ in UnsafePointer(memory.base) }
      areas = plan.areaOffsets.map { [memory.base + $0] }
      outputs = plan.outputShapes.map { _ in memory.base }
      var calls: [FusedSequenceCall?] = []
      for (step, shape) in zip(plan.steps, plan.shapes) {
        let scratch = memory.base + plan.scratchOffset
        calls.append(try step.layer.boundCall(inputShape: shape.input, threads: plan.threads, scratch: scratch))
      }
      keptCalls = calls
      self.calls = calls.map { $0.map(Unmanaged.passUnretained) }
    }
  }
  private let idleWorkspaces = IdleObjects<Workspace>()

  init(layers: [Layer], inputShape: [Int], threads: Int, cache: PlanCache) throws(ElmanError) {
    self.inputShape = inputShape
    self.threads = threads
    self.cache = cache
    var shapes = [inputShape]
    var inputs: [(layer: Layer, shape: [Int], output: [Int], identities: [Layer])] = []
    var leadingIdentities: [Layer] = []
    for layer in layers {
      let input = shapes[0]
      shapes = []
      for output in try layer.outputShapes(for: Shape(input)) {
        guard let sizes = output.concrete else {
          throw ElmanError(.shapeMismatch, "Layer '\(layer.name)' tells no sizes for input shape=\(Shape(input)): \(output)")
        }
        _ = try elementCount(sizes)
        shapes.append(sizes)
      }
      if !layer.isIdentity {
        inputs.append((layer, input, shapes[0], []))
      } else if inputs.isEmpty {
        leadingIdentities.append(layer)
      } else {
        inputs[inputs.count - 1].identities.append(layer)
      }
    }
    self.leadingIdentities = leadingIdentities
    var outputShapes: [Dimensions] = []
    for shape in shapes { outputShapes.append(try Dimensions(shape)) }
    self.outputShapes = outputShapes
    var space = ScratchSpace()
    var steps: [Step] = []
    var stepShapes: [(Dimensions, Dimensions)] = []
    for (index, input) in inputs.enumerated() {
      stepShapes.append((try Dimensions(input.shape), try Dimensions(input.output)))
      steps.append(
        Step(
          layer: input.layer, source: index == 0 ? nil : (index - 1) % 2,
          target: index == inputs.count - 1 ? nil : index % 2, identities: input.identities,
          maskOffset: space.takeMask(of: input.layer, for: stepShapes[index].0)))
    }
    self.steps = steps
    self.shapes = stepShapes
    var areas = [0, 0]
    var scratch = 0
    for (index, step) in steps.enumerated() {
      scratch = max(scratch, try step.layer.scratchCount(for: inputs[index].shape, threads: threads))
      if let source = step.source { areas[source] = max(areas[source], try elementCount(inputs[index].shape)) }
    }
    var counts: [Int] = []
    for shape in shapes { counts.append(try elementCount(shape)) }
    outputCounts = counts
    inputCount = try elementCount(inputShape)
    firstRecurrentStep = steps.firstIndex { !$0.layer.stateShapes.isEmpty }
    stateShapes = firstRecurrentStep.map { steps[$0].layer.stateShapes.map { [inputShape[0]] + $0 } } ?? []
    areaOffsets = areas.map { area in
      defer { _ = space.take(area) }
      return space.count
    }
    scratchOffset = space.count
    _ = space.take(scratch)
    workspaceCount = try space.measured()
  }

  /// Whether the plan is for inputs of a shape, and so many threads.
  func takes(_ shape: UnsafeBufferPointer<Int64>, threads: Int) -> Bool {
    guard threads == self.threads, shape.count == inputShape.count else { return false }
    for index in inputShape.indices where Int64(inputShape[index]) != shape[index] { return false }
    return true
  }

  /// Bytes of memory that one call works in, beside its input, its outputs and the weights.
  var workspaceBytes: Int { workspaceCount * MemoryLayout<Float>.stride }

  /// Runs the model once. `bind` sets the workspace's outputs and, where the call has any, its initial states.
  func run(_ call: ModelCall, _ bind: (Workspace) throws(ElmanError) -> Void) throws(ElmanError) {
    let workspace = try takeWorkspace()
    defer { idleWorkspaces.giveBack(workspace) }
    try bind(workspace)
    // Layers write outputs before they have read all inputs.
    let copy = overlaps(call.input, workspace) ? try FloatBuffer(copying: UnsafeBufferPointer(start: call.input, count: inputCount)) : nil
    defer { withExtendedLifetime(copy) {} }
    let first = copy.map { UnsafePointer($0.base) } ?? call.input
    if steps.isEmpty { workspace.outputs[0].update(from: first, count: outputCounts[0]) }
    let memory = workspace.memory.base
    var mask = self.mask(call.mask, past: leadingIdentities)
    for index in steps.indices {
      let input = steps[index].source.map { UnsafePointer(memory + areaOffsets[$0]) } ?? first
      let initialStates = index == firstRecurrentStep && call.hasInitialStates ? workspace.initialStates : []
      if let bound = workspace.calls[index], mask == nil, initialStates.isEmpty {
        let output = steps[index].target.map { memory + areaOffsets[$0] } ?? workspace.outputs[0]
        try bound.borrowing { (bound) throws(ElmanError) in try bound.run(input, output) }
        continue
      }
      let (step, shape) = (steps[index], shapes[index])
      let layerCall = LayerCall(
        inputShape: shape.input, outputShape: shape.output, input: input,
        outputs: step.target.map { workspace.areas[$0] } ?? workspace.outputs, initialStates: initialStates,
        mask: mask, training: call.training, threads: threads, scratch: memory + scratchOffset)
      try step.layer.run(layerCall)
      if mask == nil, step.maskOffset == nil { continue }
      let written = step.maskOffset.map { (memory + $0).asMask(step.layer.maskCapacity(for: shape.input)) }
      step.layer.writeMask(after: layerCall, into: written)
      mask = self.mask(step.layer.mask(after: layerCall, in: written), past: step.identities)
    }
  }

  /// Whether an output of the caller lies where its input does.
  private func overlaps(_ input: UnsafePointer<Float>, _ workspace: Workspace) -> Bool {
    for index in outputCounts.indices {
      let output = UnsafePointer(workspace.outputs[index])
      if output < input + inputCount, input < output + outputCounts[index] { return true }
    }
    return false
  }

  /// What is left of a mask after layers that only pass their input on.
  private func mask(_ mask: Mask?, past layers: [Layer]) -> Mask? {
    mask != nil && layers.allSatisfy { $0.maskEffect == .passes } ? mask : nil
  }

  private func takeWorkspace() throws(ElmanError) -> Workspace {
    if let idle = idleWorkspaces.take() { return idle }
    cache.makeRoom(for: self)
    return try Workspace(self)
  }

  /// Bytes of the workspaces that no call uses.
  var idleBytes: Int { idleWorkspaces.count * workspaceBytes }

  func freeIdleWorkspaces() { _ = idleWorkspaces.takeAll() }
}

/// What a model is run with. All pointers hold what the plan's shapes say.
struct ModelCall {
  let input: UnsafePointer<Float>
  var hasInitialStates = false
  var mask: Mask?
  var training = false
}

/// What a caller may give beside the input.
public struct RunOptions {
  /// 0 where a place of the input is to be skipped; its shape is the input's first dimensions, such as (batch, timesteps).
  public var mask: (shape: Dimensions, values: UnsafeBufferPointer<UInt8>)?
  public var training = false

  public init() {}

  var inputMask: Mask? {
    guard let mask, let values = mask.values.baseAddress else { return nil }
    return Mask(values: values, shape: mask.shape)
  }
}

// MARK: - Checks

extension Plan {
  /// An error unless the buffers hold the outputs.
  func requireOutputs(
    _ count: Int, _ output: (Int) throws(ElmanError) -> UnsafeMutableBufferPointer<Float>
  ) throws(ElmanError) {
    guard count == outputShapes.count else { throw wrongOutputCount(count) }
    for index in 0..<count { try requireOutput(index, output(index).count) }
  }

  func wrongOutputCount(_ count: Int) -> ElmanError {
    ElmanError(.invalidArgument, "The model has \(outputShapes.count) outputs. Received: buffers for \(count)")
  }

  /// An error unless a buffer holds one of the outputs.
  func requireOutput(_ index: Int, _ count: Int) throws(ElmanError) {
    guard count < outputCounts[index] else { return }
    throw ElmanError(
      .bufferTooSmall,
      "Output \(index) has shape \(Shape(outputShapes[index])), which is \(outputCounts[index]) floats. "
        + "Received: a buffer of \(count)")
  }

  /// An error unless a mask has the shape that this plan needs.
  func requireMask(_ shape: Dimensions?) throws(ElmanError) {
    guard let shape else { return }
    guard !shape.isEmpty, inputShape.starts(with: shape) else {
      throw ElmanError(
        .shapeMismatch,
        "The mask of an input of shape \(Shape(inputShape)) has its first dimensions, such as "
          + "\(Shape(Array(inputShape.prefix(2)))). Received: \(Shape(shape))")
    }
  }

  /// An error unless initial states have the shapes that this plan needs.
  func requireStates(_ count: Int, _ state: (Int) throws(ElmanError) -> WeightValue) throws(ElmanError) {
    if count == 0 { return }
    guard let step = firstRecurrentStep else {
      throw ElmanError(.invalidArgument, "Initial states were given, and no layer of this model takes any.")
    }
    let name = steps[step].layer.name
    guard count == stateShapes.count else {
      throw ElmanError(
        .shapeMismatch, "Layer \"\(name)\" has \(stateShapes.count) states. Received: \(count) initial states")
    }
    for index in 0..<count where try state(index).shape != stateShapes[index] {
      let expected = stateShapes.map { Shape($0).description }.joined(separator: ", ")
      var given: [String] = []
      for index in 0..<count { given.append(try Shape(state(index).shape).description) }
      throw ElmanError(
        .shapeMismatch,
        "The initial state of layer \"\(name)\" has shapes [\(expected)]. Received: [\(given.joined(separator: ", "))]")
    }
  }
}
