import CElman
import Elman

@implementation @_cdecl("elman_layer_create")
public func elman_layer_create(
  _ class_name: UnsafePointer<CChar>?, _ config_json: UnsafePointer<CChar>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in
    let className = try requiredText(class_name, "class_name")
    let config = try text(config_json, "config_json").map { (text) throws(ElmanError) in try JSON.parse(text) }
    return try LayerRegistry.make(className: className, config: config ?? .object([]))
  }
}

@implementation @_cdecl("elman_layer_create_around")
public func elman_layer_create_around(
  _ class_name: UnsafePointer<CChar>?, _ config_json: UnsafePointer<CChar>?, _ inner: UnsafePointer<elman_layer>?,
  _ inner_count: Int, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in
    let className = try requiredText(class_name, "class_name")
    let config = try text(config_json, "config_json").map { (text) throws(ElmanError) in try JSON.parse(text) }
    return try LayerRegistry.make(className: className, config: config ?? .object([]), around: layers(inner, inner_count, "inner"))
  }
}

/// The layers of some handles, of which there is at least one.
private func layers(_ handles: UnsafePointer<elman_layer>?, _ count: Int, _ name: StaticString) throws(ElmanError) -> [Layer] {
  guard (1...mostInner).contains(count) else {
    throw ElmanError(.invalidArgument, "'\(name)' must have 1 to \(mostInner) layers. Received: \(UInt(bitPattern: count))")
  }
  var layers: [Layer] = []
  for handle in UnsafeBufferPointer(start: try required(handles, name), count: count) { layers.append(try handle.object()) }
  return layers
}

private let mostInner = 256

@implementation @_cdecl("elman_layer_release")
public func elman_layer_release(_ layer: elman_layer) -> elman_status {
  boundary { () throws(ElmanError) in try layer.release() }
}

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
  layer.tell(text, capacity, length) { type(of: $0).className }
}

@implementation @_cdecl("elman_layer_config")
public func elman_layer_config(
  _ layer: elman_layer, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.tell(text, capacity, length) { $0.config().text }
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

@implementation @_cdecl("elman_layer_is_trainable")
public func elman_layer_is_trainable(_ layer: elman_layer, _ trainable: UnsafeMutablePointer<Int32>?) -> elman_status {
  layer.call { (layer) throws(ElmanError) in try required(trainable, "trainable").pointee = layer.isTrainable ? 1 : 0 }
}

@implementation @_cdecl("elman_layer_set_trainable")
public func elman_layer_set_trainable(_ layer: elman_layer, _ trainable: Int32) -> elman_status {
  layer.call { (layer) throws(ElmanError) in try layer.setTrainable(trainable != 0) }
}

@implementation @_cdecl("elman_layer_set_supports_masking")
public func elman_layer_set_supports_masking(_ layer: elman_layer, _ supports: Int32) -> elman_status {
  layer.call { (layer) throws(ElmanError) in layer.setSupportsMasking(supports != 0) }
}

@implementation @_cdecl("elman_layer_supports_masking")
public func elman_layer_supports_masking(_ layer: elman_layer, _ supports: UnsafeMutablePointer<Int32>?) -> elman_status {
  layer.call { (layer) throws(ElmanError) in try required(supports, "supports").pointee = layer.supportsMasking ? 1 : 0 }
}

@implementation @_cdecl("elman_layer_child")
public func elman_layer_child(
  _ layer: elman_layer, _ role: UnsafePointer<CChar>?, _ child: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(child, "child") { () throws(ElmanError) in
    try layer.object().child(requiredText(role, "role"))
  }
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

@implementation @_cdecl("elman_layer_count_params")
public func elman_layer_count_params(
  _ layer: elman_layer, _ total: UnsafeMutablePointer<Int64>?, _ trainable: UnsafeMutablePointer<Int64>?
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    _ = try layer.requireBuiltShape()
    layer.weights.tellParameters(total, trainable)
  }
}

@implementation @_cdecl("elman_layer_reset_states")
public func elman_layer_reset_states(_ layer: elman_layer) -> elman_status {
  layer.call { (layer) throws(ElmanError) in try layer.resetStates() }
}

@implementation @_cdecl("elman_layer_quantize")
public func elman_layer_quantize(
  _ layer: elman_layer, _ mode: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<Double>?
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    let result = try layer.quantize(requiredText(mode, "mode"))
    error?.pointee = result.relative
  }
}
