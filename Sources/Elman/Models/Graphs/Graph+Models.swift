extension Graph {
  /// The same graph with the calls of the models that are layers in it in the place of each, to any depth.
  func withModelsInline(for inputs: [Shape]) throws(ElmanError) -> Graph {
    guard calls.contains(where: { $0.layer is ModelLayer }) else { return self }
    var graph = Graph(inputCount: inputCount)
    let results = try graph.append(self, inputs: Array(0..<inputCount), shapes: inputs, options: CallOptions())
    graph.outputs = results
    return graph
  }

  /// Appends the calls of a graph, whose inputs are values of this one; gives its outputs.
  private mutating func append(
    _ other: Graph, inputs: [Int], shapes inputShapes: [Shape], options: CallOptions
  ) throws(ElmanError) -> [Int] {
    var numbers = inputs
    var shapes = inputShapes
    for call in other.calls {
      let read = call.inputs.map { shapes[$0] }
      if let nested = call.layer as? ModelLayer {
        let inner = try nested.model.graphInside(for: read)
        let results = try append(inner, inputs: call.inputs.map { numbers[$0] }, shapes: read, options: call.options)
        numbers += results
      } else {
        var copy = Call(
          layer: call.layer, inputs: call.inputs.map { numbers[$0] }, states: call.states.map { numbers[$0] },
          masks: call.masks.map { $0.map { numbers[$0] } }, options: call.options, firstOutput: valueCount,
          outputCount: call.outputCount)
        if options.joinsMasksAsKeras2 { copy.options.joinsMasksAsKeras2 = true }
        numbers += copy.firstOutput..<copy.firstOutput + copy.outputCount
        calls.append(copy)
      }
      shapes += try call.layer.outputShapes(forInputs: read, call.options)
    }
    return other.outputs.map { numbers[$0] }
  }
}

extension Model {
  /// The graph of a model inside another one.
  fileprivate func graphInside(for inputs: [Shape]) throws(ElmanError) -> Graph {
    try lock.exclusive { () throws(ElmanError) in
      try requireInputs(inputs)
      return try graph(for: inputs)
    }
  }
}
