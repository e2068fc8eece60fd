import CElman
import Elman

@implementation @_cdecl("elman_simple_rnn_hidden_states_f32")
public func elman_simple_rnn_hidden_states_f32(
  _ timesteps: Int, _ input_dim: Int, _ units: Int, _ inputs: UnsafePointer<Float>?, _ Wx: UnsafePointer<Float>?,
  _ Wh: UnsafePointer<Float>?, _ b: UnsafePointer<Float>?, _ h0: UnsafePointer<Float>?,
  _ hidden_states: UnsafeMutablePointer<Float>?
) -> elman_status {
  boundary { () throws(ElmanError) in
    let network = try HiddenStates(checking: timesteps, input_dim, units)
    let (Wx, Wh, b) = (try required(Wx, "Wx"), try required(Wh, "Wh"), try required(b, "b"))
    guard timesteps > 0 else { return }
    try network.compute(
      inputs: required(inputs, "inputs"), Wx: Wx, Wh: Wh, b: b, h0: h0, into: required(hidden_states, "hidden_states"))
  }
}

@implementation @_cdecl("elman_simple_rnn_hidden_states_f64")
public func elman_simple_rnn_hidden_states_f64(
  _ timesteps: Int, _ input_dim: Int, _ units: Int, _ inputs: UnsafePointer<Double>?, _ Wx: UnsafePointer<Double>?,
  _ Wh: UnsafePointer<Double>?, _ b: UnsafePointer<Double>?, _ h0: UnsafePointer<Double>?,
  _ hidden_states: UnsafeMutablePointer<Double>?
) -> elman_status {
  boundary { () throws(ElmanError) in
    let network = try HiddenStates(checking: timesteps, input_dim, units)
    let (Wx, Wh, b) = (try required(Wx, "Wx"), try required(Wh, "Wh"), try required(b, "b"))
    guard timesteps > 0 else { return }
    try network.compute(
      inputs: required(inputs, "inputs"), Wx: Wx, Wh: Wh, b: b, h0: h0, into: required(hidden_states, "hidden_states"))
  }
}

extension HiddenStates {
  /// Sizes as C gives them.
  fileprivate init(checking timesteps: Int, _ inputDim: Int, _ units: Int) throws(ElmanError) {
    try self.init(
      timesteps: size(timesteps, "timesteps"), inputDim: size(inputDim, "input_dim"), units: size(units, "units"))
  }
}
