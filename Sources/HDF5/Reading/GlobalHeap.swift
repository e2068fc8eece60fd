import Base

/// A collection of values of variable length, numbered from 1.
struct GlobalHeap {
  private(set) var objects: [Int: Bytes] = [:]

  init(_ source: Source, at address: Int) throws(ElmanError) {
    var head = try source.reader(at: address, "global heap")
    try head.expect("GCOL")
    try head.expect(version: 1)
    try head.skip(3)
    let size = try head.length(source)
    try source.heapBytes.spend(size)
    var reader = BoundedReader(try source.slice(at: address, count: size, "global heap"), "HDF5 global heap")
    try reader.skip(head.position)
    let prefix = 8 + source.lengthSize
    while reader.remaining >= prefix {
      let index = Int(try reader.uint16())
      // Number 0 is the free space, at the end.
      if index == 0 { return }
      try reader.skip(6)
      objects[index] = try reader.take(try reader.length(source))
      try reader.skip(min((8 - reader.position % 8) % 8, reader.remaining))
    }
  }
}
