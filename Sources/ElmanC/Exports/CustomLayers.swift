import CElman
import CxxSupport
import Elman

@implementation @_cdecl("elman_custom_layer_create")
public func elman_custom_layer_create(
  _ options: UnsafePointer<elman_custom_layer_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in
    let options = try ElmanC.options(options)
    guard options.call != nil else {
      throw ElmanError(.invalidArgument, "A layer of one's own needs the function 'call'.")
    }
    let functions = CustomFunctions(options: options, context: CallerContext(options.context, options.release))
    let part = try CustomPart(
      className: text(options.class_name, "class_name") ?? CustomLayer.className, owner: functions.context,
      build: functions.build, config: configFunction(options.config, functions.context))
    let made = try CustomLayer(part, config: options.config(), functions: functions.table)
    functions.context.isTaken = true
    return made
  }
}

@implementation @_cdecl("elman_layer_add_weight")
public func elman_layer_add_weight(
  _ layer: elman_layer, _ options: UnsafePointer<elman_weight_options>?, _ index: UnsafeMutablePointer<Int>?
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    let options = try ElmanC.options(options)
    try requireZero(options.reserved)
    var config = LayerConfig()
    try config.add("initializer", nameOrJSON: options.initializer)
    try config.add("regularizer", nameOrJSON: options.regularizer)
    try config.add("constraint", nameOrJSON: options.constraint)
    let shape = try ArrayShape(options.shape, options.rank, "shape", isInput: false)
    let place = try layer.addWeight(
      named: text(options.name, "name"), shape: Array(shape.dimensions), isTrainable: options.frozen == 0,
      config: config.json)
    index?.pointee = place
  }
}

extension elman_weight_options: OptionStruct {}

@implementation @_cdecl("elman_layer_add_layer")
public func elman_layer_add_layer(
  _ layer: elman_layer, _ role: UnsafePointer<CChar>?, _ child: elman_layer
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    try layer.addLayer(child.object(), as: requiredText(role, "role"))
  }
}

@implementation @_cdecl("elman_layer_context")
public func elman_layer_context(
  _ layer: elman_layer, _ context: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    try required(context, "context").pointee = (layer.owner as? CallerContext)?.pointer
  }
}

@implementation @_cdecl("elman_layer_class_register")
public func elman_layer_class_register(
  _ class_name: UnsafePointer<CChar>?, _ create: elman_layer_maker?, _ context: UnsafeMutableRawPointer?
) -> elman_status {
  boundary { () throws(ElmanError) in
    let name = try requiredText(class_name, "class_name")
    guard let create else { return try CustomClasses.register(name, nil) }
    let context = CallerContext(context, nil)
    try CustomClasses.register(name) { (name, config) throws(ElmanError) in
      var made = elman_layer()
      let failure = guarded { elman_guarded_create(create, context.pointer, name, config.text, &made, $0, $1) }
      if let failure { throw failure.error(of: "The function that makes a \(name)") }
      return made.id == 0 ? nil : try made.object()
    }
  }
}

// MARK: - Functions

/// What tells a class's arguments as JSON.
func configFunction(
  _ config: (
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, Int, UnsafeMutablePointer<Int>?) -> Int32
  )?,
  _ owner: CallerContext
) -> CustomPart.Config? {
  guard let config else { return nil }
  @Sendable func told(_ text: UnsafeMutablePointer<CChar>?, _ capacity: Int) throws(ElmanError) -> Int {
    var length = 0
    let failure = guarded { elman_guarded_config(config, owner.pointer, text, capacity, &length, $0, $1) }
    if let failure { throw failure.error(of: "The function that tells the arguments of a layer") }
    guard (0...largestConfig).contains(length) else {
      throw ElmanError(
        .invalidArgument, "The arguments of a layer have at most \(largestConfig) bytes. Received: \(length)")
    }
    return length
  }
  return { () throws(ElmanError) in
    let length = try told(nil, 0)
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: length + 1)
    defer { memory.deallocate() }
    memory.initialize(repeating: 0, count: length + 1)
    _ = try told(memory, length + 1)
    memory[length] = 0
    return try JSON.parse(requiredText(memory, "config"))
  }
}

