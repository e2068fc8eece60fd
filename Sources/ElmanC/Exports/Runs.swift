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
  _ model: elman_model, _ inputs: UnsafePointer<elman_array>?, _ input_count: Int,
  _ options: UnsafePointer<elman_run_options>?, _ outputs: UnsafeMutablePointer<elman_output>?,
  _ output_capacity: Int, _ output_count: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let capacity = try size(output_capacity, "output_capacity")
    if capacity > 0 { _ = try required(outputs, "outputs") } else { _ = try required(output_count, "output_count") }
    let inputs = try inputArrays(inputs, input_count)
    let options = try ElmanC.options(options, or: elman_run_options())
    try options.check()
    try withKey(of: inputs) { (key) throws(ElmanError) in
      let shapes = try model.runShapes(for: key)
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
        key, training: options.training != 0, CallerArrays(inputs: inputs, options: options, outputs: results))
    }
  }
}

/// The inputs of a model: at least one.
func inputArrays(
  _ inputs: UnsafePointer<elman_array>?, _ count: Int
) throws(ElmanError) -> UnsafeBufferPointer<elman_array> {
  guard (1...mostInputs).contains(count) else {
    throw ElmanError(
      .invalidArgument, "A model has 1 to \(mostInputs) inputs. Received: input_count=\(UInt(bitPattern: count))")
  }
  return UnsafeBufferPointer(start: try required(inputs, "inputs"), count: count)
}

/// Calls `body` with the key of the inputs' shapes, which are checked.
func withKey(
  of inputs: UnsafeBufferPointer<elman_array>, _ body: (InputKey) throws(ElmanError) -> Void
) throws(ElmanError) {
  func shape(_ index: Int) throws(ElmanError) -> ArrayShape {
    try ArrayShape(inputs[index].shape, inputs[index].rank, "inputs.shape", isInput: true)
  }
  if inputs.count == 1 { return try body(InputKey(shape(0).given)) }
  try InputKey.with(count: inputs.count, shape: { (index) throws(ElmanError) in try shape(index).dimensions }, body)
}

/// The arrays of a run as C gives them.
private struct CallerArrays: RunArrays {
  let inputs: UnsafeBufferPointer<elman_array>
  let options: elman_run_options
  let outputs: UnsafeMutableBufferPointer<elman_output>

  func input(_ index: Int) throws(ElmanError) -> UnsafePointer<Float> {
    let shape = try ArrayShape(inputs[index].shape, inputs[index].rank, "inputs.shape", isInput: true)
    return try inputPointer(inputs[index].data, count: shape.count)
  }
  var stateCount: Int { options.initial_state_count }
  func initialState(_ index: Int) throws(ElmanError) -> WeightValue { try options.initialState(index) }
  var maskCount: Int { options.mask_count }
  func mask(_ index: Int) throws(ElmanError) -> (shape: Dimensions, values: UnsafePointer<UInt8>)? {
    let mask = try required(options.masks, "masks")[index]
    guard let data = mask.data else { return nil }
    return (try ArrayShape(mask.shape, mask.rank, "masks.shape", isInput: true).dimensions, data)
  }
  var outputCount: Int { outputs.count }
  func output(_ index: Int) throws(ElmanError) -> UnsafeMutableBufferPointer<Float> { try outputs[index].buffer() }
}

@implementation @_cdecl("elman_model_reset_states")
public func elman_model_reset_states(_ model: elman_model) -> elman_status {
  model.call { (model) throws(ElmanError) in try model.resetStates() }
}

@implementation @_cdecl("elman_model_set_num_threads")
public func elman_model_set_num_threads(_ model: elman_model, _ threads: Int32) -> elman_status {
  model.call { (model) throws(ElmanError) in try model.setThreads(Int(threads)) }
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
  func check() throws(ElmanError) {
    try requireZero(reserved)
    let stateCount = try size(initial_state_count, "initial_state_count")
    if stateCount > mostStates {
      throw ElmanError(
        .invalidArgument, "A layer has at most \(mostStates) states. Received: initial_state_count=\(stateCount)")
    }
    for index in 0..<stateCount { _ = try initialState(index) }
    if try size(mask_count, "mask_count") > 0 { _ = try required(masks, "masks") }
  }

  func initialState(_ index: Int) throws(ElmanError) -> WeightValue {
    try required(initial_states, "initial_states")[index].value("initial_states")
  }
}

/// More inputs than a model of use has.
private let mostInputs = 65_536

/// More than any recurrent layer has: stacked cells included.
let mostStates = 1024
