import Elman
import Testing
@Test func a() throws {
  NameCounter.reset()
  let m = Sequential()
  try m.add(LayerRegistry.make(className: "SimpleRNN", config: .object([.init("units", 3), .init("input_shape", [2, 10])])))
  print(try m.summary())
  var o = SummaryOptions(); o.style = .keras3
  print(try m.summary(o))
  let b = Sequential()
  try b.add(LayerRegistry.make(JSON.parse(#"{"class_name":"Bidirectional","config":{"layer":{"class_name":"SimpleRNN","config":{"units":8,"return_sequences":true}},"input_shape":[10,4]}}"#)))
  try b.add(LayerRegistry.make(JSON.parse(#"{"class_name":"Bidirectional","config":{"layer":{"class_name":"SimpleRNN","config":{"units":8,"return_sequences":true}}}}"#)))
  print(try b.summary(), b.config().text)
  let x = [Float](repeating: 0.5, count: 3*40)
  var y = [Float](repeating: 0, count: 3*160)
  try y.withUnsafeMutableBufferPointer { y in try b.forward(x, shape: [3,10,4], output: y) }
  print(y[0..<20])
  do { try y.withUnsafeMutableBufferPointer { y in try b.forward(x, shape: [3,10,5], output: y) } } catch { print(error) }
}
