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
public final class CallbackCell: CellLayer, @unchecked Sendable {
  public override class var className: String { "CallbackCell" }

  public init(name: String?, units: Int, stateSizes: [Int], functions: CellFunctions) throws(ElmanError) {
    var reader = try ConfigReader(.object(name.map { [JSON.Member("name", .string($0))] } ?? []), of: CallbackCell.className)
    let runner = CallbackRunner(units: units, stateSizes: stateSizes, functions: functions)
    super.init(runner, try LayerSettings(&reader))
  }
}

/// Runs a caller's cell.
private final class CallbackRunner: SequenceRunner {
  let units: Int
  let stateSizes: [Int]
  private let functions: CellFunctions

  init(units: Int, stateSizes: [Int], functions: CellFunctions) {
    self.units = units
    self.stateSizes = stateSizes
    self.functions = functions
  }

  var isCallersOwn: Bool { true }
  func config(ofCell: Bool) -> [JSON.Member] { [] }

  func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try functions.build?(input.last ?? 0)
    return []
  }

  func writeInitialStates(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {
    try functions.initialStates?(batch, Array(states))
  }

  // MARK: Running

  private struct Scratch {
    let input: UnsafeMutablePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let states: SteppedStates

    init(_ space: inout ScratchSpace, _ size: SequenceSize, units: Int, stateSizes: [Int]) {
      input = space.take(size.batch, size.features)
      output = space.take(size.batch, units)
      states = SteppedStates(&space, batch: size.batch, sizes: stateSizes)
    }

    func states(after step: Int) -> [UnsafeMutablePointer<Float>] { states.sizes.indices.map { states.state($0, after: step) } }
  }

  func scratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    _ = Scratch(&space, size, units: units, stateSizes: stateSizes)
    return try space.measured()
  }

  func run(_ call: SequenceCall) throws(ElmanError) {
    var space = ScratchSpace(call.scratch)
    let scratch = Scratch(&space, call.size, units: units, stateSizes: stateSizes)
    call.begin(scratch.states)
    if call.initialState(0) == nil { try writeInitialStates(scratch.states(after: 0)[...], batch: call.size.batch) }
    let (batch, features) = (call.size.batch, call.size.features)
    try call.run(scratch.states, units: units) { (step) throws(ElmanError) in
      for row in 0..<batch {
        let source = call.input + (row * call.size.timesteps + call.timestep(step)) * features
        (scratch.input + row * features).update(from: source, count: features)
      }
      try functions.step(
        CellStep(
          batch: batch, features: features, input: scratch.input, states: scratch.states(after: step).map { UnsafePointer($0) },
          output: scratch.output, nextStates: scratch.states(after: step + 1), training: call.training))
      return UnsafePointer(scratch.output)
    }
  }
}
