import KernelInterface
import Synchronization

/// A model run one timestep at a time, or a block of them, with states of its own. The model's weights are shared, and
/// read as they are at each step or block: all of a set, or none. One thread at a time may use a stream; any number of
/// streams may run at once. No step allocates, and no block but the first.
public final class Stream: @unchecked Sendable {
  /// The shapes of what `step` takes: (batch, features), or (batch,) where indices are embedded. Several inputs lie one
  /// after the other, and so do several outputs.
  public let inputShapes: [[Int]]
  /// The shapes of what `step` gives: the model's outputs for one timestep, without the axis of time.
  public let outputShapes: [[Int]]
  /// The shapes of the states, in the order of the layers.
  public let stateShapes: [[Int]]

  private let layout: StreamLayout
  /// The model's: held while steps read weights of its layers.
  private let lock: ReadWriteLock
  private let steps: [StreamStep]
  /// The same, without a count of references at each step.
  private let borrowedSteps: [Unmanaged<StreamStep>]
  /// Whether all steps have the weights that they need with them.
  private let isBound: Bool
  private let changes = WeightChanges.shared
  /// The changes of weights that the steps have seen.
  private let seenChanges: Atomic<Int>
  private let states: [FloatBuffer]
  private let statePointers: [UnsafeMutablePointer<Float>]
  private let memory: StreamMemory
  /// Where the inputs of a step go and the outputs of a step are, with their floats.
  private let inputs: [UnsafeMutableBufferPointer<Float>]
  private let outputs: [UnsafeMutableBufferPointer<Float>]
  private let inputCount: Int
  private let outputCount: Int
  private var block: StreamBlock?
  /// 0: as many as the process.
  private var ownThreads = 0

  /// `lock` is the model's, which the caller holds.
  init(_ graph: Graph, inputs shapes: [Shape], batch: Int, lock: ReadWriteLock) throws(ElmanError) {
    let layout = try StreamLayout(graph, inputs: shapes, batch: batch)
    self.layout = layout
    self.lock = lock
    var states: [FloatBuffer] = []
    for shape in layout.stateShapes { states.append(try FloatBuffer(count: try elementCount(shape))) }
    self.states = states
    let statePointers = states.map(\.base)
    self.statePointers = statePointers
    let memory = try StreamMemory(layout, steps: 1, states: statePointers, threads: 1)
    self.memory = memory
    stateShapes = layout.stateShapes
    inputShapes = layout.inputs.map(layout.shapeOfStep)
    outputShapes = layout.outputs.map(layout.shapeOfStep)
    inputs = layout.inputs.map { UnsafeMutableBufferPointer(start: memory.array($0), count: layout.values[$0].count) }
    outputs = layout.outputs.map { UnsafeMutableBufferPointer(start: memory.array($0), count: layout.values[$0].count) }
    inputCount = inputs.reduce(0) { $0 + $1.count }
    outputCount = outputs.reduce(0) { $0 + $1.count }
    seenChanges = Atomic(changes.count)
    steps = try memory.steps()
    borrowedSteps = steps.map(Unmanaged.passUnretained)
    isBound = steps.allSatisfy(\.isBound)
    try reset()
    if StreamBlock.isSmall(layout) { block = try newBlock(threads: threads) }
  }

  /// Of a model of one input and one output.
  public var inputShape: [Int] { inputShapes[0] }
  public var outputShape: [Int] { outputShapes[0] }

  // MARK: Running

  /// Runs the next timestep; the buffers hold what the shapes say.
  public func step(
    _ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>
  ) throws(ElmanError) {
    guard source.count == inputCount, let first = source.baseAddress else { throw wrongInput(source.count) }
    guard target.count >= outputCount, let result = target.baseAddress else { throw smallOutput(target.count) }
    var next = first
    for input in inputs {
      input.baseAddress?.update(from: next, count: input.count)
      next += input.count
    }
    if isBound {
      if seenChanges.load(ordering: .relaxed) != changes.count { try refreshLocked() }
      try runSteps()
    } else {
      try runLocked()
    }
    var written = result
    for output in outputs {
      if let base = output.baseAddress { written.update(from: base, count: output.count) }
      written += output.count
    }
  }

  @inline(__always)
  private func runSteps() throws(ElmanError) {
    for step in borrowedSteps {
      try step.borrowing { (step) throws(ElmanError) in try step.run() }
    }
  }

  /// Steps that read weights of layers, while the model is locked.
  @inline(never)
  private func runLocked() throws(ElmanError) {
    try lock.shared { () throws(ElmanError) in
      if seenChanges.load(ordering: .relaxed) != changes.count { try refresh() }
      try runSteps()
    }
  }

  @inline(never)
  private func refreshLocked() throws(ElmanError) { try lock.shared(refresh) }

  /// Gives the steps the weights that the layers have now. The model is locked: no set of them is half in place.
  private func refresh() throws(ElmanError) {
    let seen = changes.count
    for step in steps { try step.refresh() }
    seenChanges.store(seen, ordering: .relaxed)
  }

  /// Runs the next timesteps: `source` is (batch, steps, features), and `target` (batch, steps, ...) as the shape of a
  /// step's output says. None only allocates what a block needs.
  public func run(
    _ source: UnsafePointer<Float>, steps count: Int, into target: UnsafeMutablePointer<Float>
  ) throws(ElmanError) {
    let threads = threads
    if block?.threads != threads { block = try newBlock(threads: threads) }
    guard count > 0, let block else { return }
    try lock.shared { () throws(ElmanError) in try block.run(source, steps: count, into: target) }
  }

