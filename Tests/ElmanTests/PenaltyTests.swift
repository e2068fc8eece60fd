import Elman
import Testing

extension EngineTests {
  @Suite struct PenaltyTests {
    /// The kernel (features, units) of a Dense with an argument.
    private func kernel(_ key: String, _ value: JSON, _ features: Int = 3, _ units: Int = 4) throws -> Weight {
      let dense = try layer("Dense", .object([JSON.Member("units", .int(units)), JSON.Member("kernel_\(key)", value)]))
      try dense.build(for: [nil, features])
      return dense.weights[0].weight
    }

    private func penalty(_ regularizer: JSON, _ x: [Float], _ rows: Int, _ columns: Int) throws -> Float {
      let regularizer = try #require(try kernel("regularizer", regularizer).regularizer)
      return try x.withUnsafeBufferPointer { x in Float(try regularizer.penalty(x, shape: [rows, columns])) }
    }

    private func constrained(_ constraint: JSON, _ x: [Float], _ shape: [Int]) throws -> [Float] {
      let constraint = try #require(try kernel("constraint", constraint).constraint)
      var values = x
      try values.withUnsafeMutableBufferPointer { values in try constraint.apply(values, shape: shape) }
      return values
    }

    private func isClose(_ a: Float, _ b: Double) -> Bool { abs(Double(a) - b) <= 1e-6 * max(1, abs(b)) }

    @Test func sumsOfAbsoluteValuesAndSquares() throws {
      let x = values(12, seed: 3)
      let absolute = x.reduce(0.0) { $0 + Double(abs($1)) }
      let square = x.reduce(0.0) { $0 + Double($1) * Double($1) }
      let cases: [(JSON, Double)] = [
        ("l1", 0.01 * absolute), ("L2", 0.01 * square), (wrapped("L1", ["l1": 2]), 2 * absolute), ("l1_l2", 0),
        (wrapped("L1L2", ["l1": 0.5, "l2": 0.25]), 0.5 * absolute + 0.25 * square), (wrapped("l2", [:]), 0.01 * square),
      ]
      for (regularizer, expected) in cases {
        #expect(isClose(try penalty(regularizer, x, 3, 4), expected), "\(regularizer.text)")
      }
    }

    @Test func orthogonalityOfRowsAndColumns() throws {
      let (rows, columns) = (3, 4)
      let x = values(rows * columns, seed: 5).map(Double.init)
      /// 0.5 * factor * sum |cosine| of all ordered pairs / pairs, where `at(v, i)` is element i of vector v.
      func expected(_ count: Int, _ length: Int, _ at: (Int, Int) -> Double) -> Double {
        func dot(_ a: Int, _ b: Int) -> Double { (0..<length).reduce(0) { $0 + at(a, $1) * at(b, $1) } }
        var sum = 0.0
        for a in 0..<count {
          for b in 0..<count where a != b { sum += abs(dot(a, b)) / (dot(a, a) * dot(b, b)).squareRoot() }
        }
        return 0.5 * 0.2 * sum / Double(count * (count - 1) / 2)
      }
      let floats = x.map { Float($0) }
      let byRows = try penalty(wrapped("OrthogonalRegularizer", ["factor": 0.2]), floats, rows, columns)
      #expect(isClose(byRows, expected(rows, columns) { x[$0 * columns + $1] }))
      let byColumns = try penalty(
        wrapped("orthogonal_regularizer", ["factor": 0.2, "mode": "columns"]), floats, rows, columns)
      #expect(isClose(byColumns, expected(columns, rows) { x[$1 * columns + $0] }))
      #expect(try penalty("OrthogonalRegularizer", [1, 0, 0, 2], 2, 2) == 0)
      #expect(try penalty("OrthogonalRegularizer", [0, 0, 3], 1, 3) == 0)
      let regularizer = try #require(try kernel("regularizer", "orthogonal_regularizer").regularizer)
      let vector = error { _ = try [1, 2].withUnsafeBufferPointer { try regularizer.penalty($0, shape: [2]) } }
      #expect(vector?.code == .invalidArgument)
    }

