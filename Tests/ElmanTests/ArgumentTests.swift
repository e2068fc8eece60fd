import Elman
import Testing

private struct Unlisted: Error {}

extension EngineTests {
  @Suite struct ArgumentTests {
    @Test func listsAreInTheOrderOfKeras() throws {
      let dense = try LayerRegistry.arguments(ofClass: "Dense").filter { !$0.isByName }
      #expect(
        dense.map(\.name) == [
          "units", "activation", "use_bias", "kernel_initializer", "bias_initializer", "kernel_regularizer",
          "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint",
        ])
      #expect(dense[0].standard == nil && dense[1].standard == "linear" && dense[2].standard == true)
    }

    @Test func aClassThatIsNotThereHasNone() {
      let error = error { _ = try LayerRegistry.arguments(ofClass: "Dens") }
      #expect(error?.code == .notFound && error?.message.contains("Did you mean 'Dense'?") == true)
    }

    /// A config has every argument of the list that is not taken by name alone, and no other but those of
    /// every layer.
    @Test func configsHaveWhatTheListsHave() throws {
      let cases: [(String, JSON)] = [
        ("Dense", ["units": 1]), ("Embedding", ["input_dim": 2, "output_dim": 1]), ("BatchNormalization", [:]),
        ("Conv1D", ["filters": 1, "kernel_size": 1]), ("SeparableConv1D", ["filters": 1, "kernel_size": 1]),
        ("MaxPooling1D", [:]), ("Dropout", ["rate": 0.5]), ("PReLU", [:]), ("Normalization", [:]), ("Masking", [:]),
      ]
      for (className, config) in cases {
        guard case .object(let members) = try layer(className, config).config() else { throw Unlisted() }
        let written = Set(members.map(\.key)).subtracting(["name", "trainable", "dtype"])
        let listed = try LayerRegistry.arguments(ofClass: className)
        #expect(written.isSubset(of: listed.map(\.name)), "\(className)")
        #expect(written.isSuperset(of: listed.filter { !$0.isByName }.map(\.name)), "\(className)")
      }
    }
  }
}
