// Errors about inputs, in Keras's words.

extension ElmanError {
  /// Of a layer or a model that takes another number of inputs.
  static func inputCount(of name: String, expected: Int, received shapes: [Shape]) -> ElmanError {
    ElmanError(
      .invalidArgument,
      "Layer \"\(name)\" expects \(expected) input(s), but it received \(shapes.count) input tensors. "
        + "Inputs received: \(shapes.list)")
  }
}

extension Layer {
  func incompatible(_ detail: String) -> ElmanError {
    ElmanError(.shapeMismatch, "Input 0 of layer \"\(name)\" is incompatible with the layer: \(detail)")
  }

  /// An error unless the input has `rank` dimensions.
  func requireRank(_ rank: Int, _ input: Shape) throws(ElmanError) {
    if input.rank != rank {
      throw incompatible("expected ndim=\(rank), found ndim=\(input.rank). Full shape received: \(input)")
    }
  }

  /// An error unless the input has `rank` dimensions or more.
  func requireRank(atLeast rank: Int, _ input: Shape) throws(ElmanError) {
    if input.rank < rank {
      throw incompatible("expected min_ndim=\(rank), found ndim=\(input.rank). Full shape received: \(input)")
    }
  }

  /// The channels of an input, which must be known and be those the layer was built for.
  func requireChannels(_ format: DataFormat, _ input: Shape) throws(ElmanError) -> Int {
    if !format.isChannelsFirst { return try requireFeatures(input) }
    let axis = format.channelAxis
    guard let channels = input[axis], channels > 0 else {
      throw ElmanError(
        .invalidArgument,
        "The channel dimension of the inputs to layer \"\(name)\" (\(type(of: self).className)) should be defined. "
          + "Found `None`. "
          + "Full input shape received: \(input)")
    }
    if let built = builtInputShape, let expected = built[axis], expected != channels {
      throw incompatible(
        "expected axis \(axis) of input shape to have value \(expected), but received input with shape \(input)")
    }
    return channels
  }

  /// The size of the last axis, which must be known and be the one the layer was built for.
  func requireFeatures(_ input: Shape) throws(ElmanError) -> Int {
    guard let features = input.last, features > 0 else {
      throw ElmanError(
        .invalidArgument,
        "The last dimension of the inputs to layer \"\(name)\" (\(type(of: self).className)) should be defined. Found "
          + "`None`. Full input shape received: \(input)"
      )
    }
    if let built = builtInputShape, let expected = built.last, expected != features {
      var shape = Shape([Int?](repeating: nil, count: built.rank))
      shape[built.rank - 1] = expected
      throw incompatible("expected shape=\(shape), found shape=\(input)")
    }
    return features
  }
}
