import Glibc

/// The files that the tests of the importer read.
enum NftablesFiles {
  private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// The folder with a fixture for each behaviour.
  static let fixtures = ["\(root)/Tests/ImportersTests/Fixtures", "Nftables"].joined(separator: "/")

  /// The same of `iptables`.
  static let iptablesFixtures =
    ["\(root)/Tests/ImportersTests/Fixtures", "Iptables"].joined(separator: "/")

  /// The folder of public files that may lie beside the package, or nil where it is absent.
  static func shared(_ name: String) -> String? {
    let path = "\(root)/../shared/corpus/\(name)"
    return names(in: path) == nil ? nil : path
  }

  /// The folder of public listings that may lie beside the package, or nil where it is absent.
  static let corpus: String? = {
    let path = "\(root)/../shared/corpus/nft-json"
    return names(in: path) == nil ? nil : path
  }()

  /// The names in a folder, sorted; nil where it is none.
  static func names(in path: String) -> [String]? {
    guard let folder = unsafe opendir(path) else { return nil }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The paths of the files in a folder and in the folders there, sorted.
  static func files(under path: String) -> [String] {
    guard let names = names(in: path) else { return [path] }
    return names.flatMap { files(under: "\(path)/\($0)") }
  }

  /// The bytes of a file; none where it cannot be read.
  static func bytes(of path: String) -> [UInt8] {
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

  /// The lines of a text file.
  static func lines(of path: String) -> [String] {
    String(decoding: bytes(of: path), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
