import Glibc

/// What is being checked, and how many checks of it were made.
nonisolated(unsafe) private var subject = ""
nonisolated(unsafe) private var count = 0
nonisolated(unsafe) private var total = 0

/// Ends the program if something is wrong.
func expect(_ isRight: Bool, _ what: @autoclosure () -> String) {
  count += 1
  if isRight { return }
  print("FAILED  \(subject): \(what())")
  exit(1)
}

func expectGuards(_ arrays: Guarded...) {
  expect(arrays.allSatisfy { $0.guardsAreWhole }, "memory beside an array was written")
}

/// Makes the checks of one subject and counts them.
func check(_ name: String, _ checks: () -> Void) {
  (subject, count) = (name, 0)
  checks()
  print("ok      \(name): \(count) checks")
  total += count
}

func printTotal() { print("\(total) checks of the arm64 kernels passed") }

/// Whether all bits agree, NaN included.
func isSame(_ x: some Sequence<Float>, _ y: some Sequence<Float>) -> Bool {
  x.elementsEqual(y) { $0.bitPattern == $1.bitPattern }
}
