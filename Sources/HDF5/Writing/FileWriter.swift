import Base

/// Writes files as Keras does by h5py: superblock 0, groups as symbol tables, contiguous data.
///
/// What an object points to is written before it, so that every address is known when it is needed; the superblock, at
/// the beginning, is filled in at the end.
public struct FileWriter {
  let output = ByteBuffer()
  private let strings: StringHeapWriter

  private init() { strings = StringHeapWriter(output) }

  /// The bytes of a file with this root.
  public static func write(_ root: NewGroup) throws(ElmanError) -> Bytes {
    let writer = FileWriter()
    try writer.output.reserve(writer.size(of: root))
    try writer.output.append(zeros: Self.superblockSize)
    let address = try writer.write(root)
    try writer.strings.close()
    try writer.writeSuperblock(root: address)
    return writer.output.bytes
  }

  /// Bytes of all elements, and an estimate for everything else.
  private func size(of group: NewGroup) throws(ElmanError) -> Int {
    var size = 4096
    for member in group.members.values {
      switch member {
      case .group(let child): size = try size.adding(self.size(of: child))
      case .dataset(let dataset): size = try size.adding(dataset.byteCount).adding(512)
      }
    }
    return size
  }

  /// The address of a group's header.
  private func write(_ group: NewGroup) throws(ElmanError) -> Int {
    var table = SymbolTableWriter(output)
    // The order of bytes, which is that of strcmp.
    for (name, member) in group.members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      switch member {
      case .group(let child): try table.add(name, header: try write(child))
      case .dataset(let dataset): try table.add(name, header: try write(dataset))
      }
    }
    let header = HeaderWriter()
    try header.add(.symbolTable, try table.write())
    for attribute in group.attributes { try header.add(.attribute, try attribute.message(strings)) }
    return try header.write(to: output)
  }

  private func write(_ dataset: NewDataset) throws(ElmanError) -> Int {
    try output.align(to: 8)
    let address = output.count
    try output.append(zeros: dataset.byteCount)
    let memory = UnsafeMutableRawBufferPointer(rebasing: output.written[address...])
    dataset.fill(memory.bindMemory(to: Float.self))
    let header = HeaderWriter()
    try header.add(.dataspace, try Encoding.dataspace(dataset.shape))
    try header.add(.datatype, try Encoding.float32())
    try header.add(.fillValue, try Encoding.fillValue())
    // Nothing was stored: the undefined address.
    try header.add(.layout, try Encoding.contiguous(dataset.byteCount == 0 ? -1 : address, dataset.byteCount))
    for attribute in dataset.attributes { try header.add(.attribute, try attribute.message(strings)) }
    return try header.write(to: output)
  }

  private static let superblockSize = 96

  private func writeSuperblock(root: Int) throws(ElmanError) {
    let block = ByteBuffer()
    try block.append([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
    // Versions; addresses and lengths of 8 bytes.
    try block.append([0, 0, 0, 0, 0, 8, 8, 0])
    try block.append(SymbolTableWriter.leafK, size: 2)
    try block.append(SymbolTableWriter.treeK, size: 2)
    try block.append(zeros: 4)
    // Base; free space, which is not kept; end; driver, of which there is none.
    for address in [0, -1, output.count, -1] { try block.append(address, size: 8) }
    // The root's entry: no name, its header, nothing cached.
    for number in [0, root] { try block.append(number, size: 8) }
    try block.append(zeros: 24)
    try output.overwrite(at: 0, block.bytes)
  }
}
