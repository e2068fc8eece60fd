#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import CPUFeatures
import Synchronization

/// Threads that share the parts of one job, and sleep when there is none.
///
/// A job is announced in one atomic word (its number and the parts still to be claimed), so that a worker which
/// wakes late finds nothing to claim and touches nothing. Workers watch the word for some microseconds after a job,
/// since a timestep's next job comes soon, and then park.
final class ThreadPool: @unchecked Sendable {
  private static let turnsBeforeParking = 2_000
  private static let turnsBeforeYielding = 10_000

  private let owner = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let parking = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// The job's number in the upper half, parts not yet claimed in the lower.
  private let announcement = Atomic<UInt64>(0)
  private let finishedParts = Atomic<Int>(0)
  private let parkedWorkers = Atomic<Int>(0)
  private var job: ((Int) -> Void)?
  private var workers = 0

  init() {
    pthread_mutex_init(owner, nil)
    pthread_mutex_init(parking, nil)
    pthread_cond_init(wakeUp, nil)
  }

  /// Calls `body` once for each part, on this thread and on up to `parts - 1` others. Where the pool is at work
  /// for another caller, this thread does all of it.
  func run(parts: Int, _ body: (Int) -> Void) {
    guard parts > 1, pthread_mutex_trylock(owner) == 0 else {
      for part in 0..<parts { body(part) }
      return
    }
    defer { pthread_mutex_unlock(owner) }
    hire(parts - 1)
    withoutActuallyEscaping(body) { body in
      job = body
      announce(parts)
      while claimAndRunPart() {}
      waitForParts(parts)
      job = nil
    }
  }

  private func announce(_ parts: Int) {
    finishedParts.store(0, ordering: .relaxed)
    let number = announcement.load(ordering: .relaxed) >> 32 &+ 1
    announcement.store(number << 32 | UInt64(parts), ordering: .sequentiallyConsistent)
    guard parkedWorkers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(parking)
    pthread_cond_broadcast(wakeUp)
    pthread_mutex_unlock(parking)
  }

  private func claimAndRunPart() -> Bool {
    var word = announcement.load(ordering: .acquiring)
    while word & 0xFFFF_FFFF > 0 {
      let (claimed, original) = announcement.compareExchange(
        expected: word, desired: word - 1, ordering: .acquiringAndReleasing)
      if claimed {
        job?(Int(word & 0xFFFF_FFFF) - 1)
        finishedParts.add(1, ordering: .releasing)
        return true
      }
      word = original
    }
    return false
  }

  private func waitForParts(_ parts: Int) {
    var turns = 0
    while finishedParts.load(ordering: .acquiring) < parts {
      turns += 1
      if turns < Self.turnsBeforeYielding { elman_cpu_pause() } else { sched_yield() }
    }
  }

  /// Starts workers until there are `count`; fewer are there where the system gives no more threads.
  private func hire(_ count: Int) {
    while workers < count {
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      let argument = Unmanaged.passRetained(self).toOpaque()
      let status = pthread_create(
        &thread, nil,
        { argument in
          #if canImport(Darwin)
            let argument: UnsafeMutableRawPointer? = argument
          #endif
          if let argument { Unmanaged<ThreadPool>.fromOpaque(argument).takeUnretainedValue().work() }
          return nil
        }, argument)
      guard status == 0 else {
        Unmanaged<ThreadPool>.fromOpaque(argument).release()
        return
      }
      #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
      #else
        pthread_detach(thread)
      #endif
      workers += 1
    }
  }

  private func work() {
    while true {
      var turns = 0
      while claimAndRunPart() {}
      while announcement.load(ordering: .relaxed) & 0xFFFF_FFFF == 0, turns < Self.turnsBeforeParking {
        turns += 1
        elman_cpu_pause()
      }
      if turns == Self.turnsBeforeParking { park() }
    }
  }

  private func park() {
    pthread_mutex_lock(parking)
    parkedWorkers.add(1, ordering: .sequentiallyConsistent)
    while announcement.load(ordering: .sequentiallyConsistent) & 0xFFFF_FFFF == 0 {
      pthread_cond_wait(wakeUp, parking)
    }
    parkedWorkers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(parking)
  }
}
