/// What a table says of one layer.
struct SummaryRow {
  let title: String
  let outputShape: String
  let parameters: Int
  let isTrainable: Bool
  /// The tensors that it reads: `name[call][output]`.
  let connections: [String]
  /// Those of the layers of a model, where they are shown.
  let inner: [SummaryRow]
}

/// Makes the rows of a summary: names, classes and shapes as the Keras of a style writes them.
struct SummaryRows {
  let style: SummaryOptions.Style
  let expandsNested: Bool

  /// Of the layers in the range that was asked for.
  func rows(of model: Model, _ options: SummaryOptions) throws(ElmanError) -> [SummaryRow] {
    let layers = try model.calledLayers()
    let first = try index(of: options.firstLayer, in: layers) ?? 0
    let last = try index(of: options.lastLayer, in: layers) ?? layers.count - 1
    guard !layers.isEmpty else { return [] }
    return try rows(layers[min(first, last)...max(first, last)], hasConnections: true)
  }

  private func index(of name: String?, in layers: [CalledLayer]) throws(ElmanError) -> Int? {
    guard let name else { return nil }
    if let index = layers.firstIndex(where: { $0.layer.name == name }) { return index }
    throw ElmanError(
      .notFound,
      "Passed layer names do not match the layer names in the model. Received: '\(name)'; "
        + "the layers are \(layers.map { "'\($0.layer.name)'" }.joined(separator: ", ")).")
  }

  private func rows(
    _ layers: some Sequence<CalledLayer>, hasConnections: Bool
  ) throws(ElmanError) -> [SummaryRow] {
    var rows: [SummaryRow] = []
    for called in layers {
      let layer = called.layer
      rows.append(
        SummaryRow(
          title: "\(layer.name) (\(className(layer)))", outputShape: try outputShape(called),
          parameters: layer.weights.parameterCount, isTrainable: layer.isTrainable,
          connections: hasConnections ? called.connections : [], inner: try inner(layer)))
    }
    return rows
  }

  private func inner(_ layer: Layer) throws(ElmanError) -> [SummaryRow] {
    guard expandsNested, let model = (layer as? ModelLayer)?.model else { return [] }
    // Operations are no layers in Keras 3.
    let layers = try model.calledLayers().filter { style == .tf2 || OperationName($0.layer) == nil }
    return try rows(layers, hasConnections: false)
  }

  private func className(_ layer: Layer) -> String {
    guard let operation = OperationName(layer) else { return layer.kerasClassName }
    return style == .tf2 ? OperationName.classOfKeras2(layer) : operation.className
  }

  // MARK: Shapes

  private func outputShape(_ called: CalledLayer) throws(ElmanError) -> String {
    switch style {
    case .tf2: try outputShapeOfKeras2(called)
    case .keras3: called.outputs.last.map { $0.count == 1 ? $0[0].description : $0.list } ?? "?"
    }
  }

  /// Keras 2 writes lists, tuples and dicts as the layer gives them.
  private func outputShapeOfKeras2(_ called: CalledLayer) throws(ElmanError) -> String {
    if let model = (called.layer as? ModelLayer)?.model as? Functional {
      return model.outputStructure.text(of: try model.outputShapes(forInputs: nil))
    }
    let texts = Set(called.outputs.map { textOfKeras2($0, of: called.layer) })
    return texts.count == 1 ? texts.first ?? "?" : "multiple"
  }

  private func textOfKeras2(_ shapes: [Shape], of layer: Layer) -> String {
    if shapes.count == 1, !(layer is InputLayer) { return shapes[0].description }
    return layer.returnsTuple ? "(\(shapes.map(\.description).joined(separator: ", ")))" : shapes.list
  }
}

extension Layer {
  /// Whether Keras 2 gives a tuple, where there are several outputs, and not a list.
  fileprivate var returnsTuple: Bool { self is SequenceAttention || self is ProjectedAttention }
}

extension JSON {
  /// A structure of numbers of shapes, as Python prints it.
  fileprivate func text(of shapes: [Shape]) -> String {
    switch self {
    case .array(let elements) where elements.count == 1: elements[0].text(of: shapes)
    case .array(let elements): "[\(elements.map { $0.text(of: shapes) }.joined(separator: ", "))]"
    case .object(let members):
      "{\(members.map { "'\($0.key)': \($0.value.text(of: shapes))" }.joined(separator: ", "))}"
    default: ConfigReader.integer(self).flatMap { shapes.indices.contains($0) ? shapes[$0].description : nil } ?? "?"
    }
  }
}
