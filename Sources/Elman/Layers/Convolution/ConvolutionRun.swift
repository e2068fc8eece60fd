import KernelInterface

/// Pictures in memory: `samples` of rows x columns places with `channels` numbers each. A sequence is a picture of one
/// row.
struct Pictures {
  let samples: Int
  let rows: Int
  let columns: Int
  let channels: Int
  let isChannelsFirst: Bool

  init(samples: Int, rows: Int = 1, columns: Int, channels: Int, isChannelsFirst: Bool = false) {
    (self.samples, self.rows, self.columns, self.channels) = (samples, rows, columns, channels)
    self.isChannelsFirst = isChannelsFirst
  }

  init(_ shape: Dimensions, _ format: DataFormat) {
    let columns = format.spaceAxes.upperBound - 1
    self.init(
      samples: shape[0], rows: format.rank > 1 ? shape[columns - 1] : 1, columns: shape[columns],
      channels: shape[format.channelAxis],
      isChannelsFirst: format.isChannelsFirst)
  }

  /// Numbers of a sample.
  var count: Int { rows * columns * channels }
}

/// The sizes of a convolution of pictures, and how it is cut: threads share the rows of all outputs, and each thread
/// goes over its rows in strips whose windows stay in cache. Which rows are together changes no sum.
struct ConvolutionPlan {
  let input: Pictures
  let output: Pictures
  let kernelRows: Int
  let kernelColumns: Int
  let stride: Int
  /// Dilated columns are `phases` convolutions without dilation, of every `phases`-th column.
  let phases: Int
  let groups: Int
  /// Where a thread puts the columns of a strip, and its outputs where these are to be transposed.
  private(set) var strip = 1
  let parts: Int

  init(_ windows: (rows: Window, columns: Window), _ input: Pictures, _ output: Pictures, groups: Int = 1, threads: Int)
  {
    (self.input, self.output, self.groups) = (input, output, groups)
    (kernelRows, kernelColumns) = (windows.rows.size, windows.columns.size)
    (stride, phases) = (windows.columns.stride, kernelColumns == 1 ? 1 : windows.columns.dilation)
    let depth = Double(kernelRows) * Double(kernelColumns) * Double(input.channels / groups)
    parts = Threads.parts(
      rows: output.samples * output.rows, operationsPerRow: Double(output.columns) * depth * Double(output.channels),
      threads: threads)
    let floats = Double(columns) * Double(kernelRows) * Double(input.channels / groups)
    strip = max(1, min(rowsOfPart, Int(ConvolutionPlan.cachedFloats / max(floats, 1))))
  }

  /// A quarter of a second-level cache of 512 KiB.
  private static let cachedFloats = 32768.0

  /// Outputs of the longest phase in a row.
  private var longestPhase: Int { (output.columns + phases - 1) / phases }
  /// Columns of the input under them.
  var columns: Int { (longestPhase - 1) * stride + kernelColumns }
  private var rowsOfPart: Int { (output.samples * output.rows + parts - 1) / parts }

  /// The memory of one part.
  func take(_ space: inout ScratchSpace) -> (columns: UnsafeMutablePointer<Float>, outputs: UnsafeMutablePointer<Float>)
  {
    let columns = space.take(strip, self.columns, kernelRows, input.channels / groups)
    return (columns, output.isChannelsFirst ? space.take(strip, output.columns, output.channels) : columns)
  }

  /// The memory of all parts.
  func scratch(_ space: inout ScratchSpace) -> UnsafeMutablePointer<Float> {
    var part = ScratchSpace()
    _ = take(&part)
    return part.overflows ? space.take(Int.max, 2) : space.take(part.count, parts)
  }
}

/// What a convolution reads.
struct ConvolutionSource {
  let input: UnsafePointer<Float>
  /// From sample to sample.
  let stride: Int
  /// What a stream keeps of the columns before the first.
  var past: UnsafePointer<Float>?
  var pastColumns = 0

