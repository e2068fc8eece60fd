import Elman
import Testing

extension EngineTests {
  @Suite struct ActivationTests {
    /// By the definition of Martins and Astudillo: the largest k whose k-th largest element is above the threshold of
    /// the first k.
    private func sparsemax(_ row: [Float]) -> [Double] {
      var (sum, threshold) = (0.0, 0.0)
      for (index, value) in row.map({ Double($0) }).sorted(by: >).enumerated() {
        sum += value
        if value > (sum - 1) / Double(index + 1) { threshold = (sum - 1) / Double(index + 1) }
      }
      return row.map { max(Double($0) - threshold, 0) }
    }

    @Test(arguments: [1, 2, 5, 64, 1000])
    func sparsemaxIsTheProjectionOntoTheSimplex(count: Int) throws {
      let model = try model(("Activation", ["activation": "sparsemax"]))
      for scale: Float in [0, 0.01, 1, 30, 1e6] {
        let row = values(count, seed: UInt64(count)).map { $0 * scale }
        let y = try model.output(row, [1, count])
        for (value, expected) in zip(y, sparsemax(row)) { #expect(abs(Double(value) - expected) < 1e-6) }
        #expect(abs(y.reduce(0.0) { $0 + Double($1) } - 1) < 1e-5)
      }
      // The largest elements, alone or alike, share the whole.
      let ties = try model.output([-1e30] + [Float](repeating: 1e30, count: count), [1, count + 1])
      #expect(ties[0] == 0 && ties.dropFirst().allSatisfy { abs($0 * Float(count) - 1) < 1e-6 })
    }

    @Test func axesMoveAndComeBack() throws {
      // A softmax over axis 1 is that of the transposed array over its last axis.
      let x = values(2 * 3 * 4 * 5)
      let outputs = try [
        model(("Softmax", ["axis": [1, -1]])),
        model(("Permute", ["dims": [2, 1, 3]]), ("Softmax", ["axis": [2, 3]]), ("Permute", ["dims": [2, 1, 3]])),
      ].map { try $0.output(x, [2, 3, 4, 5]) }
      #expect(outputs[0] == outputs[1])
    }
  }
}