private let largestConfig = 1 << 28

extension elman_custom_layer_options: LayerOptions {
  static var className: String { CustomLayer.className }
}

/// The functions of a layer of the caller's.
private struct CustomFunctions: @unchecked Sendable {
  let options: elman_custom_layer_options
  let context: CallerContext

  var build: CustomPart.Build? {
    guard let build = options.build else { return nil }
    return { [context] (layer, inputs) throws(ElmanError) in
      let handle = elman_layer(id: try HandleTable.add(layer, kind: elman_layer.kind))
      defer { _ = HandleTable.remove(handle.id, kind: elman_layer.kind) }
      let failure = withArrays(of: inputs) { arrays in
        guarded {
          elman_guarded_custom_build(build, context.pointer, handle, arrays.baseAddress, arrays.count, $0, $1)
        }
      }
      if let failure { throw failure.error(of: "The build function of layer '\(layer.name)'") }
    }
  }

  var table: CustomLayer.Functions {
    var functions = CustomLayer.Functions { (call) throws(ElmanError) in try run(call) }
    if options.shapes != nil { functions.shapes = { (inputs) throws(ElmanError) in try shapes(inputs) } }
    if options.mask != nil { functions.mask = { (call, mask) throws(ElmanError) in try write(call, mask) } }
    return functions
  }

  private func shapes(_ inputs: [Shape]) throws(ElmanError) -> [Shape] {
    guard let tell = options.shapes else { return inputs }
    var outputs = [elman_output](repeating: elman_output(), count: mostOutputs)
    var count = mostOutputs
    let failure = withArrays(of: inputs) { arrays in
      guarded {
        elman_guarded_custom_shapes(
          tell, context.pointer, arrays.baseAddress, arrays.count, &outputs, &count, $0, $1)
      }
    }
    if let failure { throw failure.error(of: "The function that tells the output shapes of a layer") }
    guard (1...mostOutputs).contains(count) else {
      throw ElmanError(
        .invalidArgument, "A layer has 1 to \(mostOutputs) outputs. Received: output_count=\(UInt(bitPattern: count))")
    }
    var shapes: [Shape] = []
    for output in outputs.prefix(count) {
      let shape = try withUnsafePointer(to: output.shape) { (tuple) throws(ElmanError) in
        try tuple.withMemoryRebound(to: Int64.self, capacity: Int(ELMAN_MAX_RANK)) { (sizes) throws(ElmanError) in
          try ElmanC.shape(sizes, output.rank, "output_shape")
        }
      }
      shapes.append(shape)
    }
    return shapes
  }

  private func run(_ call: CustomLayer.Call) throws(ElmanError) {
    guard let function = options.call else { return }
    let failure = withArguments(call) { arguments in
      guarded { elman_guarded_custom_call(function, context.pointer, arguments, $0, $1) }
    }
    if let failure { throw failure.error(of: "The function of a layer") }
  }

  private func write(_ call: CustomLayer.Call, _ mask: UnsafeMutablePointer<UInt8>) throws(ElmanError) {
    guard let function = options.mask else { return }
    var count = 1
    call.forEachSize(ofOutput: 0) { axis, size in if axis < 2 { count *= size } }
    let failure = withArguments(call) { arguments in
      guarded { elman_guarded_custom_mask(function, context.pointer, arguments, mask, count, $0, $1) }
    }
    if let failure { throw failure.error(of: "The mask function of a layer") }
  }
}

private let mostOutputs = 64

// MARK: - Arguments, on the stack

/// Shapes as arrays without data; -1 is what is not fixed.
private func withArrays<Result>(of shapes: [Shape], _ body: (UnsafeBufferPointer<elman_array>) -> Result) -> Result {
  withSizes(shapes.count, rank: { shapes[$0].rank }, size: { shapes[$0].dimensions[$1].map(Int64.init) ?? -1 }) {
    sizes in
    withArrays(shapes.count) {
      elman_array(data: nil, shape: sizes($0), rank: shapes[$0].rank)
    } body: {
      body($0)
    }
  }
}

