/// What a file is, told by its first bytes: names of model files lie.
enum FileKind {
  case hdf5
  case zip
  case json
  /// What elman does not read, as messages name it.
  case foreign(String)

  init(_ bytes: Bytes) {
    if let known = FileKind.signatures.first(where: { bytes.begins(with: $0.bytes, at: $0.offset) }) {
      self = known.kind
    } else if bytes.count == 0 {
      self = .foreign("an empty file")
    } else if bytes.firstText == UInt8(ascii: "{") || bytes.firstText == UInt8(ascii: "[") {
      self = .json
    } else if bytes.begins(with: Array("{\"".utf8), at: 8) || bytes.begins(with: Array("{ ".utf8), at: 8) {
      self = .foreign("a safetensors file")
    } else {
      self = .foreign("of a format that elman does not know")
    }
  }

  private static let signatures: [(bytes: [UInt8], offset: Int, kind: FileKind)] = [
    ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], 0, .hdf5),
    ([0x50, 0x4B, 3, 4], 0, .zip),
    (
      Array("version https://git-lfs".utf8), 0,
      .foreign("a git-lfs pointer, and not the file that it stands for: run `git lfs pull`")
    ),
    ([0x1F, 0x8B], 0, .foreign("a gzip file: unpack it first")),
    (Array("BZh".utf8), 0, .foreign("a bzip2 file: unpack it first")),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], 0, .foreign("an xz file: unpack it first")),
    ([0x28, 0xB5, 0x2F, 0xFD], 0, .foreign("a zstd file: unpack it first")),
    ([0x37, 0x7A, 0xBC, 0xAF], 0, .foreign("a 7z archive: unpack it first")),
    (Array("ustar".utf8), 257, .foreign("a tar archive: unpack it first")),
    ([0x80, 2], 0, .foreign(pickle)), ([0x80, 3], 0, .foreign(pickle)), ([0x80, 4], 0, .foreign(pickle)),
    ([0x80, 5], 0, .foreign(pickle)),
    ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], 0, .foreign("a NumPy array")),
    (Array("TFL3".utf8), 4, .foreign("a TensorFlow Lite model")),
    ([8, 1, 0x12], 0, .foreign("a SavedModel of TensorFlow: save the model as .keras or .h5")),
    ([8], 0, .foreign("an ONNX or TensorFlow graph: save the model as .keras or .h5")),
    (Array("GGUF".utf8), 0, .foreign("a GGUF file")),
    (Array("<!DOCTYPE".utf8), 0, .foreign(webPage)), (Array("<!doctype".utf8), 0, .foreign(webPage)),
    (Array("<html".utf8), 0, .foreign(webPage)),
  ]

  private static let pickle = "a pickle of Python, which can run any code: save the model as .keras or .h5"
  private static let webPage = "a web page: the download gave something else than the file"

  /// An error that says what the file is.
  static func refused(_ what: String) -> ElmanError {
    ElmanError(
      .unsupported,
      "The file is \(what). elman reads .keras and .h5 files of Keras: zip archives with a config.json, and HDF5.")
  }
}

extension Bytes {
  fileprivate func begins(with signature: [UInt8], at offset: Int) -> Bool {
    slice(offset, signature.count)?.array == signature
  }

  /// The first byte that is no white space.
  fileprivate var firstText: UInt8? {
    slice(0, Swift.min(count, 64))?.array.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }
}
