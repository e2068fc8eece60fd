/// Keras's `LSTM`, with gates i, f, c, o: `c_t = f c_(t-1) + i act(c~)`, `h_t = o act(c_t)`.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class LSTM: FusedLayer, @unchecked Sendable {
  public override class var className: String { "LSTM" }

  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.lstm, &reader) }
}
