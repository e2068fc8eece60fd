import Elman
import Testing

extension EngineTests {
  @Suite struct InitializerTests {
    private func kernel(_ initializer: JSON, rows: Int = 200, columns: Int = 100) throws -> [Float] {
      let dense = try model(("Dense", ["units": .int(columns), "kernel_initializer": initializer, "input_shape": [.int(rows)]]))
      return Array(dense.weights[0].weight.values.values)
    }

    private func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
      let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
      let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
      return (mean, variance.squareRoot())
    }

    /// The vectors that Random123's authors publish for philox4x32-10.
    @Test func philoxGivesThePublishedValues() {
      var zeros = Philox(seed: 0, stream: 0)
      #expect((0..<4).map { _ in zeros.next() } == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    }

    @Test func seedsDecideTheValues() throws {
      RandomStreams.setSeed(42)
      let first = try kernel("glorot_uniform")
      let second = try kernel("glorot_uniform")
      RandomStreams.setSeed(42)
      #expect(try kernel("glorot_uniform") == first)
      #expect(first != second)
      let fixed = wrapped("RandomNormal", ["stddev": 2, "seed": 7])
      #expect(try kernel(fixed) == kernel(fixed))
    }

    @Test func momentsFollowKerasFormulas() throws {
      let fan = (300.0, 200.0, 100.0)
      let cases: [(JSON, Double)] = [
        ("glorot_uniform", (2 / fan.0).squareRoot()), ("glorot_normal", (2 / fan.0).squareRoot()),
        ("he_uniform", (2 / fan.1).squareRoot()), ("he_normal", (2 / fan.1).squareRoot()),
        ("lecun_uniform", (1 / fan.1).squareRoot()), ("lecun_normal", (1 / fan.1).squareRoot()),
        ("random_normal", 0.05), ("random_uniform", 0.05 / 3.0.squareRoot()), ("truncated_normal", 0.05 * 0.87962566),
        (wrapped("VarianceScaling", ["scale": 3, "mode": "fan_out", "distribution": "untruncated_normal"]), (3 / fan.2).squareRoot()),
      ]
      for (initializer, deviation) in cases {
        let (mean, measured) = moments(try kernel(initializer))
        #expect(abs(mean) < deviation * 0.03, "\(initializer.text)")
        #expect(abs(measured / deviation - 1) < 0.03, "\(initializer.text): \(measured), not \(deviation)")
      }
      #expect(try kernel("truncated_normal").allSatisfy { abs($0) <= 0.1 })
      #expect(try Set(kernel("ones")) == [1] && Set(kernel("zeros")) == [0])
      #expect(try Set(kernel(wrapped("Constant", ["value": 2.5]))) == [2.5])
    }

    @Test func orthogonalRowsOrColumnsAreOrthonormal() throws {
      for (rows, columns) in [(40, 40), (33, 70), (70, 33), (1, 5), (5, 1)] {
        let q = try kernel("orthogonal", rows: rows, columns: columns)
        let count = min(rows, columns)
        func element(_ vector: Int, _ index: Int) -> Double {
          Double(rows < columns ? q[vector * columns + index] : q[index * columns + vector])
        }
        for first in 0..<count {
          for second in 0..<count {
            let product = (0..<max(rows, columns)).reduce(0.0) { $0 + element(first, $1) * element(second, $1) }
            #expect(abs(product - (first == second ? 1 : 0)) < 1e-5)
          }
        }
      }
      let identity = try kernel("identity", rows: 3, columns: 2)
      #expect(identity == [1, 0, 0, 1, 0, 0])
    }
  }
}