    @Test func constraintsFollowTheirFormulas() throws {
      let x: [Float] = [3, -1, 4, 0.5, 0, -0.25]
      #expect(try constrained("non_neg", x, [3, 2]) == [3, 0, 4, 0.5, 0, 0])
      // Columns of (3, 2): lengths of axis 0; rows: of axis 1.
      func lengths(_ axis: Int) -> [Double] {
        let squares = x.map { Double($0) * Double($0) }
        var sums = [Double](repeating: 0, count: axis == 0 ? 2 : 3)
        for index in x.indices { sums[axis == 0 ? index % 2 : index / 2] += squares[index] }
        return sums.map { $0.squareRoot() }
      }
      func check(_ constraint: JSON, axis: Int, _ wanted: (Double) -> Double) throws {
        let result = try constrained(constraint, x, [3, 2])
        for index in x.indices {
          let length = lengths(axis)[axis == 0 ? index % 2 : index / 2]
          let expected = Double(x[index]) * wanted(length) / (1e-7 + length)
          #expect(isClose(result[index], expected), "\(constraint.text) \(index)")
        }
      }
      try check("unit_norm", axis: 0) { _ in 1 }
      try check(wrapped("UnitNorm", ["axis": -1]), axis: 1) { _ in 1 }
      try check("MaxNorm", axis: 0) { min($0, 2) }
      try check(wrapped("max_norm", ["max_value": 3, "axis": [1]]), axis: 1) { min($0, 3) }
      let range = wrapped("MinMaxNorm", ["min_value": 1, "max_value": 2, "rate": 0.25, "axis": 1])
      try check(range, axis: 1) { 0.25 * min(max($0, 1), 2) + 0.75 * $0 }
      let whole = try constrained(wrapped("UnitNorm", ["axis": [0, 1]]), x, [3, 2])
      #expect(isClose(whole.reduce(0) { $0 + $1 * $1 }, 1))
      #expect(try constrained("UnitNorm", [], [0, 2]) == [])
    }

    @Test func whatDoesNotFitIsAnError() throws {
      let constraint = try #require(try kernel("constraint", wrapped("UnitNorm", ["axis": 2])).constraint)
      func apply(_ shape: [Int]) -> ElmanError.Code? {
        var values: [Float] = [1, 2]
        return error { try values.withUnsafeMutableBufferPointer { try constraint.apply($0, shape: shape) } }?.code
      }
      #expect(apply([1, 2]) == .invalidArgument)
      #expect(apply([1, 1, 3]) == .shapeMismatch)
      let cases: [(String, JSON, ElmanError.Code, String)] = [
        ("regularizer", "l3", .invalidArgument, "Unknown regularizer: 'l3'"),
        ("constraint", "nonneg", .invalidArgument, "Did you mean 'non_neg'?"),
        ("regularizer", 3, .wrongType, "the name or the config of a regularizer"),
        ("regularizer", wrapped("L2", ["l2": -1]), .invalidArgument, "l2=-1"),
        ("regularizer", wrapped("L2", ["l1": 1]), .wrongType, "'l1'"),
        ("constraint", wrapped("MaxNorm", ["axis": "x"]), .wrongType, "axis"),
      ]
      for (key, value, code, text) in cases {
        let error = error { _ = try kernel(key, value) }
        #expect(error?.code == code, "\(value.text)")
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "no error")")
      }
    }

    @Test(arguments: ["SimpleRNN", "LSTM", "GRU", "ConvLSTM1D"])
    func recurrentWeightsHaveThem(className: String) throws {
      let isConvolution = className == "ConvLSTM1D"
      let sizes: [JSON.Member] =
        isConvolution ? [JSON.Member("filters", 2), JSON.Member("kernel_size", 1)] : [JSON.Member("units", 2)]
      let others = [
        JSON.Member("recurrent_regularizer", "l2"), JSON.Member("kernel_constraint", "unit_norm"),
        JSON.Member("bias_regularizer", "l1"),
      ]
      let recurrent = try layer(className, .object(sizes + others))
      try recurrent.build(for: isConvolution ? [nil, 3, 2, 1] : [nil, 3, 1])
      #expect(recurrent.weights.map { $0.weight.regularizer != nil } == [false, true, true])
      #expect(recurrent.weights.map { $0.weight.constraint != nil } == [true, false, false])
    }

    @Test func weightsKeepThemWhenTheyAreSet() throws {
      let dense = try layer("Dense", ["units": 2, "kernel_regularizer": "l2", "bias_constraint": "non_neg"])
      try dense.build(for: [nil, 2])
      try [1, 2, 3, 4].withUnsafeBufferPointer { new in
        try dense.weights[0].set(WeightValue(shape: [2, 2], values: new))
      }
      #expect(dense.weights.map { $0.weight.regularizer != nil } == [true, false])
      #expect(dense.weights.map { $0.weight.constraint != nil } == [false, true])
      let written = dense.config()
      #expect(written["kernel_regularizer"]?["class_name"] == "L2" && written["kernel_constraint"] == .null)
    }
  }
}
