/// Arithmetic on numbers from outside: where the result is no Int, an error instead of a trap.
extension Int {
  public func adding(_ other: Int) throws(ElmanError) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    if overflow { throw .beyondMemory("\(self) + \(other)") }
    return sum
  }

  public func times(_ other: Int) throws(ElmanError) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    if overflow { throw .beyondMemory("\(self) * \(other)") }
    return product
  }

  /// The number if an Int holds it.
  public init(checking value: UInt64) throws(ElmanError) {
    guard let number = Int(exactly: value) else { throw .beyondMemory("\(value)") }
    self = number
  }

  /// `self / divisor`, rounded up, for numbers that are not negative and a positive divisor.
  public func dividedRoundingUp(by divisor: Int) -> Int {
    self / divisor + (self % divisor == 0 ? 0 : 1)
  }
}

/// The product of `factors`, which are not negative.
public func checkedProduct(_ factors: some Sequence<Int>) throws(ElmanError) -> Int {
  var product = 1
  for factor in factors { product = try product.times(factor) }
  return product
}

extension ElmanError {
  fileprivate static func beyondMemory(_ number: String) -> ElmanError {
    ElmanError(.invalidArgument, "A size or an offset in the file, \(number), is beyond any machine's memory.")
  }
}
