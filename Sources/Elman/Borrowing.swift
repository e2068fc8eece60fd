extension Unmanaged {
  /// Calls `body` with the object, whose references are not counted meanwhile: somebody else keeps it.
  @inlinable @inline(__always)
  public func borrowing(_ body: (Instance) throws(ElmanError) -> Void) throws(ElmanError) {
    var failure: ElmanError?
    _withUnsafeGuaranteedRef { object in
      do throws(ElmanError) { try body(object) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
