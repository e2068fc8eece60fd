import Base
import HDF5
import Testing

@Suite struct WriterTests {
  @Test func whatIsWrittenIsRead() throws {
    let root = NewGroup()
    root.setAttribute("keras_version", .string("2.15.0"))
    root.setAttribute("model_config", .string(String(repeating: "{\"\u{FC}\": []}", count: 2000)))
    root.setAttribute("empty", .string(""))
    root.setAttribute("count", .integer(1))
    root.setAttribute("count", .integer(-7))
    let weights = try root.group("model_weights")
    try weights.setNames("layer_names", ["lstm", "dense"])
    let lstm = try weights.group("lstm")
    lstm.setAttribute("weight_names", .strings(["lstm/cell/kernel:0", "", "\u{4E2D}"]))
    lstm.setAttribute("floats", .floats([1, -2.5]))
    let kernel = try lstm.dataset("lstm/cell/kernel:0", NewDataset(shape: [2, 12], numbers(24)))
    kernel.setAttribute("unit", .string("one"))
    try lstm.dataset("lstm/cell/scalar", NewDataset(shape: [], [4]))
    try lstm.dataset("lstm/cell/empty", NewDataset(shape: [0, 3], []))
    try weights.group("dense").setNames("weight_names", [])

    let file = try File(FileWriter.write(root))
    #expect(try file.root.attributes.map { $0.name } == ["keras_version", "model_config", "empty", "count"])
    #expect(try file.root.attribute("keras_version")?.string() == "2.15.0")
    #expect(try file.root.attribute("model_config")?.string().utf8.count == 20000)
    #expect(try file.root.attribute("empty")?.string() == "" && file.root.attribute("count")?.integers() == [-7])
    let read = try file.group("model_weights/lstm")
    #expect(try file.group("model_weights").attribute("layer_names")?.strings() == ["lstm", "dense"])
    #expect(try read.attribute("weight_names")?.strings() == ["lstm/cell/kernel:0", "", "\u{4E2D}"])
    #expect(try read.attribute("floats")?.floats() == [1, -2.5])
    #expect(try read.dataset("lstm/cell/kernel:0").floats() == numbers(24))
    #expect(try read.dataset("lstm/cell/kernel:0").attributes.first?.string() == "one")
    #expect(try read.dataset("lstm/cell/scalar").floats() == [4] && read.dataset("lstm/cell/empty").shape == [0, 3])
    #expect(try file.group("model_weights/dense").attribute("weight_names")?.strings() == [])
  }

  /// One node, several, several levels of the tree; heaps that fill up.
  @Test(arguments: [0, 1, 8, 9, 256, 257, 3000])
  func groupsMayHaveAnyNumberOfMembers(count: Int) throws {
    let root = NewGroup()
    for number in 0..<count { try root.dataset("layer_\(number)", NewDataset(shape: [1], [Float(number)])) }
    root.setAttribute("names", .strings((0..<count).map { "name \($0)" }))
    let file = try File(FileWriter.write(root))
    #expect(try file.root.names == (0..<count).map { "layer_\($0)" }.sorted())
    for number in stride(from: 0, to: count, by: 7) {
      #expect(try file.dataset("layer_\(number)").floats() == [Float(number)])
    }
    #expect(try file.root.attribute("names")?.strings() == (0..<count).map { "name \($0)" })
  }

  @Test func longListsOfNamesAreSplitAsKerasDoes() throws {
    let root = NewGroup()
    let names = (0..<3000).map { "a_layer_with_quite_a_long_name_\($0)" }
    try root.setNames("layer_names", names)
    let attributes = try File(FileWriter.write(root)).root.attributes
    #expect(attributes.map { $0.name } == ["layer_names0", "layer_names1"])
    #expect(try attributes.flatMap { try $0.strings() } == names)
    #expect(code { try root.setNames("layer_names", [String(repeating: "x", count: 65000)]) } == .unsupported)
    root.setAttribute("large", .floats([Float](repeating: 0, count: 20000)))
    #expect(code { _ = try FileWriter.write(root) } == .unsupported)
  }

  @Test func namesThatCannotBeAreRefused() throws {
    let root = NewGroup()
    try root.dataset("a/b", NewDataset(shape: [1], [0]))
    #expect(code { try root.dataset("a/b", NewDataset(shape: [1], [0])) } == .invalidArgument)
    #expect(code { try root.group("a/b/c") } == .invalidArgument)
    #expect(code { try root.group("a/./c") } == .invalidArgument)
    #expect(code { try root.group(String(repeating: "a/", count: 100_000)) } == .unsupported)
    #expect(code { try root.dataset("", NewDataset(shape: [1], [0])) } == .invalidArgument)
    #expect(code { try root.dataset("a\0b", NewDataset(shape: [1], [0])) } == .invalidArgument)
    #expect(code { _ = try NewDataset(shape: [2], [0]) } == .shapeMismatch)
    #expect(code { _ = try NewDataset(shape: [-1]) { _ in } } == .invalidArgument)
    #expect(code { _ = try NewDataset(shape: [.max, 2]) { _ in } } == .invalidArgument)
  }

  @Test func theSameTreeGivesTheSameBytes() throws {
    func bytes() throws -> [UInt8] {
      let root = NewGroup()
      for name in ["b", "a", "c"] { try root.dataset(name, NewDataset(shape: [3], numbers(3))) }
      root.setAttribute("text", .string("x"))
      return try FileWriter.write(root).array
    }
    #expect(try bytes() == bytes())
  }
}
