import CElman
import CxxSupport
import Elman

// Layers made of other layers, and of functions of the caller.

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

@implementation @_cdecl("elman_rnn_create")
public func elman_rnn_create(
  _ options: UnsafePointer<elman_rnn_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in
    let options = try ElmanC.options(options)
    return try LayerRegistry.make(className: RNN.className, config: options.config(), around: [options.cell.object()])
  }
}

@implementation @_cdecl("elman_stacked_rnn_cells_create")
public func elman_stacked_rnn_cells_create(
  _ options: UnsafePointer<elman_stacked_rnn_cells_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in
    let options = try ElmanC.options(options)
    return try LayerRegistry.make(
      className: StackedRNNCells.className, config: options.config(), around: layers(options.cells, options.cell_count, "cells"))
  }
}

@implementation @_cdecl("elman_bidirectional_create")
public func elman_bidirectional_create(
  _ options: UnsafePointer<elman_bidirectional_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in
    let options = try ElmanC.options(options)
    return try LayerRegistry.make(className: Bidirectional.className, config: options.config(), around: options.layers())
  }
}

@implementation @_cdecl("elman_time_distributed_create")
public func elman_time_distributed_create(
  _ options: UnsafePointer<elman_time_distributed_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in
    let options = try ElmanC.options(options)
    return try LayerRegistry.make(className: TimeDistributed.className, config: options.config(), around: [options.layer.object()])
  }
}

@implementation @_cdecl("elman_lambda_create")
public func elman_lambda_create(
  _ options: UnsafePointer<elman_lambda_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in
    let options = try ElmanC.options(options)
    guard options.call != nil else { throw ElmanError(.invalidArgument, "A Lambda needs the function 'call'.") }
    let functions = LambdaFunctions(options: options, context: CallerContext(options.context, options.release))
    let made = try Lambda(
      config: options.config(), shape: { (input) throws(ElmanError) in try functions.shape(input) },
      body: { (call) throws(ElmanError) in try functions.run(call) })
    functions.context.isTaken = true
    return made
  }
}

@implementation @_cdecl("elman_cell_create")
public func elman_cell_create(
  _ options: UnsafePointer<elman_cell_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in try ElmanC.options(options).makeCell() }
}

// MARK: - What each struct says

extension elman_rnn_options: LayerOptions {
  static var className: String { RNN.className }

  func add(to config: inout LayerConfig) {
    config.add("return_sequences", flag: return_sequences)
    config.add("return_state", flag: return_state)
    config.add("go_backwards", flag: go_backwards)
    config.add("stateful", flag: stateful)
    config.add("unroll", flag: unroll)
    config.add("zero_output_for_mask", flag: zero_output_for_mask)
  }
}

extension elman_stacked_rnn_cells_options: OptionStruct {
  fileprivate func config() throws(ElmanError) -> JSON {
    var config = LayerConfig()
    try config.add("name", text: name)
    return config.json
  }
}

extension elman_bidirectional_options: LayerOptions {
  static var className: String { Bidirectional.className }

  fileprivate func layers() throws(ElmanError) -> [Layer] {
    let forward = try layer.object()
    return backward_layer.id == 0 ? [forward] : [forward, try backward_layer.object()]
  }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    guard let mode = try ElmanC.text(merge_mode, "merge_mode") else { return }
    config.add("merge_mode", mode == "none" ? .null : .string(mode))
  }
}

extension elman_time_distributed_options: LayerOptions {
  static var className: String { TimeDistributed.className }
}

extension elman_lambda_options: LayerOptions {
  static var className: String { Lambda.className }
}

extension elman_cell_options: OptionStruct {
  static var firstSize: Int { MemoryLayout<Self>.offset(of: \.build) ?? MemoryLayout<Self>.size }

  fileprivate func makeCell() throws(ElmanError) -> RecurrentCell {
    guard let call else { throw ElmanError(.invalidArgument, "A cell needs the function 'call'.") }
    let largest = Int64(Int32.max)
    let count = try size(state_count, "state_count")
    guard (1...largest).contains(units), (1...16).contains(count) else {
      throw ElmanError(
        .invalidArgument, "A cell has 1 to \(largest) units and 1 to 16 states. Received: units=\(units), state_count=\(count)")
    }
    var sizes: [Int] = []
    for value in UnsafeBufferPointer(start: try required(state_sizes, "state_sizes"), count: count) {
      guard (1...largest).contains(value) else {
        throw ElmanError(.invalidArgument, "The states of a cell have at least 1 number. Received: state_sizes[\(sizes.count)]=\(value)")
      }
      sizes.append(Int(value))
    }
    let owner = CallerContext(context, release)
    let cell = try CallbackCell(name: text(name, "name"), units: Int(units), stateSizes: sizes, functions: functions(owner, call))
    owner.isTaken = true
    return cell
  }

