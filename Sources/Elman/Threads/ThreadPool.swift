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
/// A job has stages, one after the other, and in each stage the same number of parts. The caller is for part 0 and each
/// worker for one of the others, stage after stage, so that what a part reads stays in the cache of its core. Whoever
/// is done with its own part and has waited a moment takes those that nobody has begun: a worker that sleeps, or that
/// the system has put aside for another process, holds nobody up.
///
/// A part is claimed by one atomic word that names the job and the stage, so that a worker which wakes late claims
/// nothing and touches nothing. Every thread works in the floating-point mode of the job's caller (rounding,
/// flush-to-zero), or the results would depend on which thread did a part.
final class ThreadPool: @unchecked Sendable {
  // Times are counted in turns of a waiting loop, whose length differs between processors.
  private static let turnsBeforeParking = turns(microseconds: 50)
  private static let turnsBeforeYielding = turns(microseconds: 150)
  /// How long to wait for the thread whose part it is; less once it did not come, but more than a word takes from core
  /// to core.
  private static let patience = turns(microseconds: 3)
  private static let impatience = turns(microseconds: 0.5)

  /// The work of a job, on the stack of its caller.
  private struct Body {
    private let work: UnsafeRawPointer
    private let call: (UnsafeRawPointer, Int, Int) -> Void

    init<Work: SharedWork>(_ work: UnsafePointer<Work>) {
      self.work = UnsafeRawPointer(work)
      call = { $0.assumingMemoryBound(to: Work.self).pointee(stage: $1, part: $2) }
    }

    func callAsFunction(_ stage: Int, _ part: Int) { call(work, stage, part) }
  }

  /// What there is to do, but for the body.
  private struct Job {
    let number: UInt64
    let stages: Int
    let parts: Int
  }

  /// How far one part is: two words, which different threads watch, each alone in its line of the cache. In both the
  /// job's number stands in the upper half.
  private struct Progress: ~Copyable {
    private typealias Line = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
    /// Stages that nobody has taken yet.
    private let left = Atomic<UInt64>(0)
    private let rest: Line = (0, 0, 0, 0, 0, 0, 0)
    /// Stages that are done.
    private let done = Atomic<UInt64>(0)
    private let restOfDone: Line = (0, 0, 0, 0, 0, 0, 0)

    func open(job: UInt64, stages: Int) {
      done.store(job << 32, ordering: .relaxed)
      left.store(job << 32 | UInt64(stages), ordering: .releasing)
    }

    /// Stages that are left of a job's part.
    func left(job: UInt64) -> Int {
      let word = left.load(ordering: .acquiring)
      return word >> 32 == job ? Int(word & 0xFFFF_FFFF) : 0
    }

    /// Takes the next stage of a job's part, where so many are left; false where it is taken already.
    func take(job: UInt64, left count: Int) -> Bool {
      let expected = job << 32 | UInt64(count)
      guard count > 0, left.load(ordering: .relaxed) == expected else { return false }
      return left.compareExchange(expected: expected, desired: expected - 1, ordering: .acquiringAndReleasing).exchanged
    }

    func finish(job: UInt64, stage: Int) { done.store(job << 32 | UInt64(stage + 1), ordering: .releasing) }

    func isDone(job: UInt64, stage: Int) -> Bool { done.load(ordering: .acquiring) > job << 32 | UInt64(stage) }
  }

  private let owner = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let parking = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let progress = UnsafeMutablePointer<Progress>.allocate(capacity: Threads.maximum)
  /// The number of the job that is under way; 0 between jobs.
  private let announced = Atomic<UInt64>(0)
  /// The stages (upper half) and parts of the job that `announced` names.
  private let size = Atomic<UInt64>(0)
  /// On the stack of the job's caller: read by who has taken a part that is not done yet, and by nobody kept past it.
  private let body = Atomic<UInt>(0)
  /// The floating-point mode of the caller of the job that `announced` names.
  private let floatMode = Atomic<UInt64>(0)
  /// The caller of the latest job.
  private var caller = pthread_self()
  private var lastNumber: UInt64 = 0
  private let parkedWorkers = Atomic<Int>(0)
  private var workers = 0
  /// Counts the forks that led to this process.
  private let forks = Atomic<Int>(0)

