import CElman
import Elman

@implementation @_cdecl("elman_stream_state_count")
public func elman_stream_state_count(_ stream: elman_stream, _ count: UnsafeMutablePointer<Int>?) -> elman_status {
  stream.call { (stream) throws(ElmanError) in try required(count, "count").pointee = stream.stateShapes.count }
}

@implementation @_cdecl("elman_layer_state_count")
public func elman_layer_state_count(_ layer: elman_layer, _ count: UnsafeMutablePointer<Int>?) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    let count = try required(count, "count")
    count.pointee = try layer.states().count
  }
}

@implementation @_cdecl("elman_stream_state_shape")
public func elman_stream_state_shape(
  _ stream: elman_stream, _ index: Int, _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int,
  _ rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  stream.call { (stream) throws(ElmanError) in
    let result = try ShapeResult(shape, capacity, rank)
    _ = try stream.state(index)
    try result.write(stream.stateShapes[index])
  }
}

@implementation @_cdecl("elman_layer_state_shape")
public func elman_layer_state_shape(
  _ layer: elman_layer, _ index: Int, _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int,
  _ rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    let result = try ShapeResult(shape, capacity, rank)
    try result.write(layer.state(index).shape)
  }
}

@implementation @_cdecl("elman_stream_get_state")
public func elman_stream_get_state(
  _ stream: elman_stream, _ index: Int, _ values: UnsafeMutablePointer<Float>?, _ count: Int
) -> elman_status {
  stream.call { (stream) throws(ElmanError) in try write(stream.state(index), "state", to: values, count) }
}

@implementation @_cdecl("elman_layer_get_state")
public func elman_layer_get_state(
  _ layer: elman_layer, _ index: Int, _ values: UnsafeMutablePointer<Float>?, _ count: Int
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    let state = try layer.state(index)
    try state.values.withUnsafeBufferPointer { (state) throws(ElmanError) in
      try write(state, "state", to: values, count)
    }
  }
}

@implementation @_cdecl("elman_stream_set_state")
public func elman_stream_set_state(
  _ stream: elman_stream, _ index: Int, _ value: UnsafePointer<elman_array>?
) -> elman_status {
  stream.call { (stream) throws(ElmanError) in
    try stream.setState(index, required(value, "value").pointee.value("value"))
  }
}

@implementation @_cdecl("elman_layer_set_states")
public func elman_layer_set_states(
  _ layer: elman_layer, _ states: UnsafePointer<elman_array>?, _ count: Int
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    let count = try size(count, "count")
    guard count <= mostStates else {
      throw ElmanError(.invalidArgument, "A layer has at most \(mostStates) states. Received: count=\(count)")
    }
    try layer.replaceStates(ElmanC.values(states, count, "states"))
  }
}

@implementation @_cdecl("elman_layer_reset_states")
public func elman_layer_reset_states(_ layer: elman_layer) -> elman_status {
  layer.call { (layer) throws(ElmanError) in try layer.resetStates() }
}

extension Layer {
  fileprivate func state(_ index: Int) throws(ElmanError) -> (shape: [Int], values: [Float]) {
    let states = try states()
    guard states.indices.contains(index) else {
      throw ElmanError(
        .notFound, "No such state: index \(UInt(bitPattern: index)); layer \"\(name)\" has \(states.count).")
    }
    return states[index]
  }
}
