import KernelInterface

/// One step of a caller's cell: reads `input` (batch, features) and `states`, writes `output` (batch, units) and `nextStates`.
public struct CellStep {
  public let batch: Int
  public let features: Int
  public let input: UnsafePointer<Float>
  public let states: [UnsafePointer<Float>]
  public let output: UnsafeMutablePointer<Float>
  public let nextStates: [UnsafeMutablePointer<Float>]
  public let training: Bool
}

/// The functions of a caller's cell.
public struct CellFunctions: Sendable {
  public var step: @Sendable (CellStep) throws(ElmanError) -> Void
  /// Called once, before the others, with the size of a step's input.
  public var build: (@Sendable (_ features: Int) throws(ElmanError) -> Void)?
  /// Writes the states, (batch, size) each, with which a sequence begins; without it they are zeros.
  public var initialStates: (@Sendable (_ batch: Int, [UnsafeMutablePointer<Float>]) throws(ElmanError) -> Void)?

  public init(step: @escaping @Sendable (CellStep) throws(ElmanError) -> Void) { self.step = step }
}

/// A cell that the caller wrote, run step by step. It keeps its weights by itself, and no file can hold it.
public final class CallbackCell: RecurrentCell, @unchecked Sendable {
  public override class var className: String { "CallbackCell" }

  private let outputSize: Int
  private let sizes: [Int]
  private let functions: CellFunctions

  public init(name: String?, units: Int, stateSizes: [Int], functions: CellFunctions) throws(ElmanError) {
    outputSize = units
    sizes = stateSizes
    self.functions = functions
    var reader = try ConfigReader(.object(name.map { [JSON.Member("name", .string($0))] } ?? []), of: CallbackCell.className)
    super.init(try LayerSettings(&reader))
  }

  override var units: Int { outputSize }
  override var stateSizes: [Int] { sizes }
  override var isCallersOwn: Bool { true }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try functions.build?(input.last ?? 0)
    return []
  }

  override func writeInitialStates(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {
    try functions.initialStates?(batch, Array(states))
  }

  private struct Scratch {
    let input: UnsafeMutablePointer<Float>
    let output: UnsafeMutablePointer<Float>
    /// The states and the next ones, (batch, size) each; they take turns.
    let states: [[UnsafeMutablePointer<Float>]]

    init(_ space: inout ScratchSpace, _ size: SequenceSize, units: Int, stateSizes: [Int]) {
      input = space.take(size.batch, size.features)
      output = space.take(size.batch, units)
      states = (0..<2).map { _ in stateSizes.map { space.take(size.batch, $0) } }
    }
  }

  override func sequenceScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    _ = Scratch(&space, size, units: outputSize, stateSizes: sizes)
    return try space.measured()
  }

  override func runPrepared(_ call: SequenceCall) throws(ElmanError) {
    var space = ScratchSpace(call.scratch)
    let scratch = Scratch(&space, call.size, units: outputSize, stateSizes: sizes)
    for (index, state) in scratch.states[0].enumerated() {
      if let given = call.initialState(index) {
        state.update(from: given, count: call.size.batch * sizes[index])
      } else {
        state.update(repeating: 0, count: call.size.batch * sizes[index])
      }
    }
    if call.initialState(0) == nil { try writeInitialStates(scratch.states[0][...], batch: call.size.batch) }
    keep(scratch.states[0], call, after: 0)
    for step in 0..<call.size.timesteps {
      try run(step, call, scratch)
      keep(scratch.states[(step + 1) % 2], call, after: step + 1)
    }
    let last = scratch.states[call.size.timesteps % 2]
    for targets in [call.finalStates, call.carriedStates] where !targets.isEmpty {
      for (target, (state, size)) in zip(targets, zip(last, sizes)) { target.update(from: state, count: call.size.batch * size) }
    }
  }

  private func keep(_ states: [UnsafeMutablePointer<Float>], _ call: SequenceCall, after step: Int) {
    if call.kept == nil { return }
    for row in 0..<call.size.batch {
      for (index, size) in sizes.enumerated() { call.keep(index, of: sizes, row, after: step, states[index] + row * size) }
    }
  }

  private func run(_ step: Int, _ call: SequenceCall, _ scratch: Scratch) throws(ElmanError) {
    let (batch, features) = (call.size.batch, call.size.features)
    let (states, next) = (scratch.states[step % 2], scratch.states[(step + 1) % 2])
    for row in 0..<batch {
      let source = call.input + (row * call.size.timesteps + call.timestep(step)) * features
      (scratch.input + row * features).update(from: source, count: features)
    }
    try functions.step(
      CellStep(
        batch: batch, features: features, input: scratch.input, states: states.map { UnsafePointer($0) },
        output: scratch.output, nextStates: next, training: call.training))
    for row in 0..<batch {
      if !call.isMasked(row, step) {
        call.output(row, step).update(from: scratch.output + row * outputSize, count: outputSize)
        continue
      }
      for (index, size) in sizes.enumerated() { (next[index] + row * size).update(from: states[index] + row * size, count: size) }
      call.repeatOutput(row, step, units: outputSize)
    }
  }
}