  init() {
    createLocks()
    for part in 0..<Threads.maximum { (progress + part).initialize(to: Progress()) }
  }

  private func createLocks() {
    pthread_mutex_init(owner, nil)
    pthread_mutex_init(parking, nil)
    pthread_cond_init(wakeUp, nil)
  }

  /// In a forked child: there are no workers. A thread that forked inside a job of its own goes on with it.
  func restart() {
    let isAtWork = announced.load(ordering: .relaxed) != 0 && pthread_equal(caller, pthread_self()) != 0
    createLocks()
    if isAtWork { pthread_mutex_lock(owner) } else { announced.store(0, ordering: .relaxed) }
    workers = 0
    parkedWorkers.store(0, ordering: .relaxed)
    forks.add(1, ordering: .relaxed)
  }

  /// The most stages of a job.
  static let stageLimit = Int(UInt32.max)

  /// Does each part of each stage once, a stage after all parts of the one before it, on this thread and on up to
  /// `parts - 1` others. Where the pool is at work for another caller, this thread does all of it.
  func run(stages: Int, parts: Int, _ work: some SharedWork) {
    guard parts > 1, stages < Self.stageLimit, pthread_mutex_trylock(owner) == 0 else {
      for stage in 0..<stages {
        for part in 0..<parts { work(stage: stage, part: part) }
      }
      return
    }
    defer { pthread_mutex_unlock(owner) }
    hire(parts - 1)
    withUnsafePointer(to: work) { work in
      withUnsafePointer(to: Body(work)) { body in
        let job = announce(stages: stages, parts: parts, UInt(bitPattern: body))
        self.work(on: job, from: 0, part: 0)
        announced.store(0, ordering: .sequentiallyConsistent)
      }
    }
  }

  /// Starts workers for so many parts, unless the pool is at work.
  func prepare(parts: Int) {
    guard parts > 1, pthread_mutex_trylock(owner) == 0 else { return }
    hire(parts - 1)
    pthread_mutex_unlock(owner)
  }

  private func announce(stages: Int, parts: Int, _ body: UInt) -> Job {
    lastNumber = max((lastNumber + 1) & 0xFFFF_FFFF, 1)
    caller = pthread_self()
    let job = Job(number: lastNumber, stages: stages, parts: parts)
    size.store(UInt64(stages) << 32 | UInt64(parts), ordering: .sequentiallyConsistent)
    self.body.store(body, ordering: .relaxed)
    floatMode.store(elman_cpu_float_mode(), ordering: .relaxed)
    for part in 0..<parts { progress[part].open(job: job.number, stages: stages) }
    announced.store(job.number, ordering: .sequentiallyConsistent)
    wakeWorkers()
    return job
  }

  private func wakeWorkers() {
    guard parkedWorkers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(parking)
    pthread_cond_broadcast(wakeUp)
    pthread_mutex_unlock(parking)
  }

  // MARK: Work

  /// Does a thread's parts of a job, stage after stage, until all parts of all threads are done.
  private func work(on job: Job, from first: Int, part: Int) {
    let (longest, shortest, beforeYielding) = (Self.patience, Self.impatience, Self.turnsBeforeYielding)
    let forks = forks.load(ordering: .relaxed)
    var patience = longest
    for stage in first..<job.stages {
      if progress[part].take(job: job.number, left: job.stages - stage) { run(job, stage, part) }
      var turns = 0
      while !isDone(job, stage) {
        // A worker may find that all was done, and another job begun, while it waited.
        if part > 0, announced.load(ordering: .relaxed) != job.number { return }
        turns += 1
        if turns > patience, takeAny(of: job, stage: stage) {
          patience = shortest
          turns = 0
        } else if turns < beforeYielding {
          elman_cpu_pause()
        } else if self.forks.load(ordering: .relaxed) != forks {
          finishLost(job, stage)
        } else {
          sched_yield()
        }
      }
      if turns <= shortest { patience = longest }
    }
  }

  private func isDone(_ job: Job, _ stage: Int) -> Bool {
    for part in 0..<job.parts where !progress[part].isDone(job: job.number, stage: stage) { return false }
    return true
  }

