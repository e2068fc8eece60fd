/// The arrays of a run, by index, so that a caller needs no lists of them.
public protocol RunArrays {
  /// Holds what the shape of the input says.
  func input(_ index: Int) throws(ElmanError) -> UnsafePointer<Float>
  var stateCount: Int { get }
  func initialState(_ index: Int) throws(ElmanError) -> WeightValue
  /// 0, or as many as inputs.
  var maskCount: Int { get }
  /// 0 where a place of an input is to be skipped. The shape is the input's first dimensions, such as (batch,
  /// timesteps).
  func mask(_ index: Int) throws(ElmanError) -> (shape: Dimensions, values: UnsafePointer<UInt8>)?
  var outputCount: Int { get }
  func output(_ index: Int) throws(ElmanError) -> UnsafeMutableBufferPointer<Float>
}

extension RunArrays {
  public var stateCount: Int { 0 }
  public func initialState(_ index: Int) throws(ElmanError) -> WeightValue {
    throw ElmanError(.internal, "There is no initial state \(index).")
  }
  public var maskCount: Int { 0 }
  public func mask(_ index: Int) throws(ElmanError) -> (shape: Dimensions, values: UnsafePointer<UInt8>)? { nil }
}

extension Model {
  /// Computes the one output of a model of one input; `output` has at least as many floats as it.
  public final func forward(
    _ input: UnsafePointer<Float>, shape: UnsafeBufferPointer<Int64>, output: UnsafeMutableBufferPointer<Float>
  ) throws(ElmanError) {
    try withProgram(for: InputKey(shape)) { (program) throws(ElmanError) in
      guard program.outputCounts.count == 1 else { throw program.wrongOutputCount(1) }
      try program.requireOutput(0, output.count)
      guard let base = output.baseAddress else { return }
      try program.withWorkspace { (workspace) throws(ElmanError) in
        workspace.inputs[0] = input
        workspace.outputs[0] = base
        try program.run(RunCall(), in: workspace)
      }
    }
  }

  public final func forward(
    _ input: UnsafePointer<Float>, shape: [Int], output: UnsafeMutableBufferPointer<Float>
  ) throws(ElmanError) {
    try shape.map { Int64($0) }.withUnsafeBufferPointer { (shape) throws(ElmanError) in
      try forward(input, shape: shape, output: output)
    }
  }

  /// Computes all outputs: those of the last layer of a Sequential, then the states it returns, or those of a graph in
  /// order.
  public final func run(
    _ key: InputKey, training: Bool = false, threads: Int? = nil, _ arrays: some RunArrays
  ) throws(ElmanError) {
    try withProgram(for: key, threads: threads) { (program) throws(ElmanError) in
      try program.requireOutputs(arrays)
      try program.requireMasks(arrays)
      try program.requireStates(arrays.stateCount) { (index) throws(ElmanError) in try arrays.initialState(index) }
      try program.withWorkspace { (workspace) throws(ElmanError) in
        try workspace.take(arrays, inputCount: program.inputShapes.count)
        let call = RunCall(hasInitialStates: arrays.stateCount > 0, training: training, hasMasks: arrays.maskCount > 0)
        try program.run(call, in: workspace)
      }
    }
  }

  /// Bytes of memory that a call for inputs of some shapes works in, beside its inputs, its outputs and the weights.
  /// The model keeps them for the next call; calls that run at once have each their own.
  public final func workspaceBytes(for key: InputKey) throws(ElmanError) -> Int {
    var bytes = 0
    try withProgram(for: key) { (program) throws(ElmanError) in bytes = program.workspaceBytes }
    return bytes
  }

  /// The shapes that `run` would give for inputs of some shapes.
  public final func runShapes(for key: InputKey) throws(ElmanError) -> [Dimensions] {
    var shapes: [Dimensions] = []
    try withProgram(for: key) { (program) throws(ElmanError) in shapes = program.outputShapes }
    return shapes
  }
}

extension Workspace {
  /// The caller's arrays of the next run, which were checked.
  fileprivate func take(_ arrays: some RunArrays, inputCount: Int) throws(ElmanError) {
    for index in 0..<inputCount { inputs[index] = try arrays.input(index) }
    for index in 0..<arrays.maskCount {
      if let mask = try arrays.mask(index) { masks[index] = Mask(values: mask.values, shape: mask.shape) }
    }
    // A buffer without an address has no elements.
    for index in 0..<arrays.outputCount {
      if let base = try arrays.output(index).baseAddress { outputs[index] = base }
    }
    for index in 0..<arrays.stateCount {
      if let base = try arrays.initialState(index).values.baseAddress { initialStates[index] = base }
    }
  }
}

// MARK: - Checks

extension Program {
  /// An error unless the buffers hold the outputs.
  fileprivate func requireOutputs(_ arrays: some RunArrays) throws(ElmanError) {
    guard arrays.outputCount == outputShapes.count else { throw wrongOutputCount(arrays.outputCount) }
    for index in 0..<arrays.outputCount { try requireOutput(index, arrays.output(index).count) }
  }

  fileprivate func wrongOutputCount(_ count: Int) -> ElmanError {
    ElmanError(.invalidArgument, "The model has \(outputShapes.count) outputs. Received: buffers for \(count)")
  }

  /// An error unless a buffer holds one of the outputs.
  fileprivate func requireOutput(_ index: Int, _ count: Int) throws(ElmanError) {
    guard count < outputCounts[index] else { return }
    throw ElmanError(
      .bufferTooSmall,
      "Output \(index) has shape \(Shape(outputShapes[index])), which is \(outputCounts[index]) floats. "
        + "Received: a buffer of \(count)")
  }

  /// An error unless masks have the shapes that the inputs need.
  fileprivate func requireMasks(_ arrays: some RunArrays) throws(ElmanError) {
    guard arrays.maskCount == 0 || arrays.maskCount == inputShapes.count else {
      throw ElmanError(
        .invalidArgument,
        "The model has \(inputShapes.count) inputs, each of which may have a mask. Received: \(arrays.maskCount) masks")
    }
    for index in 0..<arrays.maskCount { try requireMask(arrays.mask(index)?.shape, inputShapes[index]) }
  }

  func requireMask(_ shape: Dimensions?, _ inputShape: [Int]) throws(ElmanError) {
    guard let shape else { return }
    guard !shape.isEmpty, inputShape.starts(with: shape) else {
      throw ElmanError(
        .shapeMismatch,
        "The mask of an input of shape \(Shape(inputShape)) has its first dimensions, such as "
          + "\(Shape(Array(inputShape.prefix(2)))). Received: \(Shape(shape))")
    }
  }

  /// An error unless initial states have the shapes that this program needs.
  func requireStates(_ count: Int, _ state: (Int) throws(ElmanError) -> WeightValue) throws(ElmanError) {
    if count == 0 { return }
    guard let step = firstRecurrentStep else {
      throw ElmanError(.invalidArgument, "Initial states were given, and no layer of this model takes any.")
    }
    let name = steps[step].call.layer.name
    guard count == stateShapes.count else {
      throw ElmanError(
        .shapeMismatch, "Layer \"\(name)\" has \(stateShapes.count) states. Received: \(count) initial states")
    }
    for index in 0..<count where try state(index).shape != stateShapes[index] {
      let expected = stateShapes.map { Shape($0).description }.joined(separator: ", ")
      var given: [String] = []
      for index in 0..<count { given.append(try Shape(state(index).shape).description) }
      throw ElmanError(
        .shapeMismatch,
        "The initial state of layer \"\(name)\" has shapes [\(expected)]. Received: [\(given.joined(separator: ", "))]")
    }
  }
}
