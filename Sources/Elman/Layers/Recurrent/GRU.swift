/// Keras's `GRU`, with gates z, r, h: `h_t = z h_(t-1) + (1 - z) act(h~)`.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class GRU: FusedLayer, @unchecked Sendable {
  public override class var className: String { "GRU" }

  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.gru, &reader) }
}
