/// A weight's values before it is set: made at most once, by the first thread that reads them. What can be wrong
/// about them is an error at once, and their place among the random streams is taken at once, so that they are the
/// same whenever they are made.
final class InitialValues: @unchecked Sendable {
  typealias Change = @Sendable (FloatBuffer) throws(ElmanError) -> FloatBuffer

  private let make: @Sendable () throws(ElmanError) -> FloatBuffer
  private let lock = ReadWriteLock()
  private var made: FloatBuffer?

  convenience init(_ initializer: Initializer, shape: [Int]) throws(ElmanError) {
    try initializer.requireFitting(shape)
    let random = initializer.nextStream()
    self.init { () throws(ElmanError) in try initializer.values(shape: shape, random) }
  }

  private init(_ make: @escaping @Sendable () throws(ElmanError) -> FloatBuffer) { self.make = make }

  func changed(by change: @escaping Change) -> InitialValues {
    InitialValues { [make] () throws(ElmanError) in try change(try make()) }
  }

  func values() throws(ElmanError) -> FloatBuffer {
    try lock.exclusive { () throws(ElmanError) in
      if let made { return made }
      let values = try make()
      Fork.changing { made = values }
      return values
    }
  }

  var areMade: Bool { (try? lock.shared { () throws(ElmanError) in made != nil }) ?? false }
}
