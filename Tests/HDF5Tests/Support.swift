import Base
import HDF5
import Zip

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct MissingFile: Error { let path: String }

/// A file of Tests/data/hdf5, which make.py there makes.
func data(_ name: String) throws -> [UInt8] {
  let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
  let path = "/\(folder)/data/hdf5/\(name)"
  guard let file = fopen(path, "rb") else { throw MissingFile(path: path) }
  defer { fclose(file) }
  fseek(file, 0, SEEK_END)
  var bytes = [UInt8](repeating: 0, count: ftell(file))
  rewind(file)
  guard fread(&bytes, 1, bytes.count, file) == bytes.count else { throw MissingFile(path: path) }
  return bytes
}

func file(_ name: String, limits: Limits = Limits()) throws -> File { try File(Bytes(data(name)), limits: limits) }

/// Element i of the datasets that make.py makes.
func numbers(_ count: Int) -> [Float] { (0..<count).map { Float($0) / 4 - 3 } }

/// The code of the error of `body`; nil where there is none.
func code(_ body: () throws -> Void) -> ElmanError.Code? {
  do { try body() } catch let error as ElmanError { return error.code } catch { return .internal }
  return nil
}

/// SplitMix64.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// Asks a file for everything that it has, whatever errors come: the number of values that could be read.
struct Reading {
  private(set) var values = 0
  private var seen: Set<Int> = []

  static func everything(_ bytes: [UInt8], limits: Limits = Limits()) -> Int {
    var reading = Reading()
    guard let memory = try? Bytes(bytes), let file = try? File(memory, limits: limits) else { return 0 }
    reading.read(file.root)
    return reading.values
  }

  private mutating func read(_ group: Group) {
    guard seen.insert(group.id).inserted, seen.count < 100 else { return }
    read((try? group.attributes) ?? [])
    for name in (try? group.names) ?? [] {
      switch try? group.object(name) {
      case .group(let child): read(child)
      case .dataset(let dataset):
        values += (try? dataset.strings().count) ?? (try? dataset.floats().count) ?? 0
        read((try? dataset.attributes) ?? [])
      case .datatype, nil: break
      }
    }
  }

  private mutating func read(_ attributes: [Attribute]) {
    for attribute in attributes {
      values += (try? attribute.strings().count) ?? (try? attribute.floats().count) ?? 0
    }
  }
}
