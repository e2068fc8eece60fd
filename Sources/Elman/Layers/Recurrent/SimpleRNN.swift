/// Keras's `SimpleRNN`, the Elman network: `h_t = f(x_t W + h_(t-1) U + b)`.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class SimpleRNN: FusedLayer, @unchecked Sendable {
  public override class var className: String { "SimpleRNN" }

  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.simpleRNN, &reader) }
}
