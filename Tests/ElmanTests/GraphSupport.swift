import Elman

/// An input of a graph.
struct Given {
  let shape: [Int]
  let values: [Float]
  /// Of its first dimensions.
  var mask: (shape: [Int], values: [UInt8])?

  init(_ shape: [Int], _ values: [Float], mask: ([Int], [UInt8])? = nil) {
    self.shape = shape
    self.values = values
    self.mask = mask
  }

  /// Values in -1...1.
  init(_ shape: [Int], seed: UInt64) { self.init(shape, pseudorandom(shape.reduce(1, *), seed: seed)) }
}

private func pseudorandom(_ count: Int, seed: UInt64) -> [Float] { values(count, seed: seed) }

private struct GivenArrays: RunArrays {
  let inputs: [(values: UnsafePointer<Float>, mask: (shape: Dimensions, values: UnsafePointer<UInt8>)?)]
  let outputs: [UnsafeMutableBufferPointer<Float>]

  func input(_ index: Int) -> UnsafePointer<Float> { inputs[index].values }
  var maskCount: Int { inputs.count }
  func mask(_ index: Int) -> (shape: Dimensions, values: UnsafePointer<UInt8>)? { inputs[index].mask }
  var outputCount: Int { outputs.count }
  func output(_ index: Int) -> UnsafeMutableBufferPointer<Float> { outputs[index] }
}

/// A model of one layer, called on inputs of some shapes (batch first), and of layers that follow it.
func graph(
  of layer: Layer, on shapes: [[Int?]], then followers: [Layer] = [], isOfKeras2: Bool = false,
  _ change: (inout CallArguments) -> Void = { _ in }
) throws -> Functional {
  let inputs = try shapes.map { shape in
    let sizes = JSON.array(shape.map { $0.map(JSON.int) ?? .null })
    guard let input = try LayerRegistry.make(className: "InputLayer", config: ["batch_shape": sizes]) as? InputLayer
    else {
      throw ElmanError(.internal, "InputLayer is no InputLayer")
    }
    return SymbolicTensor(input)
  }
  var arguments = CallArguments(inputs)
  change(&arguments)
  var outputs = try layer.call(arguments)
  for follower in followers { outputs = try follower.call(CallArguments(outputs)) }
  return try Functional(inputs: inputs, outputs: outputs, isOfKeras2: isOfKeras2)
}

extension Functional {
  /// All outputs for some inputs.
  func outputs(_ given: [Given]) throws -> [[Float]] {
    var key: [Int64] = []
    for input in given { key += (given.count > 1 ? [Int64(input.shape.count)] : []) + input.shape.map(Int64.init) }
    let shapes = try key.withUnsafeBufferPointer { try runShapes(for: InputKey($0, count: given.count)) }
    let outputs = shapes.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0.reduce(1, *)) }
    let inputs = given.map { UnsafeMutableBufferPointer<Float>.copy(of: $0.values) }
    let masks = given.map { UnsafeMutableBufferPointer<UInt8>.copy(of: $0.mask?.values ?? []) }
    defer {
      (outputs + inputs).forEach { $0.deallocate() }
      masks.forEach { $0.deallocate() }
    }
    var arrays: [(values: UnsafePointer<Float>, mask: (shape: Dimensions, values: UnsafePointer<UInt8>)?)] = []
    for (index, one) in given.enumerated() {
      guard let base = inputs[index].baseAddress, let maskBase = masks[index].baseAddress else { continue }
      let mask = try one.mask.map { (shape: try Dimensions($0.shape), values: UnsafePointer(maskBase)) }
      arrays.append((UnsafePointer(base), mask))
    }
    try key.withUnsafeBufferPointer {
      try run(InputKey($0, count: given.count), GivenArrays(inputs: arrays, outputs: outputs))
    }
    return outputs.map { Array($0) }
  }
}

extension UnsafeMutableBufferPointer {
  fileprivate static func copy(of values: [Element]) -> Self {
    let buffer = allocate(capacity: Swift.max(values.count, 1))
    _ = buffer.initialize(from: values)
    return buffer
  }
}

/// What a layer gives for some inputs.
func apply(
  _ layer: Layer, to given: [Given], isOfKeras2: Bool = false, _ change: (inout CallArguments) -> Void = { _ in }
) throws -> [[Float]] {
  try graph(of: layer, on: given.map(\.symbolicShape), isOfKeras2: isOfKeras2, change).outputs(given)
}

/// The mask of what a layer of sequences gives: 1 where a timestep counts.
func maskAfter(_ layer: Layer, of given: [Given], isOfKeras2: Bool = false) throws -> [Int] {
  // Gives tanh(1), and 0 where a timestep is masked.
  let recurrent = try LayerRegistry.make(
    className: "SimpleRNN",
    config: [
      "units": 1, "kernel_initializer": "zeros", "recurrent_initializer": "zeros", "bias_initializer": "ones",
      "return_sequences": true, "zero_output_for_mask": true,
    ])
  let model = try graph(of: layer, on: given.map(\.symbolicShape), then: [recurrent], isOfKeras2: isOfKeras2)
  return try model.outputs(given)[0].map { $0 == 0 ? 0 : 1 }
}

extension Given {
  /// The shape, in which the batch and axes without elements are not fixed.
  var symbolicShape: [Int?] { [nil] + shape.dropFirst().map { $0 == 0 ? nil : $0 } }
}
