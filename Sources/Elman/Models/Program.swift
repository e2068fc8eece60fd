import KernelInterface
import Synchronization

/// How a graph runs on inputs of some shapes: which layer runs when, and which memory each reads and writes. Made once,
/// then cached.
///
/// The first layers read the caller's inputs and the last ones write the caller's outputs. What lies between has areas
/// in the memory of a `Workspace`, which others take over when nothing reads them any more. Layers whose output is
/// their input (Flatten, Dropout at inference) take no part but for masks.
final class Program: Sendable {
  /// What is kept of a run.
  enum Purpose: Equatable { case inference, training }

  /// Where an array lies.
  enum Place: Equatable {
    case input(Int)
    case output(Int)
    /// An offset in the workspace.
    case area(Int)
  }

  /// An array that a layer reads or writes.
  struct Value {
    let shape: Dimensions
    let count: Int
    /// Itself, or the value that this one is another shape of.
    var root: Int
    var place = Place.area(0)
  }

  struct Step {
    let call: Graph.Call
    /// Whether the output is the input.
    let isIdentity: Bool
    /// Where the layer puts a mask that it writes.
    var maskOffset: Int?
    var maskCapacity = 0
    /// Where masks are put that the graph gives as arrays.
    var givenMaskOffsets: [Int?] = []
    /// Where a step of training keeps what `backward` needs.
    var keptOffset: Int?
  }

  /// A pointer that each run sets: of a step's input or output that is the caller's.
  struct Link {
    enum Target { case input(Int), state(Int), output(Int) }

    let step: Int
    let target: Target
    let place: Place
  }

  let purpose: Purpose
  let inputShapes: [[Int]]
  /// The shapes of all inputs, as calls are looked up by.
  private let key: [Int64]
  let threads: Int
  let values: [Value]
  let steps: [Step]
  let links: [Link]
  /// Outputs that no step writes: an input, or one that is given twice.
  let copies: [(value: Int, output: Int)]
  let outputs: [Int]
  let outputShapes: [Dimensions]
  let outputCounts: [Int]
  /// The step that takes the initial states of a run, and their shapes; nil where no layer has any.
  let firstRecurrentStep: Int?
  let stateShapes: [[Int]]
  let scratchOffset: Int
  let memoryCount: Int
  /// Whether a layer makes a mask.
  let makesMasks: Bool
  private unowned let cache: ProgramCache
  /// When the program was last used; the cache counts.
  let lastTurn = Atomic<Int>(0)
  private let idleWorkspaces = IdleObjects<Workspace>()

  init(
    _ graph: Graph, inputShapes: [[Int]], purpose: Purpose = .inference, threads: Int, cache: ProgramCache
  ) throws(ElmanError) {
    self.purpose = purpose
    self.inputShapes = inputShapes
    self.threads = threads
    self.cache = cache
    key = Self.key(inputShapes)
    var layout = try ProgramLayout(graph, inputShapes: inputShapes, purpose: purpose)
    try layout.place(threads: threads)
    values = layout.values
    steps = layout.steps
    links = layout.links
    copies = layout.copies
    outputs = graph.outputs
    outputShapes = graph.outputs.map { layout.values[$0].shape }
    outputCounts = graph.outputs.map { layout.values[$0].count }
    scratchOffset = layout.scratchOffset
    memoryCount = layout.memoryCount
    makesMasks = layout.steps.contains { $0.call.layer.makesMasks || !$0.call.masks.isEmpty }
    firstRecurrentStep = layout.steps.firstIndex { !$0.call.layer.stateShapes.isEmpty && $0.call.states.isEmpty }
    let batch = inputShapes.first?.first ?? 0
    stateShapes = firstRecurrentStep.map { layout.steps[$0].call.layer.stateShapes.map { [batch] + $0 } } ?? []
  }

  /// Whether the program is for inputs of these shapes, and so many threads.
  func takes(_ shapes: UnsafeBufferPointer<Int64>, threads: Int) -> Bool {
    guard threads == self.threads, shapes.count == key.count else { return false }
    for index in key.indices where key[index] != shapes[index] { return false }
    return true
  }

  /// What calls are looked up by: see `InputKey`.
  static func key(_ shapes: [[Int]]) -> [Int64] {
    if shapes.count == 1 { return shapes[0].map { Int64($0) } }
    return shapes.flatMap { [Int64($0.count)] + $0.map { Int64($0) } }
  }

  // MARK: Memory

  /// Bytes of memory that one call works in, beside its inputs, its outputs and the weights.
  var workspaceBytes: Int { memoryCount * MemoryLayout<Float>.stride }

  /// Calls `body` with a workspace of its own.
  func withWorkspace(_ body: (Workspace) throws(ElmanError) -> Void) throws(ElmanError) {
    let workspace = try takeWorkspace()
    defer { idleWorkspaces.giveBack(workspace) }
    try body(workspace)
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