  private typealias CellCall = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<elman_cell_step>?) -> Int32

  private func functions(_ owner: CallerContext, _ call: @escaping CellCall) -> CellFunctions {
    var functions = CellFunctions { (step) throws(ElmanError) in
      let failure = step.states.map { Optional($0) }.withUnsafeBufferPointer { states in
        step.nextStates.map { Optional($0) }.withUnsafeBufferPointer { next in
          var told = elman_cell_step(
            batch: step.batch, features: step.features, input: step.input, states: states.baseAddress, output: step.output,
            next_states: next.baseAddress, training: step.training ? 1 : 0, reserved: 0)
          return guarded { elman_guarded_cell(call, owner.pointer, &told, $0, $1) }
        }
      }
      if let failure { throw failure.error(of: "The function of a cell") }
    }
    if let build {
      functions.build = { (features) throws(ElmanError) in
        let failure = guarded { elman_guarded_build(build, owner.pointer, features, $0, $1) }
        if let failure { throw failure.error(of: "The build function of a cell") }
      }
    }
    if let initial_states {
      functions.initialStates = { (batch, states) throws(ElmanError) in
        let failure = states.map { Optional($0) }.withUnsafeBufferPointer { states in
          guarded { elman_guarded_states(initial_states, owner.pointer, batch, states.baseAddress, $0, $1) }
        }
        if let failure { throw failure.error(of: "The function of a cell's initial states") }
      }
    }
    return functions
  }
}

/// What a caller's functions are called with. The caller hears when the library is done with it.
private final class CallerContext: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer?
  private let release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
  /// Set once a layer has it.
  var isTaken = false

  init(_ pointer: UnsafeMutableRawPointer?, _ release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?) {
    self.pointer = pointer
    self.release = release
  }

  deinit {
    if isTaken { release?(pointer) }
  }
}

/// How a caller's function failed.
private struct CallFailure {
  let status: Int32
  /// The text of the exception that it threw.
  let exception: String?

  func error(of function: String) -> ElmanError {
    if let exception { return ElmanError(.invalidArgument, "\(function) threw an exception: \(exception)") }
    return ElmanError(.invalidArgument, "\(function) failed. It returned \(status)", callbackStatus: status)
  }
}

/// Calls a function of the caller, which may throw, by one of CxxSupport's; nil if it returned 0.
private func guarded(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Int32) -> CallFailure? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { what in
    let status = call(what.baseAddress, what.count)
    if status == 0 { return nil }
    let text = what.baseAddress.map { String(cString: $0) } ?? ""
    return CallFailure(status: status, exception: text.isEmpty ? nil : text)
  }
}

/// The functions of a Lambda.
private struct LambdaFunctions: @unchecked Sendable {
  let options: elman_lambda_options
  let context: CallerContext

  func shape(_ input: Shape) throws(ElmanError) -> Shape {
    guard let tell = options.shape else { return input }
    var output = [Int64](repeating: 0, count: Int(ELMAN_MAX_RANK))
    var rank = 0
    let failure = input.dimensions.map { $0.map(Int64.init) ?? -1 }.withUnsafeBufferPointer { dimensions in
      guarded { elman_guarded_shape(tell, context.pointer, dimensions.baseAddress, dimensions.count, &output, &rank, $0, $1) }
    }
    if let failure { throw failure.error(of: "The shape function of a Lambda") }
    return try ElmanC.shape(output, rank, "output_shape")
  }

  func run(_ call: Lambda.Call) throws(ElmanError) {
    guard let function = options.call else { return }
    let rank = call.inputShape.count
    let failure = withUnsafeTemporaryAllocation(of: Int64.self, capacity: rank) { dimensions in
      for index in 0..<rank { dimensions[index] = Int64(call.inputShape[index]) }
      var input = elman_array(data: call.input, shape: dimensions.baseAddress, rank: rank)
      var output = elman_output()
      output.data = call.output
      output.count = call.outputCount
      output.tell(call.outputShape)
      return guarded { elman_guarded_lambda(function, context.pointer, &input, &output, $0, $1) }
    }
    if let failure { throw failure.error(of: "The function of a Lambda") }
  }
}