  private func takeAny(of job: Job, stage: Int) -> Bool {
    for part in 0..<job.parts where progress[part].take(job: job.number, left: job.stages - stage) {
      run(job, stage, part)
      return true
    }
    return false
  }

  /// Does the parts of a stage that were under way on threads which a forked child does not have.
  private func finishLost(_ job: Job, _ stage: Int) {
    for part in 0..<job.parts where !progress[part].isDone(job: job.number, stage: stage) { run(job, stage, part) }
  }

  private func run(_ job: Job, _ stage: Int, _ part: Int) {
    if let body = UnsafePointer<Body>(bitPattern: body.load(ordering: .relaxed)) { Self.call(body, stage, part) }
    progress[part].finish(job: job.number, stage: stage)
  }

  @inline(never)
  private static func call(_ body: UnsafePointer<Body>, _ stage: Int, _ part: Int) {
    body.pointee(stage, part)
  }

  // MARK: Waiting

  private static func turns(microseconds: Double) -> Int { max(1, Int(microseconds * turnsPerMicrosecond)) }

  /// The quickest of several tries: the system may take the processor away in between.
  private static let turnsPerMicrosecond: Double = {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) * 1e-3
    }
    let tries = (0..<5).map { _ in
      let start = now()
      for _ in 0..<100 { elman_cpu_pause() }
      return now() - start
    }
    return 100 / max(tries.min() ?? 1, 0.1)
  }()

  // MARK: Workers

  /// Starts workers until there are `count`; fewer if the system gives no more threads. They block all signals, which
  /// belong to the threads of the host.
  private func hire(_ count: Int) {
    if workers >= count { return }
    var all = sigset_t()
    var own = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &own)
    defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
    while workers < count, start(Worker(pool: self, part: workers + 1)) { workers += 1 }
  }

  private func start(_ worker: Worker) -> Bool {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let argument = Unmanaged.passRetained(worker).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { argument in
        #if canImport(Darwin)
          let argument: UnsafeMutableRawPointer? = argument
        #endif
        if let argument { Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument)
    guard status == 0 else {
      Unmanaged<Worker>.fromOpaque(argument).release()
      return false
    }
    #if canImport(Darwin)
      if let thread { pthread_detach(thread) }
    #else
      pthread_detach(thread)
    #endif
    return true
  }

  private final class Worker {
    let pool: ThreadPool
    let part: Int

    init(pool: ThreadPool, part: Int) {
      self.pool = pool
      self.part = part
    }

    func run() {
      // So short a text is copied to the stack, where the conversion of an argument would allocate.
      "elman/\(part - 1)".withCString { elman_cpu_name_thread($0) }
      pool.serve(part)
    }
  }

  private func serve(_ part: Int) {
    var last: UInt64 = 0
    while true {
      var turns = 0
      while !isNew(last), turns < Self.turnsBeforeParking {
        turns += 1
        elman_cpu_pause()
      }
      if turns == Self.turnsBeforeParking { park(last) }
      last = join(part)
    }
  }

  private func isNew(_ last: UInt64) -> Bool {
    let number = announced.load(ordering: .acquiring)
    return number != 0 && number != last
  }

  /// Works on the job that is announced, where there is a part of it for this thread; its number.
  private func join(_ part: Int) -> UInt64 {
    let number = announced.load(ordering: .sequentiallyConsistent)
    let size = size.load(ordering: .sequentiallyConsistent)
    let mode = floatMode.load(ordering: .relaxed)
    // Size and mode are those of the job if it is announced still.
    guard number != 0, announced.load(ordering: .sequentiallyConsistent) == number else { return 0 }
    let job = Job(number: number, stages: Int(size >> 32), parts: Int(size & 0xFFFF_FFFF))
    guard part < job.parts else { return number }
    if elman_cpu_float_mode() != mode { elman_cpu_set_float_mode(mode) }
    work(on: job, from: max(0, job.stages - progress[part].left(job: number) - 1), part: part)
    return number
  }

  private func park(_ last: UInt64) {
    pthread_mutex_lock(parking)
    parkedWorkers.add(1, ordering: .sequentiallyConsistent)
    while !isNew(last) { pthread_cond_wait(wakeUp, parking) }
    parkedWorkers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(parking)
  }
}
