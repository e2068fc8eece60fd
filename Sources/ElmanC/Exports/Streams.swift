import CElman
import Elman

@implementation @_cdecl("elman_stream_create")
public func elman_stream_create(
  _ model: elman_model, _ batch_size: Int, _ stream: UnsafeMutablePointer<elman_stream>?
) -> elman_status {
  creating(stream, "stream") { () throws(ElmanError) in
    try model.object().stream(batch: size(batch_size, "batch_size"))
  }
}

@implementation @_cdecl("elman_stream_release")
public func elman_stream_release(_ stream: elman_stream) -> elman_status {
  boundary { () throws(ElmanError) in try stream.release() }
}

@implementation @_cdecl("elman_stream_input_shape")
public func elman_stream_input_shape(
  _ stream: elman_stream, _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int, _ rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  stream.call { (stream) throws(ElmanError) in try ShapeResult(shape, capacity, rank).write(stream.inputShape) }
}

@implementation @_cdecl("elman_stream_output_shape")
public func elman_stream_output_shape(
  _ stream: elman_stream, _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int, _ rank: UnsafeMutablePointer<Int>?
) -> elman_status {
  stream.call { (stream) throws(ElmanError) in try ShapeResult(shape, capacity, rank).write(stream.outputShape) }
}

@implementation @_cdecl("elman_stream_step")
public func elman_stream_step(
  _ stream: elman_stream, _ input: UnsafePointer<Float>?, _ input_count: Int, _ output: UnsafeMutablePointer<Float>?,
  _ output_count: Int
) -> elman_status {
  stream.call { (stream) throws(ElmanError) in
    try stream.step(
      UnsafeBufferPointer(start: required(input, "input"), count: size(input_count, "input_count")),
      into: UnsafeMutableBufferPointer(start: required(output, "output"), count: size(output_count, "output_count")))
  }
}

@implementation @_cdecl("elman_stream_run")
public func elman_stream_run(
  _ stream: elman_stream, _ inputs: UnsafePointer<Float>?, _ steps: Int, _ outputs: UnsafeMutablePointer<Float>?
) -> elman_status {
  stream.call { (stream) throws(ElmanError) in
    let steps = try size(steps, "steps")
    try stream.requireMemory(steps: steps)
    try stream.run(inputPointer(inputs, count: steps), steps: steps, into: outputPointer(outputs, count: steps))
  }
}

@implementation @_cdecl("elman_stream_reset")
public func elman_stream_reset(_ stream: elman_stream) -> elman_status {
  stream.call { (stream) throws(ElmanError) in try stream.reset() }
}

@implementation @_cdecl("elman_stream_reset_rows")
public func elman_stream_reset_rows(
  _ stream: elman_stream, _ rows: UnsafePointer<Int>?, _ count: Int
) -> elman_status {
  stream.call { (stream) throws(ElmanError) in
    let count = try size(count, "count")
    if count > 0 { try stream.reset(rows: UnsafeBufferPointer(start: required(rows, "rows"), count: count)) }
  }
}

@implementation @_cdecl("elman_stream_set_num_threads")
public func elman_stream_set_num_threads(_ stream: elman_stream, _ threads: Int32) -> elman_status {
  stream.call { (stream) throws(ElmanError) in try stream.setThreads(Int(threads)) }
}
