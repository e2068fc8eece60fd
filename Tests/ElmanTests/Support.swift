import Elman
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A layer from its class name and config.
func layer(_ className: String, _ config: JSON = [:]) throws -> Layer {
  try LayerRegistry.make(className: className, config: config)
}

/// A model of layers given as class names and configs.
func model(_ layers: (String, JSON)..., named name: String? = "model") throws -> Sequential {
  let model = Sequential(name: name)
  for (className, config) in layers { try model.add(layer(className, config)) }
  return model
}

func wrapped(_ className: String, _ config: JSON) -> JSON {
  ["class_name": .string(className), "config": config]
}

extension Sequential {
  /// All outputs of a run.
  func outputs(
    _ input: [Float], _ shape: [Int], _ options: RunOptions = RunOptions(), initialStates: [WeightValue] = []
  ) throws -> [[Float]] {
    let counts = try runShapes(for: shape).map { $0.reduce(1, *) }
    let buffers = counts.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0) }
    defer { buffers.forEach { $0.deallocate() } }
    try run(input, shape: shape, options: options, initialStates: initialStates, outputs: buffers)
    return buffers.map { Array($0) }
  }

  func output(_ input: [Float], _ shape: [Int]) throws -> [Float] { try outputs(input, shape)[0] }
}

/// Deterministic values in -1...1.
func values(_ count: Int, seed: UInt64 = 1) -> [Float] {
  var random = Philox(seed: seed, stream: 99)
  return (0..<count).map { _ in Float(2 * random.uniform() - 1) }
}

func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }

func exponential(_ x: Double) -> Double { exp(x) }

/// The next standard normal number of a stream.
func boxMuller(_ random: inout Philox) -> Float {
  let radius = (-2 * log(1 - random.uniform())).squareRoot()
  return Float(radius * cos(2 * .pi * random.uniform()))
}

/// The code and message of the error that `body` throws.
func error(_ body: () throws -> Void) -> ElmanError? {
  do {
    try body()
    return nil
  } catch { return error as? ElmanError }
}

func textOfFile(_ path: String) throws -> String {
  let file = try #require(fopen(path, "rb"))
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 16)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}
