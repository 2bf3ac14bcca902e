import Documents
import Places

/// One file that a project read.
public struct InputFile: Hashable, Sendable {
  /// The path as the user would name it.
  public var path: String
  /// How many bytes it has.
  public var size: Int
  /// The digest of its content.
  public var digest: SHA256Digest

  /// Creates a record of a file.
  public init(path: String, size: Int, digest: SHA256Digest) {
    self.path = path
    self.size = size
    self.digest = digest
  }
}

/// Reads files, within the directories and bounds that a project allows, and keeps account of them.
struct Loader {
  let limits: Limits
  /// The real paths of the directories that files may be in.
  private(set) var roots: [String]
  /// The files in the order in which they were first read.
  private(set) var files: [InputFile] = []
  private var contents: [String: [UInt8]] = [:]
  private var total = 0

  init(limits: Limits, roots: [String]) {
    self.limits = limits
    self.roots = roots
  }

  /// Allows another directory.
  mutating func allow(_ root: String) {
    if !roots.contains(root) { roots.append(root) }
  }

  /// Reads a file that the user named, or that another file names at a place.
  ///
  /// - Throws: An error at the place, where the file is not there, is outside the directories that
  ///   are allowed, or passes a bound.
  mutating func read(_ path: String, at place: Place?) throws(InputError) -> [UInt8] {
    let real = try realPath(path, at: place)
    if let known = contents[real] { return known }
    let site = place ?? Place(file: path)
    guard files.count < limits.files else {
      throw InputError(at: site, "the project has more than \(limits.files) files")
    }
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(real, limit: limits.document.bytes)
    } catch {
      throw InputError(at: site, "'\(path)' cannot be read: \(error.message)")
    }
    total += bytes.count
    guard total <= limits.bytes else {
      throw InputError(at: site, "all files together have more than \(limits.bytes) bytes")
    }
    contents[real] = bytes
    files.append(InputFile(path: path, size: bytes.count, digest: SHA256Digest(of: bytes)))
    return bytes
  }

  /// The real path of a file, which is within the directories that are allowed.
  func realPath(_ path: String, at place: Place?) throws(InputError) -> String {
    let site = place ?? Place(file: path)
    guard let real = FileSystem.realPath(path) else {
      throw InputError(at: site, "'\(path)' is not there")
    }
    guard place == nil || roots.contains(where: { Path.isInside(real, $0) }) else {
      throw InputError(
        at: site, "'\(path)' is outside the directory of the network",
        hint: "move it there, or allow its directory")
    }
    return real
  }
}