  /// The features of a timestep of a sequence; nil for zeros.
  func timestep(_ sample: Int, _ step: Int, of steps: Int, features: Int) -> UnsafePointer<Float>? {
    if step >= 0 { return step < steps ? input + sample * stride + step * features : nil }
    guard let past, step >= -pastColumns else { return nil }
    return past + (sample * pastColumns + pastColumns + step) * features
  }
}

/// One convolution: each strip of output rows is a product of the columns under it with the packed kernel.
struct ConvolutionRun: SharedWork {
  let kernel: PackedKernel
  let plan: ConvolutionPlan
  let source: ConvolutionSource
  let output: UnsafeMutablePointer<Float>
  var activation = Elementwise.linear
  let scratch: UnsafeMutablePointer<Float>

  func run() { Threads.run(parts: plan.parts, self) }

  func callAsFunction(stage: Int, part: Int) {
    var size = ScratchSpace()
    _ = plan.take(&size)
    var space = ScratchSpace(scratch + part * size.count)
    let memory = plan.take(&space)
    let rows = Threads.share(part, of: plan.output.samples * plan.output.rows, parts: plan.parts)
    var first = rows.lowerBound
    while first < rows.upperBound {
      let strip = first..<min(first + plan.strip, rows.upperBound)
      for group in 0..<plan.groups {
        for phase in 0..<min(plan.phases, plan.output.columns) {
          multiply(strip, group, phase, memory.columns, memory.outputs)
        }
      }
      if plan.output.isChannelsFirst { transpose(strip, memory.outputs) }
      first = strip.upperBound
    }
  }

  /// The outputs of one group and phase in a strip.
  private func multiply(
    _ strip: Range<Int>, _ group: Int, _ phase: Int, _ columns: UnsafeMutablePointer<Float>,
    _ outputs: UnsafeMutablePointer<Float>
  ) {
    let (width, filters) = (plan.kernelRows * kernel.channels, plan.output.channels)
    let count = (plan.output.columns - phase + plan.phases - 1) / plan.phases
    let rowStride = plan.output.columns * filters
    let first = plan.output.isChannelsFirst ? outputs : output + strip.lowerBound * rowStride
    if !isDirect { gather(strip, group, phase, (count - 1) * plan.stride + plan.kernelColumns, columns) }
    KernelSet.selected.product(
      Product(
        groups: strip.count, rows: count,
        input: isDirect
          ? InputRows(
            base: source.input + strip.lowerBound * directStride, groupStride: directStride,
            rowStride: plan.stride * width)
          : InputRows(base: columns, groupStride: plan.columns * width, rowStride: plan.stride * width),
        weights: kernel.groups[group].weights.matrix, bias: kernel.groups[group].bias.base,
        output: OutputRows(
          base: first + phase * filters + group * kernel.filters, groupStride: rowStride,
          rowStride: plan.phases * filters),
        padded: false, activation: activation))
  }

  // MARK: Columns

  /// From the windows of an output row to those of the next, where they lie in the input as the product reads them.
  private var directStride: Int {
    plan.output.rows == 1 ? source.stride : kernel.windows.rows.stride * plan.input.columns * plan.input.channels
  }

  /// Whether the windows lie in the input as the product reads them: those of one row, without padding.
  private var isDirect: Bool {
    plan.groups == 1 && plan.kernelRows == 1 && plan.phases == 1 && !plan.input.isChannelsFirst
      && kernel.windows.columns.before(plan.input.columns) == 0 && plan.columns <= plan.input.columns
      && kernel.windows.rows.before(plan.input.rows) == 0
      && (plan.output.rows == 1 || plan.output.rows * directStride == source.stride)
  }

  /// Puts the rows under each column of a strip side by side, zeros where they reach out of the picture.
  private func gather(
    _ strip: Range<Int>, _ group: Int, _ phase: Int, _ count: Int, _ columns: UnsafeMutablePointer<Float>
  ) {
    let (rows, width) = (kernel.windows.rows, plan.kernelRows * kernel.channels)
    let before = (rows: rows.before(plan.input.rows), columns: kernel.windows.columns.before(plan.input.columns))
    for row in strip {
      let (sample, outputRow) = (row / plan.output.rows, row % plan.output.rows)
      let target = columns + (row - strip.lowerBound) * plan.columns * width
      for tap in 0..<plan.kernelRows {
        let inputRow = outputRow * rows.stride + tap * rows.dilation - before.rows
        let line = Line(
          target: target + tap * kernel.channels, stride: width, count: count, first: phase - before.columns,
          group: group)
        gather(line, sample, inputRow)
      }
    }
  }

