import KernelInterface

/// One step of a caller's cell: reads `input` (batch, features) and `states`, writes `output` (batch, units) and
/// `nextStates`.
public struct CellStep {
  public let batch: Int
  public let features: Int
  public let input: UnsafePointer<Float>
  public let states: [UnsafePointer<Float>]
  public let output: UnsafeMutablePointer<Float>
  public let nextStates: [UnsafeMutablePointer<Float>]
  public let training: Bool
  /// The cell's own weights, as they are now.
  public let weights: [Weight]
}

/// The functions of a caller's cell.
public struct CellFunctions: Sendable {
  public var step: @Sendable (CellStep) throws(ElmanError) -> Void
  /// Writes the states, (batch, size) each, with which a sequence begins; without it they are zeros.
  public var initialStates: (@Sendable (_ batch: Int, [UnsafeMutablePointer<Float>]) throws(ElmanError) -> Void)?

  public init(step: @escaping @Sendable (CellStep) throws(ElmanError) -> Void) { self.step = step }
}

/// A cell that the caller wrote, run step by step. Its weights are those that its `build` declares; it may keep others
/// by itself.
public final class CallbackCell: CellLayer, @unchecked Sendable {
  public override class var className: String { "CallbackCell" }

  private let part: CustomPart

  public init(
    _ part: CustomPart, name: String?, units: Int, stateSizes: [Int], functions: CellFunctions
  ) throws(ElmanError) {
    self.part = part
    var reader = try ConfigReader(
      .object(name.map { [JSON.Member("name", .string($0))] } ?? []), of: part.shortName)
    let runner = CallbackRunner(units: units, stateSizes: stateSizes, functions: functions)
    super.init(runner, try LayerSettings(&reader))
  }

  override var custom: CustomPart? { part }
  override func ownConfig() -> [JSON.Member] { (try? part.checkedConfig()) ?? [] }
  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] { ownWeights }
}

/// Runs a caller's cell.
private final class CallbackRunner: SequenceRunner {
  let units: Int
  let stateSizes: [Int]
  private let functions: CellFunctions
  private var weights: [Weight] = []

  init(units: Int, stateSizes: [Int], functions: CellFunctions) {
    self.units = units
    self.stateSizes = stateSizes
    self.functions = functions
  }

  var isCallersOwn: Bool { true }

  func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] { [] }

  func prepare(_ weights: [Weight], as format: WeightFormat) throws(ElmanError) {
    Fork.changing { self.weights = weights }
  }

  func writeInitialStates(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {
    try functions.initialStates?(batch, Array(states))
  }

  // MARK: Running

  private typealias Memory = (
    input: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>, states: SteppedStates
  )

  /// One step's input and output, and the states.
  private func memory(_ space: inout ScratchSpace, _ size: SequenceSize) -> Memory {
    (
      space.take(size.batch, size.features), space.take(size.batch, units),
      SteppedStates(&space, batch: size.batch, sizes: stateSizes)
    )
  }

  func scratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    _ = memory(&space, size)
    return try space.measured()
  }

  func run(_ call: SequenceCall) throws(ElmanError) {
    var space = ScratchSpace(call.scratch)
    let (input, output, states) = memory(&space, call.size)
    func all(after step: Int) -> [UnsafeMutablePointer<Float>] {
      stateSizes.indices.map { states.state($0, of: stateSizes, after: step) }
    }
    let (batch, features) = (call.size.batch, call.size.features)
    call.begin(states, sizes: stateSizes, rows: 0..<batch)
    if call.initialState(0) == nil { try writeInitialStates(all(after: 0)[...], batch: batch) }
    try call.run(states, sizes: stateSizes, rows: 0..<batch, units: units) { (step) throws(ElmanError) in
      for row in 0..<batch {
        let source = call.input + (row * call.size.timesteps + call.timestep(step)) * features
        (input + row * features).update(from: source, count: features)
      }
      try functions.step(
        CellStep(
          batch: batch, features: features, input: input, states: all(after: step).map { UnsafePointer($0) },
          output: output,
          nextStates: all(after: step + 1), training: call.training, weights: weights))
      return UnsafePointer(output)
    }
  }
}
