import KernelInterface

/// The memory of one run of a program, with what would otherwise be made anew for each.
final class Workspace: @unchecked Sendable {
  let memory: FloatBuffer
  /// The call of each step; a run sets the pointers that are the caller's.
  let calls: UnsafeMutablePointer<LayerCall>
  /// The mask of each array, where it has any.
  let masks: UnsafeMutablePointer<Mask?>
  /// The caller's arrays of the run.
  let inputs: UnsafeMutablePointer<UnsafePointer<Float>>
  let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// The initial states that a run may bring.
  @exclusivity(unchecked) var initialStates: [UnsafePointer<Float>]
  /// The steps' calls where they are bound beforehand, and the same without a count of references at each run.
  private let keptBounds: [FusedSequenceCall?]
  let bounds: [Unmanaged<FusedSequenceCall>?]
  private let program: (steps: Int, values: Int)

  init(_ program: Program) throws(ElmanError) {
    let memory = try FloatBuffer(count: program.memoryCount)
    self.memory = memory
    let base = memory.base
    self.program = (program.steps.count, program.values.count)
    initialStates = program.stateShapes.map { _ in UnsafePointer(base) }
    masks = .allocate(capacity: program.values.count)
    masks.initialize(repeating: nil, count: program.values.count)
    inputs = .allocate(capacity: program.inputShapes.count)
    inputs.initialize(repeating: UnsafePointer(base), count: program.inputShapes.count)
    outputs = .allocate(capacity: program.outputs.count)
    outputs.initialize(repeating: base, count: program.outputs.count)
    calls = .allocate(capacity: program.steps.count)
    for index in program.steps.indices { (calls + index).initialize(to: program.call(index, in: base)) }
    var bounds: [FusedSequenceCall?] = []
    for (index, step) in program.steps.enumerated() {
      let isPlain = program.purpose == .inference && step.call.states.isEmpty
      let call = calls[index]
      bounds.append(
        isPlain
          ? try step.call.layer.boundCall(inputShape: call.inputShape, threads: program.threads, scratch: call.scratch)
          : nil)
    }
    keptBounds = bounds
    self.bounds = bounds.map { $0.map(Unmanaged.passUnretained) }
  }

  deinit {
    calls.deinitialize(count: program.steps).deallocate()
    masks.deinitialize(count: program.values).deallocate()
    inputs.deallocate()
    outputs.deallocate()
  }
}

extension Program {
  /// The call of a step. What lies with the caller has another address until `Workspace.link` sets it.
  fileprivate func call(_ index: Int, in memory: UnsafeMutablePointer<Float>) -> LayerCall {
    let step = steps[index]
    func pointer(_ value: Int) -> UnsafeMutablePointer<Float> {
      guard case .area(let offset) = values[values[value].root].place else { return memory }
      return memory + offset
    }
    let operands = step.call.inputs.map { Operand(values: pointer($0), shape: values[$0].shape) }
    let outputs = (0..<step.call.outputCount).map { pointer(step.call.firstOutput + $0) }
    return LayerCall(
      inputShape: operands[0].shape, outputShape: values[step.call.firstOutput].shape, input: operands[0].values,
      otherInputs: Array(operands.dropFirst()), outputs: outputs,
      initialStates: step.call.states.map { UnsafePointer(pointer($0)) }, options: step.call.options,
      kept: step.keptOffset.map { memory + $0 }, training: purpose == .training, threads: threads,
      scratch: memory + scratchOffset)
  }
}

// MARK: - Running

/// What a program is run with, beside the arrays.
struct RunCall {
  var hasInitialStates = false
  var training = false
  /// Whether inputs have masks, which are in the workspace then.
  var hasMasks = false
}

extension Program {
  /// Runs the graph once, on the inputs, the outputs and the initial states of the workspace.
  func run(_ call: RunCall, in workspace: Workspace) throws(ElmanError) {
    // Layers write outputs before they have read all inputs.
    let copy = try copyOfOverlappedInputs(workspace)
    defer { withExtendedLifetime(copy) {} }
    link(workspace)
    begin(call, workspace)
    defer { end(call, workspace) }
    if makesMasks || call.hasMasks {
      try runMasked(call, workspace)
    } else {
      for index in steps.indices where !steps[index].isIdentity { try runStep(index, workspace) }
    }
    for copy in copies {
      workspace.outputs[copy.output].update(from: pointer(to: copy.value, workspace), count: values[copy.value].count)
    }
  }

  @inline(__always)
  private func runStep(_ index: Int, _ workspace: Workspace) throws(ElmanError) {
    if let bound = workspace.bounds[index], workspace.calls[index].initialStates.isEmpty {
      let (input, output) = (workspace.calls[index].input, workspace.calls[index].outputs[0])
      try bound.borrowing { (bound) throws(ElmanError) in try bound.run(input, output) }
    } else {
      try steps[index].call.layer.run(workspace.calls[index])
    }
  }

