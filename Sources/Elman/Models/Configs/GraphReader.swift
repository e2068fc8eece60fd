/// Makes a functional model from its config, of Keras 1, 2 or 3.
struct GraphReader {
  private let name: String?
  private let keras: KerasVersion?
  private let isOfKeras2: Bool
  private let inputs: JSON
  private let outputs: JSON
  private var entries: [LayerEntry] = []
  private var indices: [String: Int] = [:]

  /// A layer of the config, with the calls that are made of it so far.
  private struct LayerEntry {
    let name: String
    let make: LayerForm
    let forms: [CallForm]
    var layer: Layer?
    var calls: [[SymbolicTensor]] = []
    /// 1 where references count the calls of a model from 1.
    var firstCall = 0
  }

  init(_ config: JSON, keras: KerasVersion?) throws(ElmanError) {
    self.keras = keras
    var reader = try ConfigReader(config, of: "Functional", keras: keras)
    name = try reader.string("name")
    guard case .array(let layers)? = reader.value("layers"), let inputs = reader.value("input_layers"),
      let outputs = reader.value("output_layers")
    else {
      throw ElmanError(
        .wrongType,
        "The config of a functional model needs 'layers', 'input_layers' and 'output_layers', which are lists.")
    }
    reader.ignore("trainable", "dtype", "build_input_shape")
    try reader.finish()
    (self.inputs, self.outputs) = (inputs, outputs)
    var hasLists = false
    for layer in layers {
      let entry = try GraphReader.entry(layer, keras)
      guard indices.updateValue(entries.count, forKey: entry.name) == nil else {
        throw ElmanError(
          .invalidArgument, "The name \"\(entry.name)\" is used twice in the model. All layer names should be unique.")
      }
      hasLists = hasLists || entry.forms.contains { !$0.isOfKeras3 }
      entries.append(entry)
    }
    isOfKeras2 = keras.map { $0.isBefore3 } ?? hasLists
  }

  private static func entry(_ json: JSON, _ keras: KerasVersion?) throws(ElmanError) -> LayerEntry {
    guard let object = SerializedObject(json) else {
      throw ElmanError(.wrongType, "A layer's config needs a 'class_name' (a string). Received: \(json.typeName)")
    }
    guard case .string(let name)? = json["name"] ?? object.config["name"] else {
      throw ElmanError(
        .wrongType, "A layer of a functional model needs a 'name'. Received: a \(object.className) without")
    }
    var forms: [CallForm] = []
    if let nodes = json["inbound_nodes"] {
      guard case .array(let list) = nodes else {
        throw ElmanError(
          .wrongType, "The 'inbound_nodes' of layer '\(name)' must be a list. Received: \(nodes.typeName)")
      }
      for node in list {
        guard let form = CallForm(node) else {
          throw ElmanError(
            .wrongType,
            "Layer '\(name)': an entry of 'inbound_nodes' has no form that Keras writes. Received: "
              + "\(node.text.prefix(200))"
          )
        }
        forms.append(form)
      }
    }
    return LayerEntry(name: name, make: try LayerForm(object, module: json["module"], name: name), forms: forms)
  }

  // MARK: Making the model

  mutating func model() throws(ElmanError) -> Functional {
    for index in entries.indices { try prepare(index) }
    try makeCalls()
    let (inputs, inputStructure) = try ends(self.inputs, "input_layers", isOutput: false)
    let (outputs, outputStructure) = try ends(self.outputs, "output_layers", isOutput: true)
    return try Functional(
      inputs: inputs, outputs: outputs, name: name,
      structure: ["inputs": inputStructure, "outputs": outputStructure], isOfKeras2: isOfKeras2)
  }

  /// Makes a layer; an operation is made with each of its calls.
  private mutating func prepare(_ index: Int) throws(ElmanError) {
    guard case .layer(let object) = entries[index].make else { return }
    let layer = try LayerRegistry.make(object, keras: keras)
    entries[index].layer = layer
    if let input = layer as? InputLayer { entries[index].calls = [[SymbolicTensor(input)]] }
    if layer is ModelLayer { entries[index].firstCall = firstCall(of: entries[index]) }
  }

