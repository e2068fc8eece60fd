import CElman
import Elman

@implementation @_cdecl("elman_layer_quantize")
public func elman_layer_quantize(
  _ layer: elman_layer, _ mode: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<Double>?
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    let result = try layer.quantize(requiredText(mode, "mode"))
    error?.pointee = result.relative
  }
}

@implementation @_cdecl("elman_model_quantize")
public func elman_model_quantize(
  _ model: elman_model, _ mode: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<Double>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let result = try model.quantize(requiredText(mode, "mode"))
    error?.pointee = result.relative
  }
}

@implementation @_cdecl("elman_model_memory")
public func elman_model_memory(
  _ model: elman_model, _ inputs: UnsafePointer<elman_array>?, _ input_count: Int, _ bytes: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let result = try required(bytes, "bytes")
    try withKey(of: inputArrays(inputs, input_count)) { (key) throws(ElmanError) in
      result.pointee = try model.workspaceBytes(for: key)
    }
  }
}

@implementation @_cdecl("elman_model_weight_memory")
public func elman_model_weight_memory(
  _ model: elman_model, _ values: UnsafeMutablePointer<Int>?, _ packed: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let memory = model.weightMemory
    values?.pointee = memory.values
    packed?.pointee = memory.packed
  }
}

@implementation @_cdecl("elman_activation_apply")
public func elman_activation_apply(
  _ activation: UnsafePointer<CChar>?, _ input: UnsafePointer<Float>?, _ input_shape: UnsafePointer<Int64>?,
  _ input_rank: Int, _ output: UnsafeMutablePointer<Float>?, _ output_count: Int
) -> elman_status {
  boundary { () throws(ElmanError) in
    let function = try Activation(described(activation, "activation"))
    let shape = try ArrayShape(input_shape, input_rank, "input_shape", isInput: false)
    let count = try size(output_count, "output_count")
    try function.apply(
      inputPointer(input, count: shape.count), shape: try shape.dimensions,
      into: UnsafeMutableBufferPointer(start: outputPointer(output, count: count), count: count))
  }
}

@implementation @_cdecl("elman_regularizer_apply")
public func elman_regularizer_apply(
  _ regularizer: UnsafePointer<CChar>?, _ values: UnsafePointer<Float>?, _ values_shape: UnsafePointer<Int64>?,
  _ values_rank: Int, _ penalty: UnsafeMutablePointer<Double>?
) -> elman_status {
  boundary { () throws(ElmanError) in
    let function = try Regularizer(described(regularizer, "regularizer"))
    let shape = try ArrayShape(values_shape, values_rank, "values_shape", isInput: false)
    if shape.count > 0 { _ = try required(values, "values") }
    try required(penalty, "penalty").pointee = function.penalty(
      UnsafeBufferPointer(start: values, count: values == nil ? 0 : shape.count), shape: Array(shape.dimensions))
  }
}

@implementation @_cdecl("elman_constraint_apply")
public func elman_constraint_apply(
  _ constraint: UnsafePointer<CChar>?, _ values: UnsafePointer<Float>?, _ values_shape: UnsafePointer<Int64>?,
  _ values_rank: Int, _ result: UnsafeMutablePointer<Float>?, _ result_count: Int
) -> elman_status {
  boundary { () throws(ElmanError) in
    let function = try Constraint(described(constraint, "constraint"))
    let shape = try ArrayShape(values_shape, values_rank, "values_shape", isInput: false)
    let count = try size(result_count, "result_count")
    guard count >= shape.count else {
      throw ElmanError(.bufferTooSmall, "The result has \(shape.count) floats. Received: result_count=\(count)")
    }
    if shape.count > 0 { try required(result, "result").update(from: required(values, "values"), count: shape.count) }
    try function.apply(
      UnsafeMutableBufferPointer(start: result, count: result == nil ? 0 : shape.count), shape: Array(shape.dimensions))
  }
}

@implementation @_cdecl("elman_initializer_apply")
public func elman_initializer_apply(
  _ initializer: UnsafePointer<CChar>?, _ values_shape: UnsafePointer<Int64>?, _ values_rank: Int,
  _ values: UnsafeMutablePointer<Float>?, _ values_count: Int
) -> elman_status {
  boundary { () throws(ElmanError) in
    let function = try Initializer(described(initializer, "initializer"))
    let shape = try ArrayShape(values_shape, values_rank, "values_shape", isInput: false)
    let count = try size(values_count, "values_count")
    if count > 0 { _ = try required(values, "values") }
    try function.apply(
      shape: Array(shape.dimensions), into: UnsafeMutableBufferPointer(start: values, count: values == nil ? 0 : count))
  }
}

/// A function by its name, or as JSON describes it.
private func described(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(ElmanError) -> JSON {
  let text = try requiredText(pointer, name)
  let isJSON = text.utf8.first == UInt8(ascii: "{") || text.utf8.first == UInt8(ascii: "[")
  return isJSON ? try JSON.parse(text) : .string(text)
}
