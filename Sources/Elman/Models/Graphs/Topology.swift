/// The calls and the layers between the inputs and the outputs of a model, in Keras's orders: by depth, which is the
/// longest way to an output, then as they are met from the outputs.
struct Topology {
  /// Each after those it reads; InputLayers, which read nothing, first among their depth.
  private(set) var nodes: [Node] = []
  private(set) var layers: [Layer] = []

  init(inputs: [SymbolicTensor], outputs: [SymbolicTensor]) throws(ElmanError) {
    var search = Search(inputs: Set(inputs))
    for output in outputs { try search.visit(output.node, of: output) }
    let depths = Depths(search.finished)
    let order = search.finished.indices.sorted {
      let (first, second) = (depths.ofNode[$0], depths.ofNode[$1])
      return first == second ? $0 < $1 : first > second
    }
    nodes = order.map { search.finished[$0] }
    layers = Self.layers(inputs: inputs, search: search, depths: depths)
  }

  private static func layers(inputs: [SymbolicTensor], search: Search, depths: Depths) -> [Layer] {
    // Inputs that nothing uses stand in front of what is last.
    var found = search.layers.map { (layer: $0, depth: depths.ofLayer[ObjectIdentifier($0)] ?? 0) }
    let known = Set(search.layers.map(ObjectIdentifier.init))
    let unused = inputs.map(\.layer).filter { $0 is InputLayer && !known.contains(ObjectIdentifier($0)) }
    found = unused.map { ($0, 0) } + found
    return found.enumerated().sorted {
      $0.element.depth == $1.element.depth ? $0.offset < $1.offset : $0.element.depth > $1.element.depth
    }.map(\.element.layer)
  }

  /// A walk from the outputs along what each call reads, depth first. It keeps a stack of its own: models may be deep.
  private struct Search {
    let inputs: Set<SymbolicTensor>
    /// Calls, each after those it reads.
    private(set) var finished: [Node] = []
    /// Layers, as they were met.
    private(set) var layers: [Layer] = []
    private var seen: Set<ObjectIdentifier> = []
    private var seenLayers: Set<ObjectIdentifier> = []

    init(inputs: Set<SymbolicTensor>) { self.inputs = inputs }

    private struct Visit {
      let node: Node
      let reads: [SymbolicTensor]
      var next = 0
    }

    mutating func visit(_ node: Node, of tensor: SymbolicTensor) throws(ElmanError) {
      var stack: [Visit] = []
      try begin(tensor, &stack)
      while let visit = stack.last {
        if visit.next == visit.reads.count {
          finished.append(visit.node)
          stack.removeLast()
        } else {
          stack[stack.count - 1].next += 1
          try begin(visit.reads[visit.next], &stack)
        }
      }
    }

    private mutating func begin(_ tensor: SymbolicTensor, _ stack: inout [Visit]) throws(ElmanError) {
      let isInput = inputs.contains(tensor)
      if tensor.layer is InputLayer, !isInput { throw Graph.disconnected(tensor) }
      // A model that begins at what a layer gives does not have that layer.
      if isInput, !(tensor.layer is InputLayer) { return }
      guard seen.insert(tensor.node.identity).inserted else { return }
      if seenLayers.insert(ObjectIdentifier(tensor.layer)).inserted { layers.append(tensor.layer) }
      stack.append(Visit(node: tensor.node, reads: tensor.node.arguments.tensors))
    }
  }

  /// The longest way from each call, and each layer, to an output.
  private struct Depths {
    private(set) var ofNode: [Int]
    private(set) var ofLayer: [ObjectIdentifier: Int] = [:]

    init(_ nodes: [Node]) {
      ofNode = [Int](repeating: 0, count: nodes.count)
      var indices: [ObjectIdentifier: Int] = [:]
      for (index, node) in nodes.enumerated() { indices[node.identity] = index }
      for (index, node) in nodes.enumerated().reversed() {
        // All calls of a layer are as deep as its deepest, as in Keras.
        let depth = max(ofNode[index], ofLayer[ObjectIdentifier(node.layer)] ?? 0)
        ofNode[index] = depth
        ofLayer[ObjectIdentifier(node.layer)] = depth
        for tensor in node.arguments.tensors {
          if let read = indices[tensor.node.identity] { ofNode[read] = max(ofNode[read], depth + 1) }
        }
      }
    }
  }
}
