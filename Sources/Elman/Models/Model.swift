import Synchronization

/// Keras's `Model`: layers, and how arrays go through them. Any number of threads may run one model at once.
///
/// A subclass says which graph it is: a `Functional` is made with one, a `Sequential` is a chain that grows.
public class Model: @unchecked Sendable {
  public let name: String
  let lock = ReadWriteLock()
  private let programs = ProgramCache()
  let nestedLayer = NestedLayer()
  /// 0: as many threads as the process.
  let ownThreads = Atomic<Int>(0)

  init(name: String?) {
    self.name = name ?? NameCounter.name(forClass: Self.className)
  }

  // MARK: To be overridden

  /// Keras's class name.
  public class var className: String { "Model" }

  /// As Keras's `model.layers`.
  public var layers: [Layer] { [] }

  /// The layers and those inside them.
  var tree: LayerTree { LayerTree(layers) }

  /// The shapes of the inputs, batch first; nil before the model is built.
  public var inputShapes: [Shape]? { nil }

  /// How many inputs a call has.
  var inputCount: Int { 1 }

  /// The graph for inputs of these shapes, which are checked. A model that is not built is built. The lock is held
  /// alone.
  func graph(for inputs: [Shape]) throws(ElmanError) -> Graph { throw notBuilt() }

  /// The shapes of the outputs for inputs that are checked. The lock is held.
  func outputShapes(ofInputs inputs: [Shape]) throws(ElmanError) -> [Shape] { throw notBuilt() }

  /// An error unless inputs of these shapes may come. The lock is held.
  func requireInputs(_ inputs: [Shape]) throws(ElmanError) {}

  /// Its tensors, of a model that is built.
  public func symbolic() throws(ElmanError) -> SymbolicModel { throw notBuilt() }

  /// Called when the model becomes a layer of another one.
  func becomeNested() throws(ElmanError) {}

  /// The config as Keras's `get_config()` gives it.
  public func config() -> JSON { .null }

  /// The model as `to_json()` gives it.
  public func json() -> JSON { .null }

  // MARK: Layers

  public var isBuilt: Bool { inputShapes != nil }

  public final func layer(named name: String) throws(ElmanError) -> Layer {
    let layers = layers
    if let layer = layers.first(where: { $0.name == name }) { return layer }
    throw ElmanError(
      .notFound,
      "No such layer: \(name). Existing layers are: [\(layers.map { "'\($0.name)'" }.joined(separator: ", "))].")
  }

  public final func layer(at index: Int) throws(ElmanError) -> Layer {
    let layers = layers
    guard layers.indices.contains(index) else {
      throw ElmanError(
        .notFound, "Was asked to retrieve layer at index \(index) but model only has \(layers.count) layers.")
    }
    return layers[index]
  }

  // MARK: Shapes

  /// Makes the weights of all layers for the shapes of the inputs, batch first.
  public func build(forInputs inputs: [Shape]) throws(ElmanError) {
    for input in inputs { try input.requireSensible() }
    try lock.exclusive { () throws(ElmanError) in
      try requireInputs(inputs)
      _ = try graph(for: inputs)
    }
  }

  /// The shape of the model's first input, or an error where it is not built.
  public final func requireBuiltShape() throws(ElmanError) -> Shape { try requireBuiltShapes()[0] }

  /// The shapes of the model's inputs, or an error where it is not built.
  public final func requireBuiltShapes() throws(ElmanError) -> [Shape] {
    guard let shapes = inputShapes else { throw notBuilt() }
    return shapes
  }

  /// The shapes of the outputs for the shapes of the inputs, or for those the model was built for.
  public final func outputShapes(forInputs given: [Shape]?) throws(ElmanError) -> [Shape] {
    for input in given ?? [] { try input.requireSensible() }
    let built = inputShapes
    return try lock.shared { () throws(ElmanError) in
      guard let inputs = given ?? built else { throw notBuilt() }
      if given != nil { try requireInputs(inputs) }
      return try outputShapes(ofInputs: inputs)
    }
  }

  final func notBuilt() -> ElmanError {
    ElmanError(
      .notBuilt,
      "This model has not yet been built. Build the model first by calling `build()` or by calling the model on a "
        + "batch of data."
    )
  }

  final func incompatible(_ index: Int, _ expected: Shape, _ found: Shape) -> ElmanError {
    ElmanError(
      .shapeMismatch,
      "Input \(index) of layer \"\(name)\" is incompatible with the layer: expected shape=\(expected), found "
        + "shape=\(found)"
    )
  }

  // MARK: Threads

  /// The threads that a call may use.
  public final var threads: Int {
    let own = ownThreads.load(ordering: .relaxed)
    return own > 0 ? own : Threads.count
  }

