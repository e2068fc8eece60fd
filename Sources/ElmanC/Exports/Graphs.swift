import CElman
import Elman

@implementation @_cdecl("elman_layer_call")
public func elman_layer_call(
  _ layer: elman_layer, _ inputs: UnsafePointer<elman_tensor>?, _ input_count: Int,
  _ options: UnsafePointer<elman_call_options>?, _ outputs: UnsafeMutablePointer<elman_tensor>?,
  _ output_capacity: Int, _ output_count: UnsafeMutablePointer<Int>?
) -> elman_status {
  boundary { () throws(ElmanError) in
    let layer = try layer.object()
    let inputs = try tensors(inputs, input_count, "inputs")
    let given = try ElmanC.options(options, or: elman_call_options())
    let result = try TensorResult(outputs, output_capacity, output_count, "outputs")
    if let input = layer as? InputLayer, inputs.isEmpty { return try result.write([SymbolicTensor(input)]) }
    try result.write(layer.call(given.arguments(inputs)))
  }
}

extension elman_call_options: OptionStruct {
  static var firstSize: Int { MemoryLayout<Self>.size }

  fileprivate func arguments(_ inputs: [SymbolicTensor]) throws(ElmanError) -> CallArguments {
    var arguments = CallArguments(inputs)
    arguments.states = try tensors(initial_states, initial_state_count, "initial_states")
    for mask in try list(masks, mask_count, "masks") {
      arguments.masks.append(mask.id == 0 ? nil : try mask.object().tensor)
    }
    arguments.usesCausalMask = use_causal_mask != 0
    arguments.returnsAttentionScores = return_attention_scores != 0
    return arguments
  }
}

@implementation @_cdecl("elman_tensor_release")
public func elman_tensor_release(_ tensor: elman_tensor) -> elman_status {
  boundary { () throws(ElmanError) in try tensor.release() }
}

@implementation @_cdecl("elman_tensor_shape")
public func elman_tensor_shape(
  _ tensor: elman_tensor, _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int, _ rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  tensor.call { (object) throws(ElmanError) in
    try ShapeResult(shape, capacity, rank).write(object.tensor.shape.dimensions)
  }
}

@implementation @_cdecl("elman_tensor_name")
public func elman_tensor_name(
  _ tensor: elman_tensor, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  tensor.tell(text, capacity, length) { $0.tensor.name }
}

@implementation @_cdecl("elman_tensor_dtype")
public func elman_tensor_dtype(
  _ tensor: elman_tensor, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  tensor.tell(text, capacity, length) { $0.tensor.dtype }
}

@implementation @_cdecl("elman_tensor_layer")
public func elman_tensor_layer(_ tensor: elman_tensor, _ layer: UnsafeMutablePointer<elman_layer>?) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in try tensor.object().tensor.layer }
}

@implementation @_cdecl("elman_tensor_origin")
public func elman_tensor_origin(
  _ tensor: elman_tensor, _ call: UnsafeMutablePointer<UInt64>?, _ output: UnsafeMutablePointer<Int>?
) -> elman_status {
  tensor.call { (object) throws(ElmanError) in
    call?.pointee = UInt64(clamping: object.tensor.callNumber)
    output?.pointee = object.tensor.outputIndex
  }
}

@implementation @_cdecl("elman_model_create_from_tensors")
public func elman_model_create_from_tensors(
  _ name: UnsafePointer<CChar>?, _ inputs: UnsafePointer<elman_tensor>?, _ input_count: Int,
  _ outputs: UnsafePointer<elman_tensor>?, _ output_count: Int, _ structure_json: UnsafePointer<CChar>?,
  _ model: UnsafeMutablePointer<elman_model>?
) -> elman_status {
  creating(model, "model") { () throws(ElmanError) in
    let structure = try text(structure_json, "structure_json").map { (text) throws(ElmanError) in try JSON.parse(text) }
    return try Functional(
      inputs: tensors(inputs, input_count, "inputs"), outputs: tensors(outputs, output_count, "outputs"),
      name: text(name, "name"), structure: structure)
  }
}

@implementation @_cdecl("elman_layer_create_from_model")
public func elman_layer_create_from_model(
  _ model: elman_model, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in try model.object().asLayer() }
}

@implementation @_cdecl("elman_layer_model")
public func elman_layer_model(_ layer: elman_layer, _ model: UnsafeMutablePointer<elman_model>?) -> elman_status {
  creating(model, "model") { () throws(ElmanError) in
    let layer = try layer.object()
    guard let nested = layer as? ModelLayer else {
      throw ElmanError(.notFound, "Layer \"\(layer.name)\" is no model. Received: a \(layer.kerasClassName)")
    }
    return nested.model
  }
}

@implementation @_cdecl("elman_model_class_name")
public func elman_model_class_name(
  _ model: elman_model, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.tell(text, capacity, length) { type(of: $0).className }
}

