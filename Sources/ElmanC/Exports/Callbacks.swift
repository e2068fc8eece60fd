import CElman
import CxxSupport
import Elman

@implementation @_cdecl("elman_cell_create")
public func elman_cell_create(
  _ options: UnsafePointer<elman_cell_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in try ElmanC.options(options).makeCell() }
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

extension elman_cell_options: OptionStruct {
  static var firstSize: Int { MemoryLayout<Self>.offset(of: \.build) ?? MemoryLayout<Self>.size }

  fileprivate func makeCell() throws(ElmanError) -> CellLayer {
    guard let call else { throw ElmanError(.invalidArgument, "A cell needs the function 'call'.") }
    let largest = Int64(Int32.max)
    let count = try size(state_count, "state_count")
    guard (1...largest).contains(units), (1...16).contains(count) else {
      throw ElmanError(
        .invalidArgument,
        "A cell has 1 to \(largest) units and 1 to 16 states. Received: units=\(units), state_count=\(count)")
    }
    var sizes: [Int] = []
    for value in UnsafeBufferPointer(start: try required(state_sizes, "state_sizes"), count: count) {
      guard (1...largest).contains(value) else {
        throw ElmanError(
          .invalidArgument,
          "The states of a cell have at least 1 number. Received: state_sizes[\(sizes.count)]=\(value)")
      }
      sizes.append(Int(value))
    }
    let owner = CallerContext(context, release)
    let part = try CustomPart(
      className: text(class_name, "class_name") ?? CallbackCell.className, owner: owner, build: build(owner),
      config: configFunction(config, owner))
    let cell = try CallbackCell(
      part, name: text(name, "name"), units: Int(units), stateSizes: sizes, functions: functions(owner, call))
    owner.isTaken = true
    return cell
  }

  private func build(_ owner: CallerContext) -> CustomPart.Build? {
    guard let build else { return nil }
    return { (_, inputs) throws(ElmanError) in
      let features = inputs[0].last ?? 0
      let failure = guarded { elman_guarded_build(build, owner.pointer, features, $0, $1) }
      if let failure { throw failure.error(of: "The build function of a cell") }
    }
  }

  private typealias CellCall = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<elman_cell_step>?) -> Int32

  private func functions(_ owner: CallerContext, _ call: @escaping CellCall) -> CellFunctions {
    var functions = CellFunctions { (step) throws(ElmanError) in
      let failure = step.states.map { Optional($0) }.withUnsafeBufferPointer { states in
        step.nextStates.map { Optional($0) }.withUnsafeBufferPointer { next in
          withArrays(of: step.weights) { weights in
            var told = elman_cell_step(
              batch: step.batch, features: step.features, input: step.input, states: states.baseAddress,
              output: step.output, next_states: next.baseAddress, training: step.training ? 1 : 0, reserved: 0,
              weights: weights.baseAddress, weight_count: weights.count)
            return guarded { elman_guarded_cell(call, owner.pointer, &told, $0, $1) }
          }
        }
      }
      if let failure { throw failure.error(of: "The function of a cell") }
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

extension elman_lambda_options: LayerOptions {
  static var className: String { Lambda.className }
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
      guarded {
        elman_guarded_shape(tell, context.pointer, dimensions.baseAddress, dimensions.count, &output, &rank, $0, $1)
      }
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
