#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import CElman
import Elman

// What C gives, checked and turned into what the engine takes.

/// A pointer that must not be NULL.
@inline(__always)
func required<Pointee>(_ pointer: UnsafePointer<Pointee>?, _ name: StaticString) throws(ElmanError) -> UnsafePointer<
  Pointee
> {
  guard let pointer else { throw missing(name) }
  return pointer
}

/// A pointer that must not be NULL.
@inline(__always)
func required<Pointee>(
  _ pointer: UnsafeMutablePointer<Pointee>?, _ name: StaticString
) throws(ElmanError) -> UnsafeMutablePointer<Pointee> {
  guard let pointer else { throw missing(name) }
  return pointer
}

@inline(never)
private func missing(_ name: StaticString) -> ElmanError {
  ElmanError(.invalidArgument, "'\(name)' must not be NULL.")
}

/// A size_t, which Swift sees as an Int: one beyond Int.max arrives negative.
@inline(__always)
func size(_ value: Int, _ name: StaticString) throws(ElmanError) -> Int {
  if value < 0 {
    throw ElmanError(.invalidArgument, "'\(name)' is beyond this machine. Received: \(name)=\(UInt(bitPattern: value))")
  }
  return value
}

/// A text, or nil for NULL.
func text(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(ElmanError) -> String? {
  guard let pointer else { return nil }
  let bytes = UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw ElmanError(.invalidArgument, "'\(name)' is not valid UTF-8.")
  }
  return text
}

func requiredText(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(ElmanError) -> String {
  guard let text = try text(pointer, name) else { throw missing(name) }
  return text
}

// MARK: Shapes

/// The dimensions of a shape: 1 to ELMAN_MAX_RANK of them, at least -1 each.
private func dimensions(
  _ pointer: UnsafePointer<Int64>?, _ rank: Int, _ name: StaticString, ranks: ClosedRange<Int>
) throws(ElmanError) -> UnsafeBufferPointer<Int64> {
  guard ranks.contains(rank) else {
    throw ElmanError(
      .invalidArgument,
      "'\(name)' must have \(ranks.lowerBound) to \(ranks.upperBound) dimensions. Received: \(UInt(bitPattern: rank))")
  }
  if rank == 0 { return UnsafeBufferPointer(start: nil, count: 0) }
  return UnsafeBufferPointer(start: try required(pointer, name), count: rank)
}

private let anyRank = 0...Int(ELMAN_MAX_RANK)
private let inputRank = 1...Int(ELMAN_MAX_RANK)

/// A shape in which -1 stands for a dimension that is not fixed.
func shape(_ pointer: UnsafePointer<Int64>?, _ rank: Int, _ name: StaticString) throws(ElmanError) -> Shape {
  var dimensions: [Int?] = []
  for (index, value) in try ElmanC.dimensions(pointer, rank, name, ranks: inputRank).enumerated() {
    guard value >= -1 else {
      throw ElmanError(
        .invalidArgument, "Dimensions must be -1 (not fixed) or more. Received: \(name)[\(index)]=\(value)")
    }
    dimensions.append(value == -1 ? nil : Int(value))
  }
  return Shape(dimensions)
}

/// A shape, or nil for NULL with rank 0.
func optionalShape(_ pointer: UnsafePointer<Int64>?, _ rank: Int, _ name: StaticString) throws(ElmanError) -> Shape? {
  pointer == nil && rank == 0 ? nil : try shape(pointer, rank, name)
}

/// The shape of an array that is there, and how many elements it has.
struct ArrayShape {
  /// Borrowed.
  let given: UnsafeBufferPointer<Int64>
  let count: Int

  var dimensions: Dimensions { get throws(ElmanError) { try Dimensions(given) } }

  /// `isInput`: the first dimension is the batch, so that there must be one.
  init(_ pointer: UnsafePointer<Int64>?, _ rank: Int, _ name: StaticString, isInput: Bool) throws(ElmanError) {
    given = try ElmanC.dimensions(pointer, rank, name, ranks: isInput ? inputRank : anyRank)
    var count = 1
    var overflows = false
    for (index, value) in given.enumerated() {
      guard value >= 0 else { throw ArrayShape.negative(name, index, value) }
      let (product, overflow) = count.multipliedReportingOverflow(by: Int(value))
      overflows = overflows || overflow || product > Int.max / MemoryLayout<Float>.stride
      count = product
    }
    if overflows { throw ArrayShape.tooLarge(name, given) }
    self.count = count
  }

  @inline(never)
  private static func tooLarge(_ name: StaticString, _ given: UnsafeBufferPointer<Int64>) -> ElmanError {
    ElmanError(
      .outOfMemory,
      "An array of shape \(Shape(given.map { Int($0) })) is beyond this machine's memory. Received as '\(name)'")
  }

  @inline(never)
  private static func negative(_ name: StaticString, _ index: Int, _ value: Int64) -> ElmanError {
    ElmanError(.invalidArgument, "The dimensions of an array must be 0 or more. Received: \(name)[\(index)]=\(value)")
  }
}

// MARK: Arrays

extension elman_array {
  /// The array as the engine takes it: borrowed, and not larger than memory.
  func value(_ name: StaticString, isInput: Bool = false) throws(ElmanError) -> WeightValue {
    let shape = try ArrayShape(shape, rank, name, isInput: isInput)
    if shape.count > 0 { _ = try required(data, name) }
    return WeightValue(
      shape: try shape.dimensions, values: UnsafeBufferPointer(start: data, count: data == nil ? 0 : shape.count))
  }
}

/// A list of arrays; NULL only where it is empty.
func values(_ pointer: UnsafePointer<elman_array>?, _ count: Int, _ name: StaticString) throws(ElmanError)
  -> [WeightValue]
{
  if count == 0 { return [] }
  var values: [WeightValue] = []
  for array in UnsafeBufferPointer(start: try required(pointer, name), count: count) {
    values.append(try array.value(name))
  }
  return values
}

/// An input, which may be NULL where it has no elements: something else then stands for it that is never read.
@inline(__always)
func inputPointer(_ input: UnsafePointer<Float>?, count: Int) throws(ElmanError) -> UnsafePointer<Float> {
  if let input { return input }
  if count > 0 { _ = try required(input, "input") }
  return UnsafePointer(nothing)
}

@inline(__always)
func outputPointer(_ output: UnsafeMutablePointer<Float>?, count: Int) throws(ElmanError)
  -> UnsafeMutablePointer<Float>
{
  if let output { return output }
  if count > 0 { _ = try required(output, "output") }
  return nothing
}

private nonisolated(unsafe) let nothing = UnsafeMutablePointer<Float>.allocate(capacity: 1)