@implementation @_cdecl("elman_model_tensor_counts")
public func elman_model_tensor_counts(
  _ model: elman_model, _ inputs: UnsafeMutablePointer<Int>?, _ outputs: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let ends = try model.symbolic()
    inputs?.pointee = ends.inputs.count
    outputs?.pointee = ends.outputs.count
  }
}

@implementation @_cdecl("elman_model_input")
public func elman_model_input(
  _ model: elman_model, _ index: Int, _ tensor: UnsafeMutablePointer<elman_tensor>?
) -> elman_status {
  creating(tensor, "tensor") { () throws(ElmanError) in
    TensorObject(try model.object().symbolic().inputs.at(index, "input"))
  }
}

@implementation @_cdecl("elman_model_output")
public func elman_model_output(
  _ model: elman_model, _ index: Int, _ tensor: UnsafeMutablePointer<elman_tensor>?
) -> elman_status {
  creating(tensor, "tensor") { () throws(ElmanError) in
    TensorObject(try model.object().symbolic().outputs.at(index, "output"))
  }
}

@implementation @_cdecl("elman_model_call_count")
public func elman_model_call_count(
  _ model: elman_model, _ index: Int, _ count: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    try required(count, "count").pointee = model.calls(ofLayerAt: index).count
  }
}

@implementation @_cdecl("elman_model_call_tensors")
public func elman_model_call_tensors(
  _ model: elman_model, _ index: Int, _ call: Int, _ inputs: UnsafeMutablePointer<elman_tensor>?,
  _ input_capacity: Int, _ input_count: UnsafeMutablePointer<Int>?, _ outputs: UnsafeMutablePointer<elman_tensor>?,
  _ output_capacity: Int, _ output_count: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let inputResult = try TensorResult(inputs, input_capacity, input_count, "inputs")
    let outputResult = try TensorResult(outputs, output_capacity, output_count, "outputs")
    let calls = try model.calls(ofLayerAt: index)
    guard calls.indices.contains(call) else {
      throw ElmanError(.notFound, "No such call: \(UInt(bitPattern: call)); the layer has \(calls.count).")
    }
    try outputResult.check(calls[call].outputs.count)
    try inputResult.write(calls[call].inputs)
    try outputResult.write(calls[call].outputs)
  }
}

// MARK: - Tensors

/// More than a call or a model of use has: a list that is said to be longer is not read.
private let mostTensors = 65_536

/// A list of handles; NULL only where it is empty.
private func list<H: Handle>(_ pointer: UnsafePointer<H>?, _ count: Int, _ name: StaticString) throws(ElmanError)
  -> UnsafeBufferPointer<H>
{
  let count = try size(count, name)
  guard count <= mostTensors else {
    throw ElmanError(.invalidArgument, "There may be at most \(mostTensors) \(name). Received: \(count)")
  }
  return UnsafeBufferPointer(start: count == 0 ? nil : try required(pointer, name), count: count)
}

private func tensors(
  _ pointer: UnsafePointer<elman_tensor>?, _ count: Int, _ name: StaticString
) throws(ElmanError) -> [SymbolicTensor] {
  var tensors: [SymbolicTensor] = []
  for handle in try list(pointer, count, name) { tensors.append(try handle.object().tensor) }
  return tensors
}

/// Where a caller wants tensors.
private struct TensorResult {
  let handles: UnsafeMutablePointer<elman_tensor>?
  let capacity: Int
  let count: UnsafeMutablePointer<Int>?
  let name: StaticString

  init(
    _ handles: UnsafeMutablePointer<elman_tensor>?, _ capacity: Int, _ count: UnsafeMutablePointer<Int>?,
    _ name: StaticString
  ) throws(ElmanError) {
    self.capacity = try size(capacity, name)
    if capacity > 0 { _ = try required(handles, name) } else { _ = try required(count, "count") }
    (self.handles, self.count, self.name) = (handles, count, name)
  }

  /// An error unless there is room; the number is set.
  func check(_ number: Int) throws(ElmanError) {
    count?.pointee = number
    guard capacity == 0 || number <= capacity else {
      throw ElmanError(.bufferTooSmall, "There are \(number) \(name). Received: room for \(capacity)")
    }
  }

  func write(_ tensors: [SymbolicTensor]) throws(ElmanError) {
    try check(tensors.count)
    guard capacity > 0, let handles else { return }
    for (index, tensor) in tensors.enumerated() {
      handles[index] = elman_tensor(id: try HandleTable.add(TensorObject(tensor), kind: .tensor))
    }
  }
}

extension [SymbolicTensor] {
  fileprivate func at(_ index: Int, _ what: String) throws(ElmanError) -> SymbolicTensor {
    guard indices.contains(index) else {
      throw ElmanError(.notFound, "No such \(what): index \(UInt(bitPattern: index)); the model has \(count).")
    }
    return self[index]
  }
}
