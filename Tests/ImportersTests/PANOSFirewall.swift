import Glibc
import Importers
import Networks
import Packets
import Places
import Simulation
import Testing

/// The importer under test.
let panos = Importer.all.first { $0.name == "panos" } ?? Importer.all[0]

/// The root of the package.
private let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// The folder of public test files that may lie beside the package, or nil where it is absent.
func corpusFolder(_ name: String) -> String? {
  let path = "\(root)/../shared/corpus/\(name)"
  guard let folder = unsafe opendir(path) else { return nil }
  unsafe closedir(folder)
  return path
}

/// The paths of the files in a folder and the folders in it, sorted.
func files(under path: String) -> [String] {
  guard let folder = unsafe opendir(path) else { return [path] }
  defer { unsafe closedir(folder) }
  var names: [String] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted().flatMap { files(under: "\(path)/\($0)") }
}

/// The bytes of a file; none where it cannot be read.
func bytes(at path: String) -> [UInt8] {
  guard let file = unsafe fopen(path, "rb") else { return [] }
  defer { unsafe fclose(file) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe fread(&piece, 1, piece.count, file)
    if count == 0 { return bytes }
    bytes += piece[..<count]
  }
}

/// The path of one of the fixtures.
func fixturePath(_ format: String, _ name: String, _ file: String) -> String {
  "\(root)/Tests/ImportersTests/Fixtures/\(format)/\(name)/\(file)"
}
