/// Keras's functional `Model`: a graph from some tensors to others.
public final class Functional: Model, @unchecked Sendable {
  public let inputs: [SymbolicTensor]
  public let outputs: [SymbolicTensor]
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
  let nodes: [Node]

  /// `inputStructure` and `outputStructure` are lists unless given.
  public init(
    inputs: [SymbolicTensor], outputs: [SymbolicTensor], name: String? = nil, inputStructure: JSON? = nil,
    outputStructure: JSON? = nil, isOfKeras2: Bool = false
  ) throws(ElmanError) {
    try Functional.require(inputs, outputs)
    let topology = try Topology(inputs: inputs, outputs: outputs)
    self.inputs = inputs
    self.outputs = outputs
    self.inputStructure = inputStructure ?? .integers(Array(inputs.indices))
    self.outputStructure = outputStructure ?? .integers(Array(outputs.indices))
    self.isOfKeras2 = isOfKeras2
    let calls = topology.nodes.filter { !($0.layer is InputLayer) }
    var graph = try Graph(inputs: inputs, nodes: calls, outputs: outputs)
    if isOfKeras2 { for index in graph.calls.indices { graph.calls[index].options.joinsMasksAsKeras2 = true } }
    ownGraph = graph
    ownLayers = topology.layers
    ownTree = LayerTree(topology.layers)
    isStateful = topology.layers.contains(where: \.isStateful)
    nodes = calls.sorted { $0.serial < $1.serial }
    super.init(name: name)
    try requireUniqueNames()
    if ownLayers.contains(where: \.runsCallersCode) { lock.watch() }
  }

  public override class var className: String { "Functional" }

  private static func require(_ inputs: [SymbolicTensor], _ outputs: [SymbolicTensor]) throws(ElmanError) {
    guard !inputs.isEmpty, !outputs.isEmpty else {
      throw ElmanError(
        .invalidArgument, "A model needs at least one input and one output. Received: \(inputs.count) and \(outputs.count)")
    }
    guard Set(inputs).count == inputs.count else {
      throw ElmanError(
        .invalidArgument,
        "The list of inputs passed to the model contains the same input multiple times. All inputs should only appear once. "
          + "Received inputs=[\(inputs.map(\.name).joined(separator: ", "))]")
    }
  }

  private func requireUniqueNames() throws(ElmanError) {
    var counts: [String: Int] = [:]
    for layer in ownLayers { counts[layer.name, default: 0] += 1 }
    guard let twice = ownLayers.first(where: { (counts[$0.name] ?? 0) > 1 }) else { return }
    throw ElmanError(
      .invalidArgument,
      "The name \"\(twice.name)\" is used \(counts[twice.name] ?? 0) times in the model. All layer names should be unique.")
  }

  // MARK: Model

  public override var layers: [Layer] { ownLayers }
  override var tree: LayerTree { ownTree }
  public override var inputShapes: [Shape]? { inputs.map(\.shape) }
  override var inputCount: Int { inputs.count }
  override func graph(for inputs: [Shape]) throws(ElmanError) -> Graph { ownGraph }

  override func requireInputs(_ given: [Shape]) throws(ElmanError) {
    guard given.count == inputs.count else {
      throw ElmanError(
        .invalidArgument,
        "Layer \"\(name)\" expects \(inputs.count) input(s), but it received \(given.count) input tensors. "
          + "Inputs received: \(given.list)")
    }
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

  /// The calls of a layer in this model, as they were made.
  func calls(of layer: Layer) -> [Node] { nodes.filter { $0.layer === layer } }
}
