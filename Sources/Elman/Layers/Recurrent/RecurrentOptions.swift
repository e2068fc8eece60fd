/// Keras's arguments about sequences and states.
struct RecurrentOptions: Sendable {
  let returnsSequences: Bool
  let returnsState: Bool
  let goesBackwards: Bool
  let isStateful: Bool
  let unroll: Bool
  let zeroOutputForMask: Bool

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    returnsSequences = try reader.bool("return_sequences", default: false)
    returnsState = try reader.bool("return_state", default: false)
    goesBackwards = try reader.bool("go_backwards", default: false)
    isStateful = try reader.bool("stateful", default: false)
    unroll = try reader.bool("unroll", default: false)
    zeroOutputForMask = try reader.bool("zero_output_for_mask", default: false)
    if try reader.bool("time_major", default: false) {
      throw ElmanError(.unsupported, "\(reader.owner): time_major=True is not supported; inputs are (batch, timesteps, features).")
    }
  }

  var config: [JSON.Member] {
    [
      JSON.Member("return_sequences", .bool(returnsSequences)), JSON.Member("return_state", .bool(returnsState)),
      JSON.Member("go_backwards", .bool(goesBackwards)), JSON.Member("stateful", .bool(isStateful)),
      JSON.Member("unroll", .bool(unroll)),
    ] + (zeroOutputForMask ? [JSON.Member("zero_output_for_mask", true)] : [])
  }
}
