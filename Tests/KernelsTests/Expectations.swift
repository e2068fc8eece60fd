import Testing

// How the cases, which other programs check too, say that something is wrong.

func expect(_ isRight: Bool, _ what: String) { #expect(isRight, "\(what)") }

func expectGuards(_ arrays: Guarded...) {
  expect(arrays.allSatisfy { $0.guardsAreWhole }, "nothing beside an array is written")
}
