import Base
import HDF5
import Testing

@Suite struct ReadingTests {
  static let kinds = ["old", "new", "v2"]

  @Test(arguments: kinds)
  func kerasFilesGiveNamesAndWeights(kind: String) throws {
    let file = try file("keras_\(kind).h5")
    #expect(try file.root.attribute("keras_version")?.string() == "2.3.1")
    #expect(try file.root.attribute("backend")?.string() == "tensorflow")
    #expect(
      try file.root.attribute("model_config")?.string()
        == "{\"class_name\": \"Sequential\", \"text\": \"\u{FC}\u{4E2D}\"}")
    let weights = try file.group("model_weights")
    #expect(try weights.attribute("layer_names")?.strings() == ["lstm_1", "dropout_1", "dense_1"])
    #expect(try weights.attribute("nothing") == nil)
    let lstm = try weights.group("lstm_1")
    #expect(try lstm.attribute("weight_names")?.strings() == ["lstm_1/kernel:0", "lstm_1/bias:0"])
    let kernel = try lstm.dataset("lstm_1/kernel:0")
    #expect(kernel.shape == [2, 12] && kernel.path == "/model_weights/lstm_1/lstm_1/kernel:0")
    #expect(try kernel.floats() == numbers(24))
    #expect(try lstm.dataset("lstm_1/bias:0").floats() == numbers(12))
    #expect(try weights.group("dropout_1").attribute("weight_names")?.strings() == [])
    #expect(try weights.group("dense_1").attribute("weight_names")?.strings() == ["a", "longer"])
    #expect(try weights.dataset("dense_1/count").integers() == [7])
    #expect(try weights.dataset("dense_1/empty").floats() == [] && weights.dataset("dense_1/empty").shape == [0, 3])
    #expect(try weights.names.sorted() == ["dense_1", "dropout_1", "lstm_1"])
    #expect(try weights.has("lstm_1") && !weights.has("lstm_2"))
  }

  @Test(arguments: kinds)
  func everyTypeOfNumbersBecomesFloats(kind: String) throws {
    let file = try file("types_\(kind).h5")
    for order in ["little", "big"] {
      for type in ["f2", "f4", "f8"] { #expect(try file.dataset("\(order)/\(type)").floats() == numbers(28)) }
      for type in ["i1", "i2", "i4", "i8"] {
        let dataset = try file.dataset("\(order)/\(type)")
        #expect(try dataset.integers() == Array(-12..<16))
        #expect(try dataset.floats() == (-12..<16).map { Float($0) })
      }
      for (type, bits) in [("u1", 8), ("u2", 16), ("u4", 32), ("u8", 64)] {
        let expected = (-12..<16).map { UInt64(bitPattern: Int64($0)) & (UInt64.max >> UInt64(64 - bits)) }
        let dataset = try file.dataset("\(order)/\(type)")
        #expect(try dataset.floats() == expected.map { Float($0) })
        #expect(code { _ = try dataset.integers() } == (bits == 64 ? .invalidArgument : nil))
      }
    }
    #expect(try file.dataset("halves").floats() == file.dataset("halves_f4").floats())
    #expect(try file.dataset("halves").floats()[1].sign == .minus)
    #expect(try file.dataset("bfloat16").floats() == numbers(28))
    #expect(try file.dataset("bool").floats() == [1, 0, 1])
    #expect(try file.dataset("scalar").floats() == [2.5] && file.dataset("scalar").shape == [])
    #expect(try file.dataset("null").floats() == [])
    #expect(try file.dataset("typed").floats() == [1, 2, 3])
    let attributes = try file.dataset("typed").attributes
    #expect(try attributes.first { $0.name == "unit" }?.floats() == [4])
    #expect(try attributes.first { $0.name == "bool" }?.integers() == [1])
  }

  @Test(arguments: kinds)
  func stringsAreReadAndOtherTypesNamed(kind: String) throws {
    let file = try file("types_\(kind).h5")
    #expect(try file.dataset("fixed").strings() == ["one", "three"])
    #expect(try file.dataset("variable").strings() == ["eins", "", "dr\u{FC}i"])
    for (name, type) in [("compound", "compound"), ("opaque", "opaque"), ("fixed", "string")] {
      let dataset = try file.dataset(name)
      #expect(dataset.datatype.name == type)
      #expect(code { _ = try dataset.floats() } == .wrongType)
    }
    #expect(code { _ = try file.dataset("scalar").strings() } == .wrongType)
    #expect(
      code { _ = try file.dataset("scalar").read(into: UnsafeMutableBufferPointer(start: nil, count: 0)) }
        == .shapeMismatch)
  }

  @Test(arguments: kinds)
  func everyWayOfStoringGivesTheSame(kind: String) throws {
    let file = try file("storage_\(kind).h5")
    let counts = [
      "compact": 5, "implicit": 90, "single": 20, "single_deflate": 20, "fixed": 90, "fixed_deflate": 90,
      "fixed_larger": 90, "growing": 90, "growing_second": 150, "tree": 90, "tree_deflate": 90, "shuffle": 21,
      "fletcher32": 7, "three": 120,
    ]
    for (name, count) in counts { #expect(try file.dataset(name).floats() == numbers(count), "\(name)") }
    #expect(try file.dataset("unwritten").floats() == [Float](repeating: 1.5, count: 6))
    #expect(try file.dataset("unwritten_chunks").floats() == [Float](repeating: -1.5, count: 6))
    #expect(try file.dataset("half_written").floats() == [9, 9, 1, 2, 9, 9, 9, 9])
  }

  @Test(arguments: [("old", 20), ("new", 120)])
  func manyMembersAttributesAndChunks(kind: String, attributes: Int) throws {
    let file = try file("many_\(kind).h5")
    #expect(try file.root.names.filter { $0.hasPrefix("another_name") }.count == 700)
    #expect(try file.group("another_name_of_some_length_0699").id == file.group("first").id)
    let values = try file.root.attributes.map { "\($0.name) \(try $0.integers()[0])" }.sorted()
    let expected = (0..<attributes).map { number in
      let digits = String(number)
      return "attribute_" + String(repeating: "0", count: 4 - digits.count) + digits + " \(number)"
    }
    #expect(values == expected)
    for name in ["chunks", "growing", "tree"] { #expect(try file.dataset(name).floats() == numbers(1100), "\(name)") }
  }

  @Test func largeArraysOfChunksHaveTheirPages() throws {
    let file = try file("sparse.h5")
    for (name, count) in [("growing", 150_000), ("fixed", 5000)] {
      let values = try file.dataset(name).floats()
      #expect(values.count == count)
      let written = values.indices.filter { values[$0] != -1 }
      #expect(written == [0, 3, 4, 2048, count / 2, count - 1], "\(name)")
      #expect(written.allSatisfy { values[$0] == Float($0) })
    }
  }

  @Test func attributesMayBeLargerThanBlocks() throws {
    let root = try file("large_attribute.h5").root
    #expect(try root.attributes.count == 14)
    #expect(try root.attribute("large")?.floats() == numbers(5000))
    #expect(try root.attribute("larger")?.floats() == numbers(20000))
  }

  @Test func aBlockOfTheUserMayComeFirst() throws {
    #expect(try file("userblock.h5").dataset("data").floats() == numbers(3))
  }

  @Test(arguments: kinds)
  func linksAreFollowedInsideTheFile(kind: String) throws {
    let file = try file("links_\(kind).h5")
    for path in ["a/b/data", "/soft/data", "a/relative", "hard/b/data", "a/parent/hard/relative", "./a/./b//data"] {
      #expect(try file.dataset(path).floats() == numbers(3), "\(path)")
    }
    #expect(try file.dataset("d\u{FC}nn").floats() == numbers(2))
    for (path, expected): (String, ElmanError.Code) in [
      ("dangling", .notFound), ("nothing", .notFound), ("a/b/data/more", .notFound), ("circle_1", .invalidArgument),
      ("external", .unsupported), ("a/b", .wrongType), ("/", .wrongType),
      (String(repeating: "a/parent/", count: 40) + "soft/data", .invalidArgument),
    ] {
      #expect(code { _ = try file.dataset(path) } == expected, "\(path)")
    }
    #expect(code { _ = try file.group("a/b/data") } == .wrongType)
  }

  @Test func whatIsNotReadIsRefusedByName() throws {
    let file = try file("refused.h5")
    for (name, word) in [
      ("external", "another file"), ("virtual", "virtual dataset"), ("lzf", "filter lzf"),
      ("scaleoffset", "scaleoffset"),
    ] {
      let error = #expect(throws: ElmanError.self) { try file.dataset(name).floats() }
      #expect(error?.code == .unsupported && error?.message.contains(word) == true, "\(name)")
    }
  }
}
