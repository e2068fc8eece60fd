import CElman
import Elman

@implementation @_cdecl("elman_layer_weight_count")
public func elman_layer_weight_count(_ layer: elman_layer, _ count: UnsafeMutablePointer<Int>?) -> elman_status {
  layer.weightCount(count)
}

@implementation @_cdecl("elman_model_weight_count")
public func elman_model_weight_count(_ model: elman_model, _ count: UnsafeMutablePointer<Int>?) -> elman_status {
  model.weightCount(count)
}

@implementation @_cdecl("elman_layer_weight_name")
public func elman_layer_weight_name(
  _ layer: elman_layer, _ index: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.weightName(index, text, capacity, length)
}

@implementation @_cdecl("elman_model_weight_name")
public func elman_model_weight_name(
  _ model: elman_model, _ index: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.weightName(index, text, capacity, length)
}

@implementation @_cdecl("elman_layer_weight_index")
public func elman_layer_weight_index(
  _ layer: elman_layer, _ name: UnsafePointer<CChar>?, _ index: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.weightIndex(name, index)
}

@implementation @_cdecl("elman_model_weight_index")
public func elman_model_weight_index(
  _ model: elman_model, _ name: UnsafePointer<CChar>?, _ index: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.weightIndex(name, index)
}

@implementation @_cdecl("elman_layer_weight_shape")
public func elman_layer_weight_shape(
  _ layer: elman_layer, _ index: Int, _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int,
  _ rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.weightShape(index, shape, capacity, rank)
}

@implementation @_cdecl("elman_model_weight_shape")
public func elman_model_weight_shape(
  _ model: elman_model, _ index: Int, _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int,
  _ rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.weightShape(index, shape, capacity, rank)
}

@implementation @_cdecl("elman_layer_weight_trainable")
public func elman_layer_weight_trainable(
  _ layer: elman_layer, _ index: Int, _ trainable: UnsafeMutablePointer<Int32>?
) -> elman_status {
  layer.withWeight(index) { (_, isTrainable) throws(ElmanError) in
    try required(trainable, "trainable").pointee = isTrainable ? 1 : 0
  }
}

@implementation @_cdecl("elman_layer_get_weight")
public func elman_layer_get_weight(
  _ layer: elman_layer, _ index: Int, _ values: UnsafeMutablePointer<Float>?, _ count: Int
) -> elman_status {
  layer.getWeight(index, values, count)
}

@implementation @_cdecl("elman_model_get_weight")
public func elman_model_get_weight(
  _ model: elman_model, _ index: Int, _ values: UnsafeMutablePointer<Float>?, _ count: Int
) -> elman_status {
  model.getWeight(index, values, count)
}

@implementation @_cdecl("elman_layer_set_weight")
public func elman_layer_set_weight(
  _ layer: elman_layer, _ index: Int, _ value: UnsafePointer<elman_array>?
) -> elman_status {
  layer.setWeight(index, value)
}

@implementation @_cdecl("elman_model_set_weight")
public func elman_model_set_weight(
  _ model: elman_model, _ index: Int, _ value: UnsafePointer<elman_array>?
) -> elman_status {
  model.setWeight(index, value)
}

@implementation @_cdecl("elman_layer_set_weights")
public func elman_layer_set_weights(
  _ layer: elman_layer, _ values: UnsafePointer<elman_array>?, _ count: Int
) -> elman_status {
  layer.setWeights(values, count)
}

@implementation @_cdecl("elman_model_set_weights")
public func elman_model_set_weights(
  _ model: elman_model, _ values: UnsafePointer<elman_array>?, _ count: Int
) -> elman_status {
  model.setWeights(values, count)
}

@implementation @_cdecl("elman_layer_set_initial_weights")
public func elman_layer_set_initial_weights(
  _ layer: elman_layer, _ values: UnsafePointer<elman_array>?, _ count: Int
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    let count = try size(count, "count")
    guard count <= mostWeights else {
      throw ElmanError(.invalidArgument, "A layer has at most \(mostWeights) weights. Received: count=\(count)")
    }
    try layer.setInitialWeights(ElmanC.values(values, count, "values"))
  }
}

/// More than any layer has, stacked cells included.
private let mostWeights = 65_536
