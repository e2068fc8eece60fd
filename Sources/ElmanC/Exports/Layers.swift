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
    return try LayerRegistry.make(
      className: className, config: config ?? .object([]), around: layers(inner, inner_count, "inner"))
  }
}

@implementation @_cdecl("elman_layer_release")
public func elman_layer_release(_ layer: elman_layer) -> elman_status {
  boundary { () throws(ElmanError) in try layer.release() }
}

@implementation @_cdecl("elman_layer_class_names")
public func elman_layer_class_names(
  _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  boundary { () throws(ElmanError) in
    let names = JSON.array(LayerRegistry.classNames.map(JSON.string))
    try TextResult(text, capacity, length).write(names.text)
  }
}

@implementation @_cdecl("elman_layer_arguments")
public func elman_layer_arguments(
  _ class_name: UnsafePointer<CChar>?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  boundary { () throws(ElmanError) in
    let result = try TextResult(text, capacity, length)
    let arguments = try LayerRegistry.arguments(ofClass: requiredText(class_name, "class_name"))
    try result.write(JSON.array(arguments.map(\.json)).text)
  }
}

/// The layers of some handles, of which there is at least one.
private func layers(_ handles: UnsafePointer<elman_layer>?, _ count: Int, _ name: StaticString) throws(ElmanError)
  -> [Layer]
{
  guard (1...mostInner).contains(count) else {
    throw ElmanError(
      .invalidArgument, "'\(name)' must have 1 to \(mostInner) layers. Received: \(UInt(bitPattern: count))")
  }
  var layers: [Layer] = []
  for handle in UnsafeBufferPointer(start: try required(handles, name), count: count) {
    layers.append(try handle.object())
  }
  return layers
}

private let mostInner = 256
