import CElman
import Elman

@implementation @_cdecl("elman_model_create")
public func elman_model_create(_ name: UnsafePointer<CChar>?, _ model: UnsafeMutablePointer<elman_model>?)
  -> elman_status
{
  creating(model, "model") { () throws(ElmanError) in Sequential(name: try text(name, "name")) }
}

@implementation @_cdecl("elman_model_create_from_config")
public func elman_model_create_from_config(
  _ config_json: UnsafePointer<CChar>?, _ model: UnsafeMutablePointer<elman_model>?
) -> elman_status {
  creating(model, "model") { () throws(ElmanError) in
    try Model.make(config: JSON.parse(requiredText(config_json, "config_json")))
  }
}

@implementation @_cdecl("elman_model_release")
public func elman_model_release(_ model: elman_model) -> elman_status {
  boundary { () throws(ElmanError) in try model.release() }
}

@implementation @_cdecl("elman_model_add_layer")
public func elman_model_add_layer(_ model: elman_model, _ layer: elman_layer) -> elman_status {
  model.call { (model) throws(ElmanError) in try model.sequential().add(layer.object()) }
}

@implementation @_cdecl("elman_model_pop_layer")
public func elman_model_pop_layer(_ model: elman_model) -> elman_status {
  model.call { (model) throws(ElmanError) in try model.sequential().pop() }
}

@implementation @_cdecl("elman_model_build")
public func elman_model_build(
  _ model: elman_model, _ input_shape: UnsafePointer<Int64>?, _ input_rank: Int
) -> elman_status {
  model.call { (model) throws(ElmanError) in try model.build(for: shape(input_shape, input_rank, "input_shape")) }
}

@implementation @_cdecl("elman_model_is_built")
public func elman_model_is_built(_ model: elman_model, _ built: UnsafeMutablePointer<Int32>?) -> elman_status {
  model.call { (model) throws(ElmanError) in try required(built, "built").pointee = model.isBuilt ? 1 : 0 }
}

@implementation @_cdecl("elman_model_input_shape")
public func elman_model_input_shape(
  _ model: elman_model, _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int, _ rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    try ShapeResult(shape, capacity, rank).write(model.requireBuiltShape().dimensions)
  }
}

@implementation @_cdecl("elman_model_output_shape")
public func elman_model_output_shape(
  _ model: elman_model, _ input_shape: UnsafePointer<Int64>?, _ input_rank: Int,
  _ output_shape: UnsafeMutablePointer<Int64>?, _ capacity: Int, _ output_rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let result = try ShapeResult(output_shape, capacity, output_rank)
    let input = try optionalShape(input_shape, input_rank, "input_shape")
    try result.write(model.outputShapes(for: input)[0].dimensions)
  }
}

@implementation @_cdecl("elman_model_layer_count")
public func elman_model_layer_count(_ model: elman_model, _ count: UnsafeMutablePointer<Int>?) -> elman_status {
  model.call { (model) throws(ElmanError) in try required(count, "count").pointee = model.layers.count }
}

@implementation @_cdecl("elman_model_layer")
public func elman_model_layer(
  _ model: elman_model, _ index: Int, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in
    try model.object().layer(at: index)
  }
}

@implementation @_cdecl("elman_model_find_layer")
public func elman_model_find_layer(
  _ model: elman_model, _ name: UnsafePointer<CChar>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in try model.object().layer(named: requiredText(name, "name")) }
}

@implementation @_cdecl("elman_model_name")
public func elman_model_name(
  _ model: elman_model, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.tell(text, capacity, length) { $0.name }
}

@implementation @_cdecl("elman_model_config")
public func elman_model_config(
  _ model: elman_model, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.tell(text, capacity, length) { (model) throws(ElmanError) in
    try model.requireConfigs()
    return model.config().text
  }
}

@implementation @_cdecl("elman_model_json")
public func elman_model_json(
  _ model: elman_model, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.tell(text, capacity, length) { (model) throws(ElmanError) in
    try model.requireConfigs()
    return model.json().text
  }
}
