import Synchronization

/// Layers and those inside them, in the order of their weights. A layer that is at several places is here once, where
/// it comes first.
struct LayerTree: Sendable {
  private struct Node {
    let layer: Layer
    /// The node of the layer around it; nil for the outermost.
    let parent: Int?
  }

  private let roots: [Layer]
  private var stored: [Node] = []
  private let growth: Int
  /// Counts the layers that were put into layers of the caller's: trees made before do not have them.
  private static let latestGrowth = Atomic<Int>(0)
  static func hasGrown() { latestGrowth.add(1, ordering: .releasing) }

  init(_ layers: some Sequence<Layer>) {
    roots = Array(layers)
    growth = Self.latestGrowth.load(ordering: .acquiring)
    var seen: Set<ObjectIdentifier> = []
    for layer in roots { add(layer, to: nil, &seen) }
  }

  private var nodes: [Node] {
    growth == Self.latestGrowth.load(ordering: .acquiring) ? stored : LayerTree(roots).stored
  }

  var layers: [Layer] { nodes.map(\.layer) }

  func forEach(_ body: (Layer) throws(ElmanError) -> Void) throws(ElmanError) {
    for node in nodes { try body(node.layer) }
  }

  func contains(_ layer: Layer) -> Bool { nodes.contains { $0.layer === layer } }

  /// The layers, with how deep each stands in these.
  var depths: [(layer: Layer, depth: Int)] {
    var depths: [(layer: Layer, depth: Int)] = []
    for node in nodes { depths.append((node.layer, node.parent.map { depths[$0].depth + 1 } ?? 0)) }
    return depths
  }

  /// What the caller wrote of these layers.
  var customParts: [CustomPart] { nodes.compactMap(\.layer.custom) }

  private mutating func add(_ layer: Layer, to parent: Int?, _ seen: inout Set<ObjectIdentifier>) {
    guard seen.insert(ObjectIdentifier(layer)).inserted else { return }
    stored.append(Node(layer: layer, parent: parent))
    let index = stored.count - 1
    for child in layer.children { add(child, to: index, &seen) }
  }

  /// All weights, named by path.
  func weights(under path: String = "", trainable: Bool = true) -> [LayerWeight] {
    var inner: [(path: String, trainable: Bool)] = []
    return nodes.flatMap { node in
      let outer = node.parent.map { inner[$0] } ?? (path: path, trainable: trainable)
      let trainable = outer.trainable && node.layer.isTrainable
      inner.append(("\(outer.path)\(node.layer.name)/", trainable))
      return node.layer.ownWeights(under: outer.path, trainable: trainable)
    }
  }

  /// Bytes of all weights.
  var weightMemory: WeightMemory { nodes.reduce(WeightMemory()) { $0 + $1.layer.ownWeightMemory } }

  var weightCount: Int { nodes.reduce(0) { $0 + $1.layer.ownWeightCount } }

  /// `weights()[index]` and whether it is trained, without an array of all weights; nil if there is no such index.
  func weight(at index: Int) -> (weight: Weight, isTrainable: Bool)? {
    if index < 0 { return nil }
    var index = index
    let nodes = nodes
    for node in nodes.indices {
      let layer = nodes[node].layer
      if let weight = layer.ownWeight(at: index) {
        return (weight, weight.isTrainable && Self.isTrainable(node, nodes))
      }
      index -= layer.ownWeightCount
    }
    return nil
  }

  private static func isTrainable(_ node: Int, _ nodes: [Node]) -> Bool {
    var place: Int? = node
    while let index = place {
      if !nodes[index].layer.isTrainable { return false }
      place = nodes[index].parent
    }
    return true
  }
}
