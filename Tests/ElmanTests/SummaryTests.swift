import Elman
import Testing

extension EngineTests {
  /// Tables of a graph, as TensorFlow 2.3.4 and Keras 3.15 print them; Tests/python/expected has more.
  @Suite struct SummaryTests {
    private func expected(_ name: String) throws -> String {
      let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
      return try textOfFile("/\(folder)/data/\(name).txt")
    }

    private func input(_ name: String) throws -> SymbolicTensor {
      let made = try layer("InputLayer", ["name": .string(name), "batch_shape": [nil, 3]])
      return SymbolicTensor(try #require(made as? InputLayer))
    }

    /// Two inputs, and a layer and a model that are called twice.
    private func graph() throws -> Functional {
      let (x, y) = (try input("x"), try input("y"))
      let inner = try model(
        ("Dense", ["units": 2, "name": "d1", "input_shape": [3]]), ("Dense", ["units": 3, "name": "d2"]), named: "inner"
      ).asLayer()
      let shared = try layer("Dense", ["units": 3, "name": "shared"])
      let first = try inner.call(CallArguments(shared.call(CallArguments([x]))))
      let second = try inner.call(CallArguments(shared.call(CallArguments([y]))))
      let joined = try layer("Concatenate", ["name": "a_name_that_is_much_too_long_for_it"])
      return try Functional(inputs: [x, y], outputs: joined.call(CallArguments(first + second + [x])), name: "graph")
    }

    private func options(_ change: (inout SummaryOptions) -> Void) -> SummaryOptions {
      var options = SummaryOptions()
      change(&options)
      return options
    }

    @Test func graphsTellWhatLayersAreConnectedTo() throws {
      #expect(try graph().summary() == expected("summary_6_graph"))
      #expect(try graph().summary(options { $0.style = .keras3 }) == expected("summary_7_graph_keras_3"))
    }

    @Test func modelsInModelsAreExpanded() throws {
      let asKeras3 = options { ($0.style, $0.expandsNested, $0.showsTrainable) = (.keras3, true, true) }
      #expect(try graph().summary(asKeras3) == expected("summary_8_expanded_keras_3"))
      #expect(try graph().summary(options { $0.expandsNested = true }) == expected("summary_9_expanded"))
    }

    @Test func aRangeMayBeGivenFromItsEnd() throws {
      let forward = options { ($0.firstLayer, $0.lastLayer) = ("y", "inner") }
      let backward = options { ($0.firstLayer, $0.lastLayer) = ("inner", "y") }
      let lines = try graph().summary(forward).split(separator: "\n")
      #expect(lines.filter { $0.contains("(Dense)") || $0.contains("Layer)") || $0.contains("Sequential") }.count == 3)
      #expect(try graph().summary(forward) == graph().summary(backward))
    }

    @Test func positionsAreAsManyAsColumns() throws {
      #expect(throws: ElmanError.self) { try graph().summary(options { $0.positions = [0.4, 0.7, 1] }) }
      #expect(try graph().summary(options { $0.positions = [0.33, 0.55, 0.67, 1] }) == expected("summary_6_graph"))
    }

    @Test func narrowTablesOfDeepModelsAreCut() throws {
      var deep = try model(("Dense", ["units": 1, "input_shape": [3]]), named: "m0")
      for depth in 1..<30 {
        let outer = Sequential(name: "m\(depth)")
        try outer.add(deep.asLayer())
        deep = outer
      }
      try deep.build(forInputs: [[nil, 3]])
      let narrow = options { ($0.expandsNested, $0.lineLength) = (true, 20) }
      let lines = try deep.summary(narrow).split(separator: "\n")
      #expect(lines.contains { $0.hasPrefix("| m27 (") && $0.count == 20 })
      #expect(lines.contains(Substring(String(repeating: "|", count: 58))))
    }
  }
}
