import Base
import HDF5
import Testing

/// Files made to do damage in one way each: circles, overflows, parts that are used a thousand times.
@Suite struct CraftedTests {
  private func file(_ bytes: [UInt8]) throws -> File { try File(Bytes(bytes)) }

  private func sample(_ shape: [Int] = [3, 5]) throws -> [UInt8] {
    let root = NewGroup()
    try root.dataset("data", NewDataset(shape: shape, numbers(shape.reduce(1, *))))
    return try FileWriter.write(root).array
  }

  private func eight(_ number: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

  /// The bytes with every `old` replaced by as many others; an error where there is none.
  private func replacing(_ old: [UInt8], by new: [UInt8], in bytes: [UInt8]) throws -> [UInt8] {
    var changed = bytes
    let places = bytes.indices.dropLast(old.count - 1).filter { bytes[$0..<$0 + old.count].elementsEqual(old) }
    try #require(!places.isEmpty && old.count == new.count)
    for place in places { changed.replaceSubrange(place..<place + new.count, with: new) }
    return changed
  }

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return ""
  }

  @Test func headersThatLeadInACircle() throws {
    var bytes = try sample()
    let header = Int(bytes[64]) | Int(bytes[65]) << 8
    // The first message becomes a continuation, in the block that it is in.
    bytes[header + 16] = 0x10
    bytes.replaceSubrange(header + 24..<header + 40, with: eight(UInt64(header + 16)) + eight(24))
    #expect(message { _ = try file(bytes) }.contains("circle"))
  }

  @Test func treesThatLeadInACircle() throws {
    var bytes = try sample()
    let tree = try #require(bytes.indices.dropLast(4).first { bytes[$0..<$0 + 4].elementsEqual("TREE".utf8) })
    // The node stands above itself.
    bytes[tree + 5] = 1
    bytes.replaceSubrange(tree + 32..<tree + 40, with: eight(UInt64(tree)))
    #expect(message { _ = try file(bytes) }.contains("circle"))
  }

  @Test(
    arguments: [
      ([1 << 63, 2], "beyond any machine"), ([1 << 40, 1 << 40], "beyond any machine"),
      ([1 << 20, 1 << 20], "allowed"),
      ([1 << 62, 1], "beyond any machine"), ([1 << 20, 2], "not all there"), ([4, 5000], "not all there"),
    ] as [([UInt64], String)])
  func shapesBeyondWhatIsThere(shape: [UInt64], expected: String) throws {
    let bytes = try replacing(eight(3) + eight(5), by: eight(shape[0]) + eight(shape[1]), in: sample())
    #expect(message { _ = try file(bytes).dataset("data").floats() }.contains(expected))
  }

  @Test func addressesBeyondTheEnd() throws {
    for (place, value) in [(64, UInt64.max - 1), (64, 1 << 40), (64, 0), (13, 0x0308)] {
      var bytes = try sample()
      bytes.replaceSubrange(place..<place + 8, with: eight(value))
      #expect(code { _ = try file(bytes) } == .invalidArgument)
    }
  }

  @Test func aStringThatIsUsedAThousandTimes() throws {
    let root = NewGroup()
    root.setAttribute(
      "names", .strings([String(repeating: "long", count: 5000)] + [String](repeating: "x", count: 1000)))
    let bytes = try FileWriter.write(root).array
    #expect(try file(bytes).root.attribute("names")?.strings().count == 1001)
    let first = try #require(
      bytes.indices.dropLast(8).first { bytes[$0..<$0 + 4].elementsEqual([0x20, 0x4E, 0, 0]) && bytes[$0 + 12] == 1 })
    var changed = bytes
    for number in 1...1000 {
      changed.replaceSubrange(first + 16 * number..<first + 16 * number + 16, with: bytes[first..<first + 16])
    }
    let text = message { _ = try file(changed).root.attribute("names")?.strings() }
    #expect(text.contains("bytes of strings"))
  }

  @Test func limitsHold() throws {
    var limits = Limits()
    limits.bytes = 1 << 20
    let bomb = try Bytes(data("bomb.h5"))
    #expect(try File(bomb).dataset("zeros").floats().count == 1 << 20)
    #expect(code { _ = try File(bomb, limits: limits).dataset("zeros").floats() } == .invalidArgument)
    limits.unstoredBytes = 23
    for name in ["unwritten", "unwritten_chunks"] {
      let storage = try Bytes(data("storage_old.h5"))
      #expect(try File(storage).dataset(name).count == 6)
      #expect(message { _ = try File(storage, limits: limits).dataset(name).floats() }.contains("does not store"))
    }
    limits.entries = 100
    let many = try Bytes(data("many_new.h5"))
    #expect(message { _ = try File(many, limits: limits).root.names }.contains("more than 100 entries"))
    limits.depth = 3
    let deep = NewGroup()
    try deep.group("a/b/c/d")
    let file = try File(FileWriter.write(deep), limits: limits)
    #expect(try file.group("a/b/c").names == ["d"])
    #expect(code { _ = try file.group("a/b/c/d") } == .invalidArgument)
  }
}
