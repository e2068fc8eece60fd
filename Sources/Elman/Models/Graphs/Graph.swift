/// Which layers a model calls, on which arrays, in an order in which they can run. A Sequential is a graph that is a
/// chain.
struct Graph: Sendable {
  /// One call of a layer. Arrays are numbered: first the inputs of the graph, then the outputs of each call in turn.
  struct Call: Sendable {
    let layer: Layer
    let inputs: [Int]
    var states: [Int] = []
    var masks: [Int?] = []
    var options = CallOptions()
    let firstOutput: Int
    let outputCount: Int
  }

  let inputCount: Int
  var calls: [Call] = []
  var outputs: [Int] = []

  /// Of no calls.
  init(inputCount: Int) { self.inputCount = inputCount }

  /// Layers one after the other, each with the first output of the one before.
  init(chain layers: [Layer], outputCounts: [Int]) {
    inputCount = 1
    outputs = [0]
    var next = 1
    for (layer, count) in zip(layers, outputCounts) {
      calls.append(Call(layer: layer, inputs: [outputs[0]], firstOutput: next, outputCount: count))
      outputs = Array(next..<next + count)
      next += count
    }
  }

  /// From some tensors to others. `nodes` are those between them, each after those it reads.
  init(inputs: [SymbolicTensor], nodes: [Node], outputs: [SymbolicTensor]) throws(ElmanError) {
    inputCount = inputs.count
    var numbers: [SymbolicTensor: Int] = [:]
    for (index, input) in inputs.enumerated() { numbers[input] = index }
    func number(_ tensor: SymbolicTensor) throws(ElmanError) -> Int {
      guard let number = numbers[tensor] else { throw Graph.disconnected(tensor) }
      return number
    }
    var next = inputs.count
    for node in nodes {
      let arguments = node.arguments
      var call = Call(
        layer: node.layer, inputs: try arguments.inputs.map(number), options: arguments.options, firstOutput: next,
        outputCount: node.outputShapes.count)
      call.states = try arguments.states.map(number)
      for mask in arguments.masks { call.masks.append(try mask.map(number)) }
      calls.append(call)
      for index in node.outputShapes.indices {
        // A model may begin at what a layer gives: then that is an input.
        let tensor = SymbolicTensor(node, index)
        if numbers[tensor] == nil { numbers[tensor] = next + index }
      }
      next += node.outputShapes.count
    }
    self.outputs = try outputs.map(number)
  }

  static func disconnected(_ tensor: SymbolicTensor) -> ElmanError {
    ElmanError(
      .invalidArgument,
      "Graph disconnected: cannot obtain value for tensor \"\(tensor.name)\" of shape \(tensor.shape) at layer "
        + "\"\(tensor.layer.name)\". The inputs of the model do not lead to it.")
  }

  /// The number of arrays.
  var valueCount: Int { calls.last.map { $0.firstOutput + $0.outputCount } ?? inputCount }
}
