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
    let text = try requiredText(activation, "activation")
    let shape = try ArrayShape(input_shape, input_rank, "input_shape", isInput: false)
    let count = try size(output_count, "output_count")
    let function = try Activation(text.utf8.first == UInt8(ascii: "{") ? JSON.parse(text) : .string(text))
    try function.apply(
      inputPointer(input, count: shape.count), shape: try shape.dimensions,
      into: UnsafeMutableBufferPointer(start: outputPointer(output, count: count), count: count))
  }
}