  /// An error if arrays of so many timesteps are beyond memory.
  public func requireMemory(steps: Int) throws(ElmanError) {
    for count in [inputCount, outputCount] { _ = try elementCount([steps, count]) }
  }

  private func newBlock(threads: Int) throws(ElmanError) -> StreamBlock {
    try StreamBlock(layout, states: statePointers, threads: threads)
  }

  /// The threads in use.
  public var threads: Int { ownThreads > 0 ? ownThreads : Threads.count }

  /// Sets the number of threads for this stream alone; 0 is that of the process.
  public func setThreads(_ count: Int) throws(ElmanError) {
    try Threads.require(count)
    ownThreads = count
    for step in steps { step.threads = count }
    if let block, block.threads != threads { self.block = try newBlock(threads: threads) }
  }

  private func wrongInput(_ count: Int) -> ElmanError {
    ElmanError(
      .shapeMismatch, "A step of this stream takes shape \(inputShapes.told), \(inputCount) floats. Received: \(count)")
  }

  private func smallOutput(_ count: Int) -> ElmanError {
    ElmanError(
      .bufferTooSmall,
      "A step of this stream gives shape \(outputShapes.told), \(outputCount) floats. Received: a buffer of \(count)")
  }

  // MARK: States

  /// Begins anew: all states zero, or as a cell of the caller begins.
  public func reset() throws(ElmanError) {
    for state in states { state.base.update(repeating: 0, count: state.count) }
    for part in layout.parts { try part.call.layer.beginStream(statePointers[part.states], batch: layout.batch) }
  }

  /// Begins some rows of the batch anew, and leaves the others as they are.
  public func reset(rows: UnsafeBufferPointer<Int>) throws(ElmanError) {
    for row in rows where !(0..<layout.batch).contains(row) {
      throw ElmanError(
        .invalidArgument,
        "The rows of this stream are 0 to \(layout.batch - 1). Received: row \(UInt(bitPattern: row))")
    }
    for part in layout.parts where !part.states.isEmpty {
      // A cell of the caller begins whole batches.
      var fresh: [FloatBuffer] = []
      for index in part.states { fresh.append(try FloatBuffer(count: states[index].count)) }
      try part.call.layer.beginStream(fresh.map(\.base)[...], batch: layout.batch)
      for (index, values) in zip(part.states, fresh) {
        let size = values.count / layout.batch
        for row in rows { (statePointers[index] + row * size).update(from: values.base + row * size, count: size) }
      }
    }
  }

  /// One of the states, of `stateShapes[index]`.
  public func state(_ index: Int) throws(ElmanError) -> UnsafeBufferPointer<Float> {
    try requireState(index)
    return states[index].values
  }

  public func setState(_ index: Int, _ value: WeightValue) throws(ElmanError) {
    try requireState(index)
    guard value.shape == stateShapes[index] else {
      throw ElmanError(
        .shapeMismatch,
        "State \(index) of this stream has shape \(Shape(stateShapes[index])). Received: \(Shape(value.shape))")
    }
    if let source = value.values.baseAddress { states[index].base.update(from: source, count: states[index].count) }
  }

  private func requireState(_ index: Int) throws(ElmanError) {
    guard states.indices.contains(index) else {
      throw ElmanError(.notFound, "No such state: index \(UInt(bitPattern: index)); the stream has \(states.count).")
    }
  }
}

extension [[Int]] {
  /// As Python prints the shapes.
  fileprivate var told: String { map { Shape($0).description }.joined(separator: ", ") }
}

extension StreamMemory {
  /// The layers of one step, each bound to its part of the memory. Whether an array has a mask is the same at each
  /// step.
  func steps() throws(ElmanError) -> [StreamStep] {
    var masks = [Mask?](repeating: nil, count: layout.values.count)
    var steps: [StreamStep] = []
    for (index, part) in layout.parts.enumerated() {
      let (layer, call, written) = (part.call.layer, calls + index, writtenMasks[index])
      call.pointee.takeMasks(masks, part.call.inputs, hasTime: true)
      if !part.isIdentity { steps.append(try layer.streamStep(call.pointee, mask: written)) }
      masks[part.call.firstOutput] = layer.mask(after: call.pointee, in: written)
    }
    return steps
  }
}

extension Model {
  /// A stream of this model for a batch, with as many threads as the model has now.
  public final func stream(batch: Int) throws(ElmanError) -> Stream {
    guard batch > 0 else {
      throw ElmanError(.invalidArgument, "The batch size of a stream must be at least 1. Received: batch_size=\(batch)")
    }
    guard batch <= Int(Int32.max) else {
      throw ElmanError(
        .invalidArgument, "The batch size of a stream must be at most \(Int32.max). Received: batch_size=\(batch)")
    }
    let shapes = try requireBuiltShapes()
    return try lock.shared { () throws(ElmanError) in
      let graph = try graph(for: shapes).withModelsInline(for: shapes)
      let stream = try Stream(graph, inputs: shapes, batch: batch, lock: lock)
      try stream.setThreads(ownThreads.load(ordering: .relaxed))
      return stream
    }
  }
}
