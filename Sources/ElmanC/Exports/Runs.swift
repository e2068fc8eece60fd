import CElman
import Elman

@implementation @_cdecl("elman_model_forward")
public func elman_model_forward(
  _ model: elman_model, _ input: UnsafePointer<Float>?, _ input_shape: UnsafePointer<Int64>?, _ input_rank: Int,
  _ output: UnsafeMutablePointer<Float>?, _ output_count: Int
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let shape = try ArrayShape(input_shape, input_rank, "input_shape", isInput: true)
    let count = try size(output_count, "output_count")
    try model.forward(
      inputPointer(input, count: shape.count), shape: shape.given,
      output: UnsafeMutableBufferPointer(start: outputPointer(output, count: count), count: count))
  }
}

@implementation @_cdecl("elman_model_run")
public func elman_model_run(
  _ model: elman_model, _ input: UnsafePointer<elman_array>?, _ options: UnsafePointer<elman_run_options>?,
  _ outputs: UnsafeMutablePointer<elman_output>?, _ output_capacity: Int, _ output_count: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let capacity = try size(output_capacity, "output_capacity")
    if capacity > 0 { _ = try required(outputs, "outputs") } else { _ = try required(output_count, "output_count") }
    let input = try required(input, "input").pointee
    let shape = try ArrayShape(input.shape, input.rank, "input.shape", isInput: true)
    let given = try ElmanC.options(options, or: elman_run_options())
    try given.check(for: shape)

    let shapes = try model.runShapes(for: shape.given)
    output_count?.pointee = shapes.count
    guard capacity > 0, let outputs else { return }
    let results = UnsafeMutableBufferPointer(start: outputs, count: min(capacity, shapes.count))
    guard results.count == shapes.count else {
      throw ElmanError(
        .bufferTooSmall, "The model has \(shapes.count) outputs. Received: output_capacity=\(capacity)")
    }
    for (index, shape) in shapes.enumerated() { results[index].tell(shape) }
    if results.allSatisfy({ $0.data == nil }) { return }
    try model.run(
      shape.given, training: given.training != 0,
      RunCArrays(input: inputPointer(input.data, count: shape.count), shape: shape, options: given, outputs: results))
  }
}

@implementation @_cdecl("elman_model_reset_states")
public func elman_model_reset_states(_ model: elman_model) -> elman_status {
  model.call { (model) throws(ElmanError) in try model.resetStates() }
}

@implementation @_cdecl("elman_model_set_num_threads")
public func elman_model_set_num_threads(_ model: elman_model, _ threads: Int32) -> elman_status {
  model.call { (model) throws(ElmanError) in try model.setThreads(Int(threads)) }
}

/// The arrays of a run as C gives them.
private struct RunCArrays: RunArrays {
  let input: UnsafePointer<Float>
  let shape: ArrayShape
  let options: elman_run_options
  let outputs: UnsafeMutableBufferPointer<elman_output>

  func input(_ index: Int) -> UnsafePointer<Float> { input }
  var stateCount: Int { options.initial_state_count }
  func initialState(_ index: Int) throws(ElmanError) -> WeightValue { try options.initialState(index) }
  var maskCount: Int { options.mask == nil ? 0 : 1 }
  func mask(_ index: Int) throws(ElmanError) -> (shape: Dimensions, values: UnsafePointer<UInt8>)? {
    guard let mask = options.mask else { return nil }
    return (try Dimensions(UnsafeBufferPointer(rebasing: shape.given.prefix(try options.maskRank()))), mask)
  }
  var outputCount: Int { outputs.count }
  func output(_ index: Int) throws(ElmanError) -> UnsafeMutableBufferPointer<Float> { try outputs[index].buffer() }
}

extension elman_output {
  mutating func tell(_ dimensions: Dimensions) {
    rank = min(dimensions.count, Int(ELMAN_MAX_RANK))
    withUnsafeMutableBytes(of: &shape) { bytes in
      for index in 0..<rank {
        bytes.storeBytes(of: Int64(dimensions[index]), toByteOffset: index * MemoryLayout<Int64>.stride, as: Int64.self)
      }
    }
  }

  func buffer() throws(ElmanError) -> UnsafeMutableBufferPointer<Float> {
    guard let data else {
      throw ElmanError(.invalidArgument, "Either all outputs have data or none has. Received: some data NULL, some not")
    }
    return UnsafeMutableBufferPointer(start: data, count: try size(count, "count"))
  }
}

extension elman_run_options: OptionStruct {
  static var firstSize: Int { MemoryLayout<Self>.offset(of: \.mask_rank) ?? MemoryLayout<Self>.size }

  func check(for input: ArrayShape) throws(ElmanError) {
    try requireZero(reserved)
    let stateCount = try size(initial_state_count, "initial_state_count")
    if stateCount > mostStates {
      throw ElmanError(
        .invalidArgument, "A layer has at most \(mostStates) states. Received: initial_state_count=\(stateCount)")
    }
    for index in 0..<stateCount { _ = try initialState(index) }
    guard mask != nil, try maskRank() > input.given.count else { return }
    throw ElmanError(
      .invalidArgument,
      "A mask of rank \(try maskRank()) needs inputs of shape (batch, timesteps, ...) of this rank at least. "
        + "Received: rank \(input.given.count)")
  }

  /// 0 stands for (batch, timesteps).
  func maskRank() throws(ElmanError) -> Int { mask_rank == 0 ? 2 : try size(mask_rank, "mask_rank") }

  func initialState(_ index: Int) throws(ElmanError) -> WeightValue {
    try required(initial_states, "initial_states")[index].value("initial_states")
  }
}

/// More than any recurrent layer has: stacked cells included.
let mostStates = 1024
