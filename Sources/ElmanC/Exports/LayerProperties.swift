import CElman
import Elman

@implementation @_cdecl("elman_layer_name")
public func elman_layer_name(
  _ layer: elman_layer, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.tell(text, capacity, length) { $0.name }
}

@implementation @_cdecl("elman_layer_class_name")
public func elman_layer_class_name(
  _ layer: elman_layer, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.tell(text, capacity, length) { $0.kerasClassName }
}

@implementation @_cdecl("elman_layer_config")
public func elman_layer_config(
  _ layer: elman_layer, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.tell(text, capacity, length) { (layer) throws(ElmanError) in
    try layer.requireConfigs()
    return layer.config().text
  }
}

@implementation @_cdecl("elman_layer_build")
public func elman_layer_build(
  _ layer: elman_layer, _ input_shape: UnsafePointer<Int64>?, _ input_rank: Int
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in try layer.build(for: shape(input_shape, input_rank, "input_shape")) }
}

@implementation @_cdecl("elman_layer_is_built")
public func elman_layer_is_built(_ layer: elman_layer, _ built: UnsafeMutablePointer<Int32>?) -> elman_status {
  layer.call { (layer) throws(ElmanError) in try required(built, "built").pointee = layer.isBuilt ? 1 : 0 }
}

@implementation @_cdecl("elman_layer_input_shape")
public func elman_layer_input_shape(
  _ layer: elman_layer, _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int, _ rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    try ShapeResult(shape, capacity, rank).write(layer.requireBuiltShape().dimensions)
  }
}

@implementation @_cdecl("elman_layer_output_shape")
public func elman_layer_output_shape(
  _ layer: elman_layer, _ input_shape: UnsafePointer<Int64>?, _ input_rank: Int,
  _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int, _ rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    let result = try ShapeResult(shape, capacity, rank)
    let input = try optionalShape(input_shape, input_rank, "input_shape")
    try result.write(layer.outputShapes(forInput: input)[0].dimensions)
  }
}

@implementation @_cdecl("elman_layer_child")
public func elman_layer_child(
  _ layer: elman_layer, _ role: UnsafePointer<CChar>?, _ child: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(child, "child") { () throws(ElmanError) in
    try layer.object().child(requiredText(role, "role"))
  }
}

@implementation @_cdecl("elman_layer_is_trainable")
public func elman_layer_is_trainable(_ layer: elman_layer, _ trainable: UnsafeMutablePointer<Int32>?) -> elman_status {
  layer.call { (layer) throws(ElmanError) in try required(trainable, "trainable").pointee = layer.isTrainable ? 1 : 0 }
}

@implementation @_cdecl("elman_layer_set_trainable")
public func elman_layer_set_trainable(_ layer: elman_layer, _ trainable: Int32) -> elman_status {
  layer.call { (layer) throws(ElmanError) in try layer.setTrainable(trainable != 0) }
}

@implementation @_cdecl("elman_layer_supports_masking")
public func elman_layer_supports_masking(
  _ layer: elman_layer, _ supports: UnsafeMutablePointer<Int32>?
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    try required(supports, "supports").pointee = layer.supportsMasking ? 1 : 0
  }
}

@implementation @_cdecl("elman_layer_set_supports_masking")
public func elman_layer_set_supports_masking(_ layer: elman_layer, _ supports: Int32) -> elman_status {
  layer.call { (layer) throws(ElmanError) in layer.setSupportsMasking(supports != 0) }
}