  /// Columns of one row of a picture, and where they go.
  private struct Line {
    let target: UnsafeMutablePointer<Float>
    let stride: Int
    let count: Int
    /// The first column, which may be before the picture; the next are a phase apart.
    let first: Int
    let group: Int
  }

  private func gather(_ line: Line, _ sample: Int, _ row: Int) {
    let (phases, columns) = (plan.phases, plan.input.columns)
    let isInside = (0..<plan.input.rows).contains(row)
    // The columns of the line that lie in the picture.
    let lower = isInside ? min(max((phases - 1 - line.first) / phases, 0), line.count) : line.count
    let upper = min(max((columns + phases - 1 - line.first) / phases, lower), line.count)
    for index in 0..<lower {
      copyPast(line, sample, column: line.first + index * phases, to: line.target + index * line.stride)
    }
    copy(line, lower..<upper, sample, row)
    for index in upper..<line.count { (line.target + index * line.stride).update(repeating: 0, count: kernel.channels) }
  }

  /// Columns that lie in the picture.
  private func copy(_ line: Line, _ indices: Range<Int>, _ sample: Int, _ row: Int) {
    let (channels, input) = (kernel.channels, plan.input)
    let place = row * input.columns + line.first + indices.lowerBound * plan.phases
    let (picture, first) = (source.input + sample * source.stride, line.group * channels)
    var target = line.target + indices.lowerBound * line.stride
    if input.isChannelsFirst {
      let size = input.rows * input.columns
      var place = picture + first * size + place
      for _ in indices {
        for channel in 0..<channels { target[channel] = place[channel * size] }
        (place, target) = (place + plan.phases, target + line.stride)
      }
    } else {
      var place = picture + place * input.channels + first
      for _ in indices {
        target.updateShort(from: place, count: channels)
        (place, target) = (place + plan.phases * input.channels, target + line.stride)
      }
    }
  }

  /// A column before the picture: what a stream kept of it, or zeros.
  private func copyPast(_ line: Line, _ sample: Int, column: Int, to target: UnsafeMutablePointer<Float>) {
    guard let past = source.past, column < 0, column >= -source.pastColumns else {
      return target.update(repeating: 0, count: kernel.channels)
    }
    let place = past + (sample * source.pastColumns + source.pastColumns + column) * plan.input.channels
    target.update(from: place + line.group * kernel.channels, count: kernel.channels)
  }

  /// Puts a strip (rows, columns, filters) where its filters are pictures.
  private func transpose(_ strip: Range<Int>, _ outputs: UnsafePointer<Float>) {
    let (columns, filters) = (plan.output.columns, plan.output.channels)
    for row in strip {
      let (sample, outputRow) = (row / plan.output.rows, row % plan.output.rows)
      let values = outputs + (row - strip.lowerBound) * columns * filters
      for filter in 0..<filters {
        let line = output + ((sample * filters + filter) * plan.output.rows + outputRow) * columns
        for column in 0..<columns { line[column] = values[column * filters + filter] }
      }
    }
  }
}

extension UnsafeMutablePointer<Float> {
  /// `update(from:count:)` without a call, for a few numbers: the last vector overlaps the one before it.
  @inline(__always)
  fileprivate func updateShort(from source: UnsafePointer<Float>, count: Int) {
    typealias Four = SIMD4<Float>
    if count < 4 {
      for index in 0..<count { self[index] = source[index] }
      return
    }
    func copy(_ index: Int) {
      let four = UnsafeRawPointer(source + index).loadUnaligned(as: Four.self)
      UnsafeMutableRawPointer(self + index).storeBytes(of: four, as: Four.self)
    }
    var index = 0
    while index < count - 4 {
      copy(index)
      index += 4
    }
    copy(count - 4)
  }
}