  /// Keras 2 counts the calls of a model that has inputs from 1: the call that made it is its first.
  private func firstCall(of entry: LayerEntry) -> Int {
    var last = -1
    for other in entries {
      for form in other.forms where !form.isOfKeras3 {
        let arguments = form.arguments + form.keywords.map(\.value)
        for reference in arguments.flatMap(\.references) where reference.layer == entry.name {
          last = max(last, reference.call)
        }
      }
    }
    if isOfKeras2 {
      for reference in outputs.references where reference.layer == entry.name { last = max(last, reference.call) }
    }
    return last >= entry.forms.count ? 1 : 0
  }

  /// Makes all calls, each when those it reads are made.
  private mutating func makeCalls() throws(ElmanError) {
    var waiting = entries.indices.filter { !(entries[$0].layer is InputLayer) }
    while !waiting.isEmpty {
      var stillWaiting: [Int] = []
      var progress = false
      for index in waiting {
        while entries[index].calls.count < entries[index].forms.count,
          isReady(entries[index].forms[entries[index].calls.count])
        {
          try makeNextCall(index)
          progress = true
        }
        if entries[index].calls.count < entries[index].forms.count { stillWaiting.append(index) }
      }
      guard progress || stillWaiting.isEmpty else { throw stuck(stillWaiting) }
      waiting = stillWaiting
    }
  }

  private func stuck(_ waiting: [Int]) -> ElmanError {
    for index in waiting {
      for reference in entries[index].forms.flatMap(\.references) where indices[reference.layer] == nil {
        return ElmanError(
          .notFound,
          "Layer '\(entries[index].name)' reads the output of '\(reference.layer)', and the model has no such layer.")
      }
    }
    return ElmanError(
      .invalidArgument,
      "The calls of these layers wait for one another, or for calls that are not there: "
        + waiting.prefix(5).map { "'\(entries[$0].name)'" }.joined(separator: ", "))
  }

  private func isReady(_ form: CallForm) -> Bool {
    form.references.allSatisfy { reference in
      guard let index = indices[reference.layer] else { return false }
      return reference.call - entries[index].firstCall < entries[index].calls.count
    }
  }

  private mutating func makeNextCall(_ index: Int) throws(ElmanError) {
    let entry = entries[index]
    let form = entry.forms[entry.calls.count]
    let tensors: [SymbolicTensor]
    if case .operation(let operation) = entry.make {
      let (layer, arguments) = try operation.layer(for: form, call: entry.calls.count)
      var read: [SymbolicTensor] = []
      for reference in arguments { read.append(try tensor(reference)) }
      tensors = try layer.call(CallArguments(read))
    } else if let layer = entry.layer {
      tensors = try layer.call(try arguments(of: form, for: layer))
    } else {
      tensors = []
    }
    entries[index].calls.append(tensors)
  }

  private func tensor(_ reference: CallForm.Reference, isOutput: Bool = false) throws(ElmanError) -> SymbolicTensor {
    guard let index = indices[reference.layer] else {
      throw ElmanError(.notFound, "The model has no layer '\(reference.layer)', whose output it uses.")
    }
    let entry = entries[index]
    var call = reference.call - entry.firstCall
    // Keras 3 counts the calls of a functional model from 1 there, and from 0 elsewhere.
    if isOutput, !isOfKeras2, (entry.layer as? ModelLayer)?.model is Functional, call > 0 { call -= 1 }
    guard entry.calls.indices.contains(call), entry.calls[call].indices.contains(reference.output) else {
      throw ElmanError(
        .notFound,
        "Layer '\(reference.layer)' has no output \(reference.output) of call \(reference.call), which the model uses.")
    }
    return entry.calls[call][reference.output]
  }

  /// The tensors of `input_layers` or `output_layers`, and how they stand there.
  private func ends(
    _ json: JSON, _ key: String, isOutput: Bool
  ) throws(ElmanError) -> (tensors: [SymbolicTensor], structure: JSON) {
    var tensors: [SymbolicTensor] = []
    for reference in json.references { tensors.append(try tensor(reference, isOutput: isOutput)) }
    guard let structure = json.structure else {
      throw ElmanError(
        .wrongType, "The '\(key)' of a functional model must name layers. Received: \(json.text.prefix(200))")
    }
    return (tensors, structure)
  }
}

// MARK: - Arguments of calls

