import Zip

/// A format that models are written in.
public enum SaveFormat: String, Sendable {
  /// A zip archive: Keras 3 and, of models of its form, tf_keras.
  case keras
  /// HDF5, which all Kerases read.
  case h5
}

extension Model {
  /// Writes the model, whole or not at all. Without a format, the name's suffix says it.
  public final func save(_ path: String, as format: SaveFormat? = nil) throws(ElmanError) {
    let format = if let format { format } else { try Model.format(of: path) }
    if let foreign = layers.first(where: \.runsCallersCode) {
      throw ElmanError(
        .unsupported,
        "Layer '\(foreign.name)' (\(foreign.kerasClassName)) holds a function of the program, which no file can: "
          + "save the weights instead.")
    }
    let form = SavedForm(self)
    switch format {
    case .h5: try AtomicFile.write(LegacyWriter.write(self, form), to: path)
    case .keras:
      var archive = ArchiveWriter()
      try archive.add("metadata.json", Bytes(Array(form.metadata.text.utf8)))
      try archive.add("config.json", Bytes(Array(form.archiveConfig.text.utf8)))
      try archive.add("model.weights.h5", PathWriter.write(self, form))
      try AtomicFile.write(archive.finish(), to: path)
    }
  }

  /// Writes the weights alone: to `.weights.h5` in Keras 3's form, to another `.h5` in that of Keras 2.
  public final func saveWeights(_ path: String) throws(ElmanError) {
    guard isBuilt else { throw notBuilt() }
    let form = SavedForm(self)
    let isOfKeras3 = path.hasSuffix(".weights.h5")
    guard isOfKeras3 || Model.isHDF5(path) else {
      throw ElmanError(
        .invalidArgument,
        "The filename must end in `.weights.h5`, or in `.h5` for the form of Keras 2. Received: filepath=\(path)")
    }
    try AtomicFile.write(
      isOfKeras3 ? PathWriter.write(self, form) : LegacyWriter.writeWeights(self, form), to: path)
  }

  private static func isHDF5(_ path: String) -> Bool { path.hasSuffix(".h5") || path.hasSuffix(".hdf5") }

  private static func format(of path: String) throws(ElmanError) -> SaveFormat {
    if path.hasSuffix(".keras") { return .keras }
    if isHDF5(path) { return .h5 }
    throw ElmanError(
      .invalidArgument,
      "Invalid filepath extension for saving. Please add either a `.keras` extension for the native Keras format "
        + "(recommended) "
        + "or a `.h5` extension. Received: filepath=\(path).")
  }
}
