/// Keras's functional `Model`: a graph from some tensors to others.
public final class Functional: Model, @unchecked Sendable {
  private let tensors: SymbolicModel
  public var inputs: [SymbolicTensor] { tensors.inputs }
  public var outputs: [SymbolicTensor] { tensors.outputs }
  /// How inputs and outputs stand in lists and dicts: the numbers of tensors where they are.
  public let inputStructure: JSON
  public let outputStructure: JSON
  /// Whether it is of Keras 1 or 2, whose masks are joined otherwise.
  let isOfKeras2: Bool
  private let ownGraph: Graph
  private let ownLayers: [Layer]
  private let ownTree: LayerTree
  private let isStateful: Bool
  /// The calls in it, as they were made.
  var nodes: [Node] { tensors.nodes }

  /// `structure` has "inputs" and "outputs", which are lists unless given.
  public init(
    inputs: [SymbolicTensor], outputs: [SymbolicTensor], name: String? = nil, structure: JSON? = nil,
    isOfKeras2: Bool = false
  ) throws(ElmanError) {
    try Functional.require(inputs, outputs)
    let topology = try Topology(inputs: inputs, outputs: outputs)
    inputStructure = try Functional.structure("inputs", structure, count: inputs.count)
    outputStructure = try Functional.structure("outputs", structure, count: outputs.count)
    self.isOfKeras2 = isOfKeras2
    let calls = topology.nodes.filter { !($0.layer is InputLayer) }
    var graph = try Graph(inputs: inputs, nodes: calls, outputs: outputs)
    if isOfKeras2 { for index in graph.calls.indices { graph.calls[index].options.joinsMasksAsKeras2 = true } }
    ownGraph = graph
    ownLayers = topology.layers
    ownTree = LayerTree(topology.layers)
    isStateful = topology.layers.contains(where: \.isStateful)
    tensors = SymbolicModel(inputs: inputs, outputs: outputs, nodes: calls.sorted { $0.serial < $1.serial })
    super.init(name: name ?? NameCounter.name(forClass: "Model"))
    try requireUniqueNames()
    if ownLayers.contains(where: \.runsCallersCode) { lock.watch() }
  }

  public override class var className: String { "Functional" }

  private static func require(_ inputs: [SymbolicTensor], _ outputs: [SymbolicTensor]) throws(ElmanError) {
    guard !inputs.isEmpty, !outputs.isEmpty else {
      throw ElmanError(
        .invalidArgument,
        "A model needs at least one input and one output. Received: \(inputs.count) and \(outputs.count)")
    }
    guard Set(inputs).count == inputs.count else {
      throw ElmanError(
        .invalidArgument,
        "The list of inputs passed to the model contains the same input multiple times. All inputs should only appear "
          + "once. "
          + "Received inputs=[\(inputs.map(\.name).joined(separator: ", "))]")
    }
  }

  /// One of the two structures: the number of each tensor, in lists and dicts.
  private static func structure(_ key: String, _ given: JSON?, count: Int) throws(ElmanError) -> JSON {
    guard let structure = given?[key] else { return .integers(Array(0..<count)) }
    let numbers = structure.leaves.compactMap(ConfigReader.integer)
    guard numbers.count == structure.leaves.count, numbers.sorted() == Array(0..<count) else {
      throw ElmanError(
        .wrongType,
        "The structure of \(key) needs the numbers 0 to \(count - 1), each once, in lists and objects. Received: "
          + "\(structure.text)"
      )
    }
    return structure
  }

  private func requireUniqueNames() throws(ElmanError) {
    var counts: [String: Int] = [:]
    for layer in ownLayers { counts[layer.name, default: 0] += 1 }
    guard let twice = ownLayers.first(where: { (counts[$0.name] ?? 0) > 1 }) else { return }
    throw ElmanError(
      .invalidArgument,
      "The name \"\(twice.name)\" is used \(counts[twice.name] ?? 0) times in the model. All layer names should be "
        + "unique."
    )
  }

  // MARK: Model

  public override var layers: [Layer] { ownLayers }
  override var tree: LayerTree { ownTree }
  public override var inputShapes: [Shape]? { inputs.map(\.shape) }
  override var inputCount: Int { inputs.count }
  override func graph(for inputs: [Shape]) throws(ElmanError) -> Graph { ownGraph }

  override func requireInputs(_ given: [Shape]) throws(ElmanError) {
    try requireInputCount(given)
    for (index, shape) in given.enumerated() {
      let expected = isStateful ? inputs[index].shape : inputs[index].shape.withBatch(nil)
      if !expected.accepts(shape) { throw incompatible(index, expected, shape) }
    }
  }

  override func outputShapes(ofInputs inputs: [Shape]) throws(ElmanError) -> [Shape] {
    var shapes = inputs
    for call in ownGraph.calls {
      shapes += try call.layer.outputShapes(forInputs: call.inputs.map { shapes[$0] }, call.options)
    }
    return ownGraph.outputs.map { shapes[$0] }
  }

  /// The names by which inputs may be given.
  public var inputNames: [String] { inputs.map(\.layer.name) }

  public override func config() -> JSON { ownConfig() }
  public override func json() -> JSON { wholeConfig() }

  public override func symbolic() -> SymbolicModel { tensors }
}

extension JSON {
  /// The values that are in lists and objects, in order.
  var leaves: [JSON] {
    switch self {
    case .array(let elements): elements.flatMap(\.leaves)
    case .object(let members): members.flatMap(\.value.leaves)
    default: [self]
    }
  }
}