  /// Sets the number of threads for this model alone; 0 is that of the process.
  public final func setThreads(_ count: Int) throws(ElmanError) {
    try Threads.require(count)
    ownThreads.store(count, ordering: .relaxed)
  }

  // MARK: Programs

  final func requireInputCount(_ inputs: [Shape]) throws(ElmanError) {
    guard inputs.count == inputCount else {
      throw ElmanError.inputCount(of: name, expected: inputCount, received: inputs)
    }
  }

  /// Calls `body` with the program for inputs of some shapes, building the model where its first inputs
  /// tell how. No layer is added and no weights are set meanwhile.
  final func withProgram(
    for key: InputKey, threads given: Int? = nil, _ body: (Program) throws(ElmanError) -> Void
  ) throws(ElmanError) {
    if key.count != inputCount { try requireInputCount(key.shapes.map { Shape($0) }) }
    let threads = given ?? threads
    func attempt() throws(ElmanError) -> Bool {
      guard let program = programs.program(for: key.sizes, threads: threads) else { return false }
      try body(program)
      return true
    }
    while !(try lock.shared(attempt)) {
      try lock.exclusive { () throws(ElmanError) in
        if programs.program(for: key.sizes, threads: threads) == nil {
          programs.add(try newProgram(for: key, purpose: .inference, threads: threads), for: key.sizes)
        }
      }
    }
  }

  /// The lock is held alone.
  private func newProgram(
    for key: InputKey, purpose: Program.Purpose, threads: Int
  ) throws(ElmanError) -> Program {
    let shapes = key.shapes
    for shape in shapes {
      guard !shape.isEmpty else {
        throw ElmanError(.shapeMismatch, "The input of a model needs a batch dimension. Received: shape=()")
      }
      _ = try elementCount(shape)
    }
    let inputs = shapes.map { Shape($0) }
    try requireInputs(inputs)
    let graph = try graph(for: inputs).withModelsInline(for: inputs)
    return try Program(graph, inputShapes: shapes, purpose: purpose, threads: threads, cache: programs)
  }

  /// A program that keeps what gradients need.
  final func trainingProgram(for shapes: [[Int]]) throws(ElmanError) -> Program {
    var program: Program?
    try Program.key(shapes).withUnsafeBufferPointer { (sizes) throws(ElmanError) in
      let key = InputKey(sizes, count: shapes.count)
      if key.count != inputCount { try requireInputCount(key.shapes.map { Shape($0) }) }
      try lock.exclusive { () throws(ElmanError) in
        program = try newProgram(for: key, purpose: .training, threads: threads)
      }
    }
    guard let program else { throw notBuilt() }
    return program
  }

  /// All programs, which a change of the layers makes useless, for the caller to drop when it holds no lock any more.
  final func takePrograms() -> [ProgramCache.Entry] { programs.takeAll() }

  // MARK: Weights

  /// The weights of all layers in order, each once, named by path.
  public final var weights: [LayerWeight] { tree.weights() }

  /// How many weights there are.
  public final var weightCount: Int { tree.weightCount }

  /// Bytes that the weights take now.
  public final var weightMemory: WeightMemory { tree.weightMemory }

  /// `weights[index]` and whether it is trained, without an array of all weights; nil if there is no such index.
  public final func weight(at index: Int) -> (weight: Weight, isTrainable: Bool)? { tree.weight(at: index) }

  /// As Keras's messages name it.
  public final var title: String { "model \"\(name)\"" }

  /// Sets one weight, while no call of this model runs.
  public final func setWeight(at index: Int, _ value: WeightValue) throws(ElmanError) {
    let tree = tree
    try whileIdle { () throws(ElmanError) in try tree.weights().at(index, of: title).set(value) }
  }

  /// Sets all weights, or none where one does not fit. No call of this model runs with some of them.
  public final func setWeights(_ values: [WeightValue]) throws(ElmanError) {
    let tree = tree
    try whileIdle { () throws(ElmanError) in try tree.weights().set(values, of: title) }
  }

  /// Sets some weights, whose shapes were checked. No call of this model runs with some of them.
  final func setWeights(_ values: [(place: LayerWeight, values: FloatBuffer)]) throws(ElmanError) {
    try whileIdle { () throws(ElmanError) in try [LayerWeight].set(values) }
  }

  public final func resetStates() throws(ElmanError) {
    let layers = layers
    try whileIdle { () throws(ElmanError) in
      for layer in layers { try layer.resetStates() }
    }
  }

  /// Calls `body` while no call of this model runs.
  final func whileIdle<Result>(_ body: () throws(ElmanError) -> Result) throws(ElmanError) -> Result {
    try lock.exclusive(body)
  }

  final func read<Value>(_ value: () -> Value) -> Value {
    var result: Value?
    try? lock.shared { () throws(ElmanError) in result = value() }
    return result ?? value()
  }
}
