/// How a model runs on inputs of one shape: which layers, and which memory each reads and writes. Made once, then cached.
///
/// Two areas of the workspace take turns as input and output; the first layer reads the caller's input and the last
/// one writes the caller's outputs. Layers whose output is their input (Flatten, Dropout at inference) do not appear.
final class Plan: Sendable {
  private struct Step: Sendable {
    let layer: Layer
    let inputShape: [Int]
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
  let outputShapes: [[Int]]
  let outputCounts: [Int]
  private let steps: [Step]
  /// The layers before the first step, which do not appear.
  private let leadingIdentities: [Layer]
  /// The step that takes initial states; nil where no layer has any.
  private let firstRecurrentStep: Int?
  private let areaOffsets: [Int]
  private let scratchOffset: Int
  private let workspaceCount: Int

  /// The memory of one call, with what would otherwise be made anew for each.
  private final class Workspace: @unchecked Sendable {
    let memory: FloatBuffer
    /// What each step writes; the last one's are the caller's.
    var outputs: [[UnsafeMutablePointer<Float>]]
    /// The steps' calls where they are made beforehand, and the same without a count of references at each run.
    private let keptCalls: [FusedSequenceCall?]
    let calls: [Unmanaged<FusedSequenceCall>?]

    init(_ plan: Plan) throws(ElmanError) {
      let memory = try FloatBuffer(count: plan.workspaceCount)
      self.memory = memory
      outputs = plan.steps.map { step in
        step.target.map { [memory.base + plan.areaOffsets[$0]] } ?? plan.outputCounts.map { _ in memory.base }
      }
      var calls: [FusedSequenceCall?] = []
      for step in plan.steps {
        calls.append(
          try step.layer.boundCall(inputShape: step.inputShape, threads: plan.threads, scratch: memory.base + plan.scratchOffset))
      }
      keptCalls = calls
      self.calls = calls.map { $0.map(Unmanaged.passUnretained) }
    }
  }
  private let lock = Lock()
  private nonisolated(unsafe) var idleWorkspaces: [Workspace] = []

  init(layers: [Layer], inputShape: [Int], threads: Int) throws(ElmanError) {
    self.inputShape = inputShape
    self.threads = threads
    var shapes = [inputShape]
    var inputs: [(layer: Layer, shape: [Int], identities: [Layer])] = []
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
        inputs.append((layer, input, []))
      } else if inputs.isEmpty {
        leadingIdentities.append(layer)
      } else {
        inputs[inputs.count - 1].identities.append(layer)
      }
    }
    self.leadingIdentities = leadingIdentities
    outputShapes = shapes
    var space = ScratchSpace()
    var steps: [Step] = []
    for (index, input) in inputs.enumerated() {
      steps.append(
        Step(
          layer: input.layer, inputShape: input.shape, source: index == 0 ? nil : (index - 1) % 2,
          target: index == inputs.count - 1 ? nil : index % 2, identities: input.identities,
          maskOffset: space.takeMask(of: input.layer, for: input.shape)))
    }
    self.steps = steps
    var areas = [0, 0]
    var scratch = 0
    for (index, step) in steps.enumerated() {
      scratch = max(scratch, try step.layer.scratchCount(for: step.inputShape, threads: threads))
      if let source = step.source { areas[source] = max(areas[source], try elementCount(inputs[index].shape)) }
    }
    var counts: [Int] = []
    for shape in shapes { counts.append(try elementCount(shape)) }
    outputCounts = counts
    firstRecurrentStep = steps.firstIndex { !$0.layer.stateShapes.isEmpty }
    areaOffsets = areas.map { area in
      defer { _ = space.take(area) }
      return space.count
    }
    scratchOffset = space.count
    _ = space.take(scratch)
    workspaceCount = try space.measured()
  }

  /// Whether the plan is for inputs of a shape.
  func takes(_ shape: UnsafeBufferPointer<Int64>) -> Bool {
    guard shape.count == inputShape.count else { return false }
    for index in inputShape.indices where Int64(inputShape[index]) != shape[index] { return false }
    return true
  }

  /// Bytes of memory that one call works in, beside its input, its outputs and the weights.
  var workspaceBytes: Int { workspaceCount * MemoryLayout<Float>.stride }

  /// Runs the model once; `output(i)` is where its i-th output goes.
  func run(_ call: ModelCall, output: (Int) -> UnsafeMutablePointer<Float>) throws(ElmanError) {
    guard !steps.isEmpty else {
      output(0).update(from: call.input, count: outputCounts[0])
      return
    }
    let workspace = try takeWorkspace()
    defer { lock.withLock { idleWorkspaces.append(workspace) } }
    for index in outputCounts.indices { workspace.outputs[steps.count - 1][index] = output(index) }
    let memory = workspace.memory.base
    var mask = self.mask(call.mask, past: leadingIdentities)
    for index in steps.indices {
      let input = steps[index].source.map { UnsafePointer(memory + areaOffsets[$0]) } ?? call.input
      let initialStates = index == firstRecurrentStep ? call.initialStates : []
      if let bound = workspace.calls[index], mask == nil, initialStates.isEmpty {
        try bound.borrowing { (bound) throws(ElmanError) in try bound.run(input, workspace.outputs[index][0]) }
        continue
      }
      let step = steps[index]
      let layerCall = LayerCall(
        inputShape: step.inputShape, input: input, outputs: workspace.outputs[index], initialStates: initialStates,
        mask: mask, training: call.training, threads: threads, scratch: memory + scratchOffset)
      try step.layer.run(layerCall)
      if mask == nil, step.maskOffset == nil { continue }
      let written = step.maskOffset.map { (memory + $0).asMask(step.layer.maskCapacity(for: step.inputShape)) }
      step.layer.writeMask(after: layerCall, into: written)
      mask = self.mask(step.layer.mask(after: layerCall, in: written), past: step.identities)
    }
  }

  /// What is left of a mask after layers that only pass their input on.
  private func mask(_ mask: Mask?, past layers: [Layer]) -> Mask? {
    mask != nil && layers.allSatisfy { $0.maskEffect == .passes } ? mask : nil
  }

  private func takeWorkspace() throws(ElmanError) -> Workspace {
    if let idle = lock.withLock({ idleWorkspaces.popLast() }) { return idle }
    return try Workspace(self)
  }
}

