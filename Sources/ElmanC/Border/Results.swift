import CElman
import Elman

// What the engine gives, copied into the caller's memory by the rules of elman.h.

/// Where a text goes: (char *text, size_t capacity, size_t *length).
struct TextResult {
  let text: UnsafeMutablePointer<CChar>?
  let capacity: Int
  let length: UnsafeMutablePointer<Int>?

  /// An error where the arguments make no sense, before any work is done.
  init(_ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?) throws(ElmanError) {
    self.capacity = try size(capacity, "capacity")
    if capacity > 0 { _ = try required(text, "text") } else { _ = try required(length, "length") }
    self.text = text
    self.length = length
  }

  func write(_ string: String) throws(ElmanError) {
    var string = string
    let count = string.utf8.count
    length?.pointee = count
    guard capacity > 0, let text else { return }
    guard capacity > count else {
      throw ElmanError(
        .bufferTooSmall, "The text needs \(count + 1) bytes with its zero byte. Received: capacity=\(capacity)")
    }
    string.withUTF8 { UnsafeMutableRawBufferPointer(start: text, count: count).copyBytes(from: $0) }
    text[count] = 0
  }
}

/// Where a shape goes: (int64_t *shape, size_t capacity, size_t *rank).
struct ShapeResult {
  let shape: UnsafeMutablePointer<Int64>?
  let capacity: Int
  let rank: UnsafeMutablePointer<Int>?

  init(_ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int, _ rank: UnsafeMutablePointer<Int>?) throws(ElmanError) {
    self.capacity = try size(capacity, "capacity")
    if capacity > 0 { _ = try required(shape, "shape") } else { _ = try required(rank, "rank") }
    self.shape = shape
    self.rank = rank
  }

  func write(_ dimensions: [Int?]) throws(ElmanError) {
    try write(rank: dimensions.count) { dimensions[$0].map(Int64.init) ?? -1 }
  }

  func write(_ dimensions: [Int]) throws(ElmanError) {
    try write(rank: dimensions.count) { Int64(dimensions[$0]) }
  }

  private func write(rank count: Int, _ dimension: (Int) -> Int64) throws(ElmanError) {
    rank?.pointee = count
    guard capacity > 0, let shape else { return }
    guard capacity >= count else {
      throw ElmanError(.bufferTooSmall, "The shape has \(count) dimensions. Received: capacity=\(capacity)")
    }
    for index in 0..<count { shape[index] = dimension(index) }
  }
}

/// Copies values out.
func write(
  _ source: UnsafeBufferPointer<Float>, _ what: String, to values: UnsafeMutablePointer<Float>?, _ count: Int
) throws(ElmanError) {
  let count = try size(count, "count")
  guard count >= source.count else {
    throw ElmanError(.bufferTooSmall, "The \(what) has \(source.count) floats. Received: count=\(count)")
  }
  guard let base = source.baseAddress, source.count > 0 else { return }
  try required(values, "values").update(from: base, count: source.count)
}

/// A text of the program itself, which lives as long as the process.
func constant(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}