  /// The same with a mask for each array that has one.
  private func runMasked(_ call: RunCall, _ workspace: Workspace) throws(ElmanError) {
    for (index, step) in steps.enumerated() {
      let layer = step.call.layer
      let first = step.call.firstOutput
      if step.isIdentity {
        workspace.masks[first] = layer.maskEffect == .passes ? workspace.masks[step.call.inputs[0]] : nil
        continue
      }
      setMasks(step, index, workspace)
      let call = workspace.calls + index
      if call.pointee.hasMask { try layer.run(call.pointee) } else { try runStep(index, workspace) }
      let written = step.maskOffset.map { (workspace.memory.base + $0).asMask(step.maskCapacity) }
      try layer.writeMask(after: call.pointee, into: written)
      workspace.masks[first] = layer.mask(after: call.pointee, in: written)
    }
  }

  /// The masks of what a step reads: those that the graph gives or, where it gives none, those that come with the
  /// arrays.
  private func setMasks(_ step: Step, _ index: Int, _ workspace: Workspace) {
    for (position, value) in step.call.inputs.enumerated() {
      let mask = givenMask(step, position, workspace) ?? ownMask(step, value, workspace)
      if position == 0 {
        workspace.calls[index].mask = mask
      } else {
        workspace.calls[index].otherInputs[position - 1].mask = mask
      }
    }
  }

  /// In Keras 3 a recurrent layer that is given initial states in a graph does not see its input's mask.
  private func ownMask(_ step: Step, _ value: Int, _ workspace: Workspace) -> Mask? {
    step.call.states.isEmpty || step.call.options.joinsMasksAsKeras2 ? workspace.masks[value] : nil
  }

  private func givenMask(_ step: Step, _ position: Int, _ workspace: Workspace) -> Mask? {
    guard position < step.call.masks.count, let value = step.call.masks[position],
      let offset = step.givenMaskOffsets[position]
    else { return nil }
    let numbers = pointer(to: value, workspace)
    let mask = (workspace.memory.base + offset).asMask(values[value].count)
    for index in 0..<values[value].count { mask[index] = numbers[index] == 0 ? 0 : 1 }
    return Mask(values: mask, shape: values[value].shape)
  }

  private func begin(_ call: RunCall, _ workspace: Workspace) {
    if call.training, purpose == .inference {
      for index in steps.indices { workspace.calls[index].training = true }
    }
    exchangeStates(call, workspace)
  }

  private func end(_ call: RunCall, _ workspace: Workspace) {
    if call.training, purpose == .inference {
      for index in steps.indices { workspace.calls[index].training = false }
    }
    // A run backwards, and the next one forwards, read them again.
    if purpose == .training { return }
    if call.hasMasks { forgetMasks(workspace) }
    exchangeStates(call, workspace)
  }

  /// Gives the workspace's initial states to the step that takes them, or takes them back.
  private func exchangeStates(_ call: RunCall, _ workspace: Workspace) {
    guard call.hasInitialStates, let step = firstRecurrentStep else { return }
    swap(&workspace.calls[step].initialStates, &workspace.initialStates)
  }

  private func forgetMasks(_ workspace: Workspace) {
    for index in values.indices { workspace.masks[index] = nil }
    for index in steps.indices {
      workspace.calls[index].mask = nil
      for other in workspace.calls[index].otherInputs.indices { workspace.calls[index].otherInputs[other].mask = nil }
    }
  }

  /// Sets the pointers that are the caller's.
  private func link(_ workspace: Workspace) {
    for link in links {
      let pointer =
        switch link.place {
        case .input(let index): UnsafeMutablePointer(mutating: workspace.inputs[index])
        case .output(let index): workspace.outputs[index]
        case .area(let offset): workspace.memory.base + offset
        }
      let call = workspace.calls + link.step
      switch link.target {
      case .input(0): call.pointee.input = UnsafePointer(pointer)
      case .input(let position): call.pointee.otherInputs[position - 1].values = UnsafePointer(pointer)
      case .state(let position): call.pointee.initialStates[position] = UnsafePointer(pointer)
      case .output(let position): call.pointee.outputs[position] = pointer
      }
    }
  }

  private func pointer(to value: Int, _ workspace: Workspace) -> UnsafePointer<Float> {
    switch values[values[value].root].place {
    case .input(let index): workspace.inputs[index]
    case .output(let index): UnsafePointer(workspace.outputs[index])
    case .area(let offset): UnsafePointer(workspace.memory.base + offset)
    }
  }

  /// Copies of the inputs that lie where an output of the caller does, in whose place the run reads them.
  private func copyOfOverlappedInputs(_ workspace: Workspace) throws(ElmanError) -> [FloatBuffer]? {
    var copies: [FloatBuffer]?
    for index in inputShapes.indices {
      let (input, count) = (workspace.inputs[index], values[index].count)
      guard overlapsOutput(input, count, workspace) else { continue }
      let copy = try FloatBuffer(copying: UnsafeBufferPointer(start: input, count: count))
      workspace.inputs[index] = UnsafePointer(copy.base)
      copies = (copies ?? []) + [copy]
    }
    return copies
  }

  private func overlapsOutput(_ input: UnsafePointer<Float>, _ count: Int, _ workspace: Workspace) -> Bool {
    for index in outputCounts.indices {
      let output = UnsafePointer(workspace.outputs[index])
      if output < input + count, input < output + outputCounts[index] { return true }
    }
    return false
  }
}
