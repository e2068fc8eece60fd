import Elman
import Testing

extension EngineTests {
  @Suite struct InitializerTests {
    private func kernel(_ initializer: JSON, rows: Int = 200, columns: Int = 100) throws -> [Float] {
      let dense = try model(
        ("Dense", ["units": .int(columns), "kernel_initializer": initializer, "input_shape": [.int(rows)]]))
      return Array(try dense.weights[0].weight.values.values)
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
        (
          wrapped("VarianceScaling", ["scale": 3, "mode": "fan_out", "distribution": "untruncated_normal"]),
          (3 / fan.2).squareRoot()
        ),
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

    @Test func identityIsOneOnTheDiagonal() throws {
      let identity = try kernel("identity", rows: 3, columns: 2)
      #expect(identity == [1, 0, 0, 1, 0, 0])
    }

    /// Arrays of several pieces and threads, of any end.
    @Test func numbersComeInTheOrderOfTheirStream() throws {
      for count in [1, 2, 255, 256, 257, 300_001] {
        var random = Philox(seed: 7, stream: 0)
        let values = try kernel(
          wrapped("RandomUniform", ["minval": 0, "maxval": 1, "seed": 7]), rows: 1, columns: count)
        #expect(values == (0..<count).map { _ in Float(random.uniform()) })
        random = Philox(seed: 7, stream: 0)
        let normals = try kernel(wrapped("RandomNormal", ["stddev": 1, "seed": 7]), rows: 1, columns: count)
        let expected = (0..<count).map { _ in boxMuller(&random) }
        #expect(zip(normals, expected).allSatisfy { abs($0 - $1) <= 1e-7 * abs($1) })
        let truncated = try kernel(wrapped("TruncatedNormal", ["stddev": 1, "seed": 7]), rows: 1, columns: count)
        let within = expected.filter { abs($0) <= 2 }
        #expect(zip(truncated, within).allSatisfy { abs($0 - $1) <= 1e-7 * abs($1) })
      }
    }

    @Test func valuesDoNotDependOnThreads() throws {
      defer { try? Threads.setCount(0) }
      for name in ["glorot_uniform", "he_normal", "random_normal", "orthogonal"] {
        let values = try [1, 2, 3].map { threads in
          try Threads.setCount(threads)
          RandomStreams.setSeed(3)
          return try kernel(.string(name), rows: 301, columns: 999)
        }
        #expect(values[0] == values[1] && values[0] == values[2], "\(name)")
      }
    }
  }

  @Suite struct OrthogonalTests {
    private func values(_ shape: [Int], gain: Double = 1, seed: Int = 7) throws -> [Float] {
      let initializer = wrapped("Orthogonal", ["gain": .double(gain), "seed": .int(seed)])
      let layer =
        shape.count == 2
        ? try model(
          ("Dense", ["units": .int(shape[1]), "kernel_initializer": initializer, "input_shape": [.int(shape[0])]]))
        : try model(
          (
            "Conv1D",
            [
              "filters": .int(shape[2]), "kernel_size": .int(shape[0]), "kernel_initializer": initializer,
              "input_shape": [.int(shape[0]), .int(shape[1])],
            ]
          ))
      return Array(try layer.weights[0].weight.values.values)
    }

    /// How far the products of all rows with each other, or of columns where there are fewer, are from those of unit
    /// vectors.
    private func error(of q: [Float], rows: Int, columns: Int, gain: Double = 1) -> Double {
      let (count, length) = (min(rows, columns), max(rows, columns))
      let vectors = (0..<count).map { vector in
        (0..<length).map { Double(rows < columns ? q[vector * columns + $0] : q[$0 * columns + vector]) / gain }
      }
      var worst = 0.0
      for first in 0..<count {
        for second in 0...first {
          var product = 0.0
          for index in 0..<length { product += vectors[first][index] * vectors[second][index] }
          worst = max(worst, abs(product - (first == second ? 1 : 0)))
        }
      }
      return worst
    }

    /// Around the size of a block of reflections, and where only parts of one are used.
    @Test(arguments: [
      (1, 1), (1, 5), (5, 1), (1, 300), (300, 1), (2, 2), (40, 40), (33, 70), (70, 33), (63, 64), (64, 64), (64, 63),
      (65, 65), (65, 64),
      (127, 300), (129, 129), (300, 128), (200, 800),
    ])
    func rowsOrColumnsAreOrthonormal(rows: Int, columns: Int) throws {
      #expect(try error(of: values([rows, columns]), rows: rows, columns: columns) < 2e-6)
    }

    @Test func largeMatricesAreOrthonormal() throws {
      #expect(try error(of: values([1024, 1024]), rows: 1024, columns: 1024) < 5e-6)
    }

    @Test func moreAxesAreTakenAsRows() throws {
      #expect(try values([3, 5, 20]) == values([15, 20]))
      #expect(try values([7, 10, 20]) == values([70, 20]))
    }

    @Test func gainScales() throws {
      #expect(try error(of: values([20, 70], gain: 3), rows: 20, columns: 70, gain: 3) < 1e-6)
      #expect(try values([20, 70], gain: 2) == values([20, 70]).map { 2 * $0 })
    }

    @Test func seedsDecideTheValues() throws {
      #expect(try values([20, 70]) == values([20, 70]))
      #expect(try values([20, 70]) != values([20, 70], seed: 8))
    }

    /// As rotations and reflections of the plane, and of space, are spread evenly: each element is one coordinate of
    /// a point on the sphere, and determinants of both signs are equally likely.
    @Test func allOrthogonalMatricesAreEquallyLikely() throws {
      let count = 4000
      for size in [2, 3] {
        var (means, squares, fourths, determinants) = ([Double](repeating: 0, count: size * size), 0.0, 0.0, 0)
        for seed in 0..<count {
          let q = try values([size, size], seed: seed).map(Double.init)
          for (index, value) in q.enumerated() { means[index] += value / Double(count) }
          squares += q[0] * q[0] / Double(count)
          fourths += q[size * size - 1] * q[size * size - 1] * q[0] * q[0] / Double(count)
          determinants += determinant(q, size) > 0 ? 1 : -1
        }
        #expect(means.allSatisfy { abs($0) < 0.06 })
        #expect(abs(squares - 1 / Double(size)) < 0.03)
        // E q11^2 qnn^2: 3/8 in the plane, 2/15 in space.
        #expect(abs(fourths - (size == 2 ? 3.0 / 8 : 2.0 / 15)) < 0.03)
        #expect(abs(determinants) < 300)
      }
    }

    private func determinant(_ q: [Double], _ size: Int) -> Double {
      if size == 2 { return q[0] * q[3] - q[1] * q[2] }
      return q[0] * (q[4] * q[8] - q[5] * q[7]) - q[1] * (q[3] * q[8] - q[5] * q[6]) + q[2]
        * (q[3] * q[7] - q[4] * q[6])
    }
  }
}