extension GraphReader {
  private func arguments(of form: CallForm, for layer: Layer) throws(ElmanError) -> CallArguments {
    var positional = form.arguments.flatMap(\.references)
    if let model = (layer as? ModelLayer)?.model as? Functional, case .dict(let dict)? = form.arguments.first {
      positional = try model.ordered(dict)
    }
    for key in ["query", "value", "key"] {
      if let given = form.keywords.first(where: { $0.key == key }) { positional += given.value.references }
    }
    if let mask = form.keywords.first(where: { $0.key == "attention_mask" && !$0.value.isNull }), positional.count > 1 {
      // It stands behind the key, which is the value where there is none.
      if positional.count == 2 { positional.append(positional[1]) }
      positional += mask.value.references
    }
    var inputs: [SymbolicTensor] = []
    for reference in positional { inputs.append(try tensor(reference)) }
    var arguments = CallArguments(inputs)
    for (key, value) in form.keywords where !value.isNull {
      switch (key, value) {
      case ("initial_state", _):
        for reference in value.references { arguments.states.append(try tensor(reference)) }
      case ("mask", _): arguments.masks = try masks(value, for: layer, count: inputs.count)
      case ("use_causal_mask", .value(.bool(let flag))): arguments.usesCausalMask = flag
      case ("return_attention_scores", .value(.bool(let flag))): arguments.returnsAttentionScores = flag
      case ("query", _), ("value", _), ("key", _), ("attention_mask", _), ("training", .value), ("name", .value): break
      default:
        throw ElmanError(
          .unsupported,
          "Layer '\(layer.name)' (\(layer.kerasClassName)) is called with '\(key)', which elman does not know.")
      }
    }
    return arguments
  }

  /// A model's masks come with its inputs.
  private func masks(_ value: CallForm.Argument, for layer: Layer, count: Int) throws(ElmanError) -> [SymbolicTensor?] {
    if layer is ModelLayer { return [] }
    var masks: [SymbolicTensor?] = []
    let given: [CallForm.Argument] = if case .list(let list) = value { list } else { [value] }
    for argument in given {
      guard let reference = argument.references.first else {
        masks.append(nil)
        continue
      }
      masks.append(try tensor(reference))
    }
    return masks + [SymbolicTensor?](repeating: nil, count: max(0, count - masks.count))
  }
}

extension CallForm {
  /// All tensors that the call reads.
  var references: [Reference] { arguments.flatMap(\.references) + keywords.flatMap(\.value.references) }
}

extension Functional {
  /// The tensors of a dict, by the keys or the names of the inputs.
  fileprivate func ordered(_ dict: [(key: String, value: CallForm.Argument)]) throws(ElmanError) -> [CallForm.Reference]
  {
    var ordered: [CallForm.Reference] = []
    for (index, name) in inputNames.enumerated() {
      let key = inputStructure.key(of: index) ?? name
      guard let given = dict.first(where: { $0.key == key || $0.key == name }) else {
        throw ElmanError(
          .invalidArgument,
          "Model \"\(self.name)\" is called with a dict that has no '\(key)'. Received: \(dict.map(\.key))")
      }
      ordered += given.value.references
    }
    return ordered
  }
}

extension JSON {
  /// The key under which a dict has a number.
  fileprivate func key(of number: Int) -> String? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.value == .int(number) }?.key
  }

  /// Tensors in lists and dicts, in Keras's order: dicts by their sorted keys.
  fileprivate var references: [CallForm.Reference] {
    if let reference = CallForm.Reference(self) { return [reference] }
    switch self {
    case .array(let list): return list.flatMap(\.references)
    case .object(let members): return members.sorted { $0.key < $1.key }.flatMap(\.value.references)
    default: return []
    }
  }

  /// The same with the number of each tensor in its place; nil where there is something else.
  fileprivate var structure: JSON? {
    var next = 0
    return structure(&next)
  }

  private func structure(_ next: inout Int) -> JSON? {
    if CallForm.Reference(self) != nil {
      defer { next += 1 }
      return .int(next)
    }
    switch self {
    case .array(let list):
      var elements: [JSON] = []
      for element in list {
        guard let inner = element.structure(&next) else { return nil }
        elements.append(inner)
      }
      return .array(elements)
    case .object(let members):
      var numbered: [String: JSON] = [:]
      for member in members.sorted(by: { $0.key < $1.key }) { numbered[member.key] = member.value.structure(&next) }
      guard numbered.count == members.count else { return nil }
      return .object(members.map { Member($0.key, numbered[$0.key] ?? .null) })
    default: return nil
    }
  }
}
