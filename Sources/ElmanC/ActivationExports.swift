import CElman
import Elman

@implementation @_cdecl("elman_activation_apply")
public func elman_activation_apply(
  _ activation: UnsafePointer<CChar>?, _ input: UnsafePointer<Float>?, _ input_shape: UnsafePointer<Int64>?,
  _ input_rank: Int, _ output: UnsafeMutablePointer<Float>?, _ output_count: Int
) -> elman_status {
  boundary { () throws(ElmanError) in
    let text = try requiredText(activation, "activation")
    let shape = try ArrayShape(input_shape, input_rank, "input_shape", isInput: false)
    let count = try size(output_count, "output_count")
    let function = try Activation(text.utf8.first == UInt8(ascii: "{") ? JSON.parse(text) : .string(text))
    try function.apply(
      inputPointer(input, count: shape.count), shape: try shape.dimensions,
      into: UnsafeMutableBufferPointer(start: outputPointer(output, count: count), count: count))
  }
}
