import CElman
import Elman

// The forms that most exports have.

extension Handle {
  /// Calls `body` with the object.
  @inline(__always)
  func call(_ body: (Object) throws(ElmanError) -> Void) -> elman_status {
    boundary { () throws(ElmanError) in try with(body) }
  }

  /// Tells a text about the object.
  func tell(
    _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?,
    _ value: (Object) throws(ElmanError) -> String
  ) -> elman_status {
    call { (object) throws(ElmanError) in
      let result = try TextResult(text, capacity, length)
      try result.write(value(object))
    }
  }
}

/// What has weights: layers and models.
protocol WeightOwner: AnyObject {
  var weights: [LayerWeight] { get }
  var weightCount: Int { get }
  func weight(at index: Int) -> (weight: Weight, isTrainable: Bool)?
  /// As Keras's messages name it.
  var title: String { get }
  func setWeight(at index: Int, _ value: WeightValue) throws(ElmanError)
  func setWeights(_ values: [WeightValue]) throws(ElmanError)
}

extension Layer: WeightOwner {
  var title: String { "layer \"\(name)\"" }
  func setWeight(at index: Int, _ value: WeightValue) throws(ElmanError) {
    try weights.at(index, of: title).set(value)
  }
  func setWeights(_ values: [WeightValue]) throws(ElmanError) { try weights.set(values, of: title) }
}

extension Model: WeightOwner {}

extension Handle where Object: WeightOwner {
  /// Calls `body` with the weight of an index, and whether it is trained.
  func withWeight(_ index: Int, _ body: (Weight, Bool) throws(ElmanError) -> Void) -> elman_status {
    call { (owner) throws(ElmanError) in
      guard let found = owner.weight(at: index) else {
        throw [LayerWeight].noWeight(index, of: owner.title, owner.weightCount)
      }
      try body(found.weight, found.isTrainable)
    }
  }

  func weightCount(_ count: UnsafeMutablePointer<Int>?) -> elman_status {
    call { (owner) throws(ElmanError) in try required(count, "count").pointee = owner.weightCount }
  }

  func weightIndex(_ name: UnsafePointer<CChar>?, _ index: UnsafeMutablePointer<Int>?) -> elman_status {
    call { (owner) throws(ElmanError) in
      let index = try required(index, "index")
      index.pointee = try owner.weights.index(named: requiredText(name, "name"))
    }
  }

  func weightName(
    _ index: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
  ) -> elman_status {
    call { (owner) throws(ElmanError) in
      try TextResult(text, capacity, length).write(owner.weights.at(index, of: owner.title).path)
    }
  }

  func weightShape(
    _ index: Int, _ shape: UnsafeMutablePointer<Int64>?, _ capacity: Int, _ rank: UnsafeMutablePointer<Int>?
  ) -> elman_status {
    withWeight(index) { (weight, _) throws(ElmanError) in try ShapeResult(shape, capacity, rank).write(weight.shape) }
  }

  func getWeight(_ index: Int, _ values: UnsafeMutablePointer<Float>?, _ count: Int) -> elman_status {
    withWeight(index) { (weight, _) throws(ElmanError) in try write(weight.values.values, "weight", to: values, count) }
  }

  func setWeight(_ index: Int, _ value: UnsafePointer<elman_array>?) -> elman_status {
    call { (owner) throws(ElmanError) in
      _ = try owner.weights.at(index, of: owner.title)
      try owner.setWeight(at: index, try required(value, "value").pointee.value("value"))
    }
  }

  func setWeights(_ values: UnsafePointer<elman_array>?, _ count: Int) -> elman_status {
    call { (owner) throws(ElmanError) in
      // A list of a wrong length is not read.
      try owner.weights.requireCount(size(count, "count"), of: owner.title)
      try owner.setWeights(ElmanC.values(values, count, "values"))
    }
  }
}

extension [LayerWeight] {
  /// Tells the counts that were asked for.
  func tellParameters(_ total: UnsafeMutablePointer<Int64>?, _ trainable: UnsafeMutablePointer<Int64>?) {
    total?.pointee = Int64(parameterCount)
    trainable?.pointee = Int64(trainableParameterCount)
  }
}
