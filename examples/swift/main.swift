// The RNN notes through the Swift API: the summaries, the hidden states, and what a deep network gives.
//
//     swift run -c release rnn-notes
import Elman

/// The session of the notes had made other models and layers before: here only their names are used up.
func skipNames(models: Int, layers: Int) throws {
  for _ in 0..<models { _ = Sequential() }
  for _ in 0..<layers { _ = try LayerRegistry.make(className: "SimpleRNN", config: ["units": 1]) }
}

/// A model of layers of one class, given as Keras's configs.
func makeModel(_ className: String, _ configs: [JSON]) throws -> Sequential {
  let model = Sequential()
  for config in configs { try model.add(LayerRegistry.make(className: className, config: config)) }
  return model
}

/// Values in [0, 1) that are the same at every run.
func values(_ count: Int, stream: UInt64) -> [Double] {
  var random = Philox(seed: 22886, stream: stream)
  return (0..<count).map { _ in random.uniform() }
}

func row(_ values: some Sequence<Float>) -> String {
  "  [" + values.map { "\($0)" }.joined(separator: ", ") + "]"
}

RandomStreams.setSeed(22886)
print("elman with \(selectedKernelsName) kernels\n")
try skipNames(models: 1, layers: 1)

// model = Sequential(); model.add(SimpleRNN(3, input_shape=(2, 10)))
print(try makeModel("SimpleRNN", [["units": 3, "input_shape": [2, 10]]]).summary())

// model.add(SimpleRNN(3, batch_input_shape=(8, 2, 10)))
print(try makeModel("SimpleRNN", [["units": 3, "batch_input_shape": [8, 2, 10]]]).summary())

// model.add(SimpleRNN(3, batch_input_shape=(8, 2, 10), return_sequences=True))
print(try makeModel("SimpleRNN", [["units": 3, "batch_input_shape": [8, 2, 10], "return_sequences": true]]).summary())

// ht = tanh(Wx xt + Wh ht-1 + b), with values in [0, 1).
let (timesteps, inputDim, hiddenSize) = (10, 4, 8)
let inputs = values(timesteps * inputDim, stream: 0)
let Wx = values(hiddenSize * inputDim, stream: 1)
let Wh = values(hiddenSize * hiddenSize, stream: 2)
let b = values(hiddenSize, stream: 3)
var hiddenStates = [Double](repeating: 0, count: timesteps * hiddenSize)
try HiddenStates(timesteps: timesteps, inputDim: inputDim, units: hiddenSize)
  .compute(inputs: inputs, Wx: Wx, Wh: Wh, b: b, h0: nil, into: &hiddenStates)
print("Hidden states (\(timesteps), \(hiddenSize)):")
for t in 0..<timesteps { print(row(hiddenStates[t * hiddenSize..<(t + 1) * hiddenSize].map { Float($0) })) }
print()

// Deep: two SimpleRNN(8, return_sequences=True)
try skipNames(models: 34, layers: 44)
let deep = try makeModel(
  "SimpleRNN",
  [
    ["units": 8, "input_shape": [20, 4], "return_sequences": true],
    ["units": 8, "input_shape": [20, 8], "return_sequences": true],
  ])
print(try deep.summary())
let sequence = values(20 * 4, stream: 4).map { Float($0) }
var output = [Float](repeating: 0, count: 20 * 8)
try output.withUnsafeMutableBufferPointer { try deep.forward(sequence, shape: [1, 20, 4], output: $0) }
print("Output (1, 20, 8), its last timestep:\n\(row(output.suffix(8)))\n")

// Bidirectional, four times
try skipNames(models: 1, layers: 0)
let wrapped: JSON = ["class_name": "SimpleRNN", "config": ["units": 8, "return_sequences": true]]
let first: JSON = ["layer": wrapped, "input_shape": [10, 4]]
let bidirectional = try makeModel("Bidirectional", [first, ["layer": wrapped], ["layer": wrapped], ["layer": wrapped]])
print(try bidirectional.summary())

// What does not fit is an error that says so.
do {
  try bidirectional.forward(sequence, shape: [1, 20, 5], output: UnsafeMutableBufferPointer(start: nil, count: 0))
} catch {
  print("Another number of features: \(error)")
}