/// What a model is run with. All pointers hold what the plan's shapes say.
struct ModelCall {
  let input: UnsafePointer<Float>
  var initialStates: [UnsafePointer<Float>] = []
  var mask: Mask?
  var training = false
}

/// What a caller may give beside the input.
public struct RunOptions {
  /// States of the first recurrent layer, (batch, units) each; empty for its own.
  public var initialStates: [WeightValue] = []
  /// 0 where a place of the input is to be skipped; its shape is the input's first dimensions, such as (batch, timesteps).
  public var mask: (shape: [Int], values: UnsafeBufferPointer<UInt8>)?
  public var training = false

  public init() {}

  var inputMask: Mask? {
    guard let mask, let values = mask.values.baseAddress else { return nil }
    return Mask(values: values, shape: mask.shape[...])
  }
}

// MARK: - Checks

extension Plan {
  /// An error unless the buffers hold the outputs.
  func requireOutputs(_ counts: [Int]) throws(ElmanError) {
    guard counts.count == outputShapes.count else {
      throw ElmanError(
        .invalidArgument, "The model has \(outputShapes.count) outputs. Received: buffers for \(counts.count)")
    }
    for (index, count) in counts.enumerated() { try requireOutput(index, count) }
  }

  /// An error unless a buffer holds one of the outputs.
  func requireOutput(_ index: Int, _ count: Int) throws(ElmanError) {
    guard count < outputCounts[index] else { return }
    throw ElmanError(
      .bufferTooSmall,
      "Output \(index) has shape \(Shape(outputShapes[index])), which is \(outputCounts[index]) floats. "
        + "Received: a buffer of \(count)")
  }

  /// An error unless the states and the mask have the shapes that this plan needs.
  func requireOptions(_ options: RunOptions) throws(ElmanError) {
    try requireStates(options.initialStates.map(\.shape))
    guard let mask = options.mask else { return }
    guard !mask.shape.isEmpty, inputShape.starts(with: mask.shape) else {
      throw ElmanError(
        .shapeMismatch,
        "The mask of an input of shape \(Shape(inputShape)) has its first dimensions, such as "
          + "\(Shape(Array(inputShape.prefix(2)))). Received: \(Shape(mask.shape))")
    }
  }

  private func requireStates(_ shapes: [[Int]]) throws(ElmanError) {
    guard !shapes.isEmpty else { return }
    guard let step = firstRecurrentStep else {
      throw ElmanError(.invalidArgument, "Initial states were given, and no layer of this model takes any.")
    }
    let layer = steps[step].layer
    let expected = layer.stateShapes.map { [inputShape.first ?? 0] + $0 }
    guard shapes.count == expected.count else {
      throw ElmanError(
        .shapeMismatch,
        "Layer \"\(layer.name)\" has \(expected.count) states. Received: \(shapes.count) initial states")
    }
    guard shapes == expected else {
      func list(_ shapes: [[Int]]) -> String { shapes.map { Shape($0).description }.joined(separator: ", ") }
      throw ElmanError(
        .shapeMismatch,
        "The initial state of layer \"\(layer.name)\" has shapes [\(list(expected))]. Received: [\(list(shapes))]")
    }
  }
}