/// Weights as arrays.
func withArrays<Result>(of weights: [Weight], _ body: (UnsafeBufferPointer<elman_array>) -> Result) -> Result {
  withSizes(weights.count, rank: { weights[$0].shape.count }, size: { Int64(weights[$0].shape[$1]) }) { sizes in
    withArrays(weights.count) { index in
      elman_array(
        data: (try? weights[index].values.base).map { UnsafePointer($0) }, shape: sizes(index),
        rank: weights[index].shape.count)
    } body: {
      body($0)
    }
  }
}

private func withArguments<Result>(
  _ call: CustomLayer.Call, _ body: (UnsafePointer<elman_custom_call>) -> Result
) -> Result {
  withInputs(of: call) { inputs, masks in
    withArrays(of: call.weights) { weights in
      withUnsafeTemporaryAllocation(of: elman_output.self, capacity: call.outputCount) { outputs in
        for index in 0..<call.outputCount { outputs.initializeElement(at: index, to: output(index, of: call)) }
        var arguments = elman_custom_call(
          inputs: inputs.baseAddress, masks: masks.baseAddress, input_count: call.inputCount,
          weights: weights.baseAddress, weight_count: weights.count, outputs: outputs.baseAddress,
          output_count: call.outputCount, training: call.training ? 1 : 0, reserved: 0)
        return body(&arguments)
      }
    }
  }
}

private func output(_ index: Int, of call: CustomLayer.Call) -> elman_output {
  var output = elman_output()
  output.data = call.output(index)
  output.count = 1
  output.rank = 0
  withUnsafeMutablePointer(to: &output.shape) { tuple in
    tuple.withMemoryRebound(to: Int64.self, capacity: Int(ELMAN_MAX_RANK)) { sizes in
      call.forEachSize(ofOutput: index) { axis, size in
        sizes[axis] = Int64(size)
        output.count *= size
        output.rank = axis + 1
      }
    }
  }
  return output
}

private func withInputs<Result>(
  of call: CustomLayer.Call, _ body: (UnsafeBufferPointer<elman_array>, UnsafeBufferPointer<elman_mask>) -> Result
) -> Result {
  let count = call.inputCount
  return withSizes(count, rank: { call.input($0).shape.count }, size: { Int64(call.input($0).shape[$1]) }) { sizes in
    withSizes(
      count, rank: { call.mask($0)?.shape.count ?? 0 }, size: { Int64(call.mask($0)?.shape[$1] ?? 0) }
    ) { maskSizes in
      withArrays(count) { index in
        let input = call.input(index)
        return elman_array(data: input.values, shape: sizes(index), rank: input.shape.count)
      } body: { inputs in
        withArrays(count) { index in
          let mask = call.mask(index)
          return elman_mask(data: mask?.values, shape: maskSizes(index), rank: mask?.shape.count ?? 0)
        } body: {
          body(inputs, $0)
        }
      }
    }
  }
}

/// Calls `body` with what gives the sizes of each of some shapes.
private func withSizes<Result>(
  _ count: Int, rank: (Int) -> Int, size: (Int, Int) -> Int64, _ body: ((Int) -> UnsafePointer<Int64>?) -> Result
) -> Result {
  let most = Int(ELMAN_MAX_RANK)
  return withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(count, 1) * most) { sizes in
    for index in 0..<count {
      for axis in 0..<min(rank(index), most) { sizes.initializeElement(at: index * most + axis, to: size(index, axis)) }
    }
    return body { index in UnsafePointer(sizes.baseAddress.map { $0 + index * most }) }
  }
}

/// Calls `body` with an array of what `element` gives.
private func withArrays<Element, Result>(
  _ count: Int, element: (Int) -> Element, body: (UnsafeBufferPointer<Element>) -> Result
) -> Result {
  withUnsafeTemporaryAllocation(of: Element.self, capacity: count) { elements in
    for index in 0..<count { elements.initializeElement(at: index, to: element(index)) }
    return body(UnsafeBufferPointer(elements))
  }
}
