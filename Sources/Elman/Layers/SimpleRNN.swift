import KernelInterface

/// Keras's `SimpleRNN`, the Elman network: `h_t = f(x_t W + h_(t-1) U + b)`.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class SimpleRNN: RecurrentLayer, @unchecked Sendable {
  public override class var className: String { "SimpleRNN" }

  private let arguments: RecurrentArguments

  override init(_ reader: inout ConfigReader) throws(ElmanError) {
    arguments = try RecurrentArguments(&reader)
    try super.init(&reader)
  }

  override var units: Int { arguments.units }
  override var activation: Activation { arguments.activation }

  override func ownConfig() -> [JSON.Member] { options.config + arguments.config }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try arguments.weights(features: input.last ?? 0, gates: 1, biasShape: [units])
  }

  override func pack() throws(ElmanError) -> PackedRecurrence {
    let weights = ownWeights
    return PackedRecurrence(
      kernel: try PackedWeights(weights[0].values.base, depth: weights[0].shape[0], units: units),
      recurrentKernel: try PackedWeights(weights[1].values.base, depth: units, units: units),
      bias: try PackedWeights.row(arguments.usesBias ? weights[2].values.base : nil, units: units))
  }

  override func step(_ kernels: KernelSet, _ recurrence: Recurrence) { kernels.simpleRNN(recurrence) }
}
