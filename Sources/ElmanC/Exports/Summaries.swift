import CElman
import Elman

@implementation @_cdecl("elman_model_summary")
public func elman_model_summary(
  _ model: elman_model, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.tell(text, capacity, length) { (model) throws(ElmanError) in try model.summary() }
}

@implementation @_cdecl("elman_model_summary_with")
public func elman_model_summary_with(
  _ model: elman_model, _ options: UnsafePointer<elman_summary_options>?, _ text: UnsafeMutablePointer<CChar>?,
  _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> elman_status {
  model.tell(text, capacity, length) { (model) throws(ElmanError) in
    try model.summary(ElmanC.options(options, or: elman_summary_options()).translated())
  }
}

@implementation @_cdecl("elman_model_count_params")
public func elman_model_count_params(
  _ model: elman_model, _ total: UnsafeMutablePointer<Int64>?, _ trainable: UnsafeMutablePointer<Int64>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    _ = try model.requireBuiltShape()
    model.weights.tellParameters(total, trainable)
  }
}

@implementation @_cdecl("elman_layer_count_params")
public func elman_layer_count_params(
  _ layer: elman_layer, _ total: UnsafeMutablePointer<Int64>?, _ trainable: UnsafeMutablePointer<Int64>?
) -> elman_status {
  layer.call { (layer) throws(ElmanError) in
    _ = try layer.requireBuiltShape()
    layer.weights.tellParameters(total, trainable)
  }
}

extension elman_summary_options: OptionStruct {}

extension elman_summary_options {
  func translated() throws(ElmanError) -> SummaryOptions {
    var translated = SummaryOptions()
    guard let style = SummaryOptions.Style(rawValue: style) else {
      throw ElmanError(
        .invalidArgument, "A summary's style is ELMAN_SUMMARY_TF2 or ELMAN_SUMMARY_KERAS3. Received: style=\(style)")
    }
    translated.style = style
    translated.lineLength = line_length == 0 ? nil : Int(line_length)
    translated.positions = try columnPositions()
    translated.expandsNested = expand_nested != 0
    translated.showsTrainable = show_trainable != 0
    translated.firstLayer = try ElmanC.text(first_layer, "first_layer")
    translated.lastLayer = try ElmanC.text(last_layer, "last_layer")
    return translated
  }

  private func columnPositions() throws(ElmanError) -> [Double] {
    guard let positions else { return [] }
    guard (1...mostColumns).contains(position_count) else {
      throw ElmanError(
        .invalidArgument,
        "A summary has at most \(mostColumns) columns. Received: position_count=\(UInt(bitPattern: position_count))")
    }
    return Array(UnsafeBufferPointer(start: positions, count: position_count))
  }
}

private let mostColumns = 8
