import Glibc

/// What this library asks of the file system: the one place that touches it.
///
/// It speaks C, so its calls are marked `unsafe`; every pointer lives within one call.
enum FileSystem {
  /// What is at a path.
  enum Kind {
    case file
    case directory
    case other
  }

  /// Why a file cannot be read, one sentence without a final full stop.
  struct Failure: Error {
    var message: String
  }

  /// What is at a path, symbolic links followed; `nil` where there is nothing.
  static func kind(of path: String) -> Kind? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return kind(of: status)
  }

  /// The path without links, `.` and `..`; `nil` where there is nothing.
  static func realPath(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// The content of a regular file of at most this many bytes.
  static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure(message: reason()) }
    defer { _ = close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw Failure(message: reason()) }
    guard kind(of: status) == .file else { throw Failure(message: "it is no regular file") }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw Failure(message: "it has \(size) bytes, more than the \(limit) allowed")
    }
    return try read(descriptor, expecting: size, limit: limit)
  }

  private static func read(
    _ descriptor: Int32, expecting size: Int, limit: Int
  ) throws(Failure) -> [UInt8] {
    // One byte more than the size shows whether the file is growing while it is read.
    var bytes = [UInt8](repeating: 0, count: size + 1)
    var count = 0
    while true {
      if count == bytes.count {
        guard count <= limit else { throw Failure(message: "it grows while it is read") }
        bytes.append(contentsOf: [UInt8](repeating: 0, count: 65_536))
      }
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      }
      if got < 0 {
        if errno == EINTR { continue }
        throw Failure(message: reason())
      }
      if got == 0 { break }
      count += got
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func kind(of status: stat) -> Kind {
    switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .directory
    default: .other
    }
  }

  private static func reason() -> String {
    switch errno {
    case ENOENT: "there is no such file"
    case EACCES: "it may not be read"
    case ENOTDIR: "a part of its path is no directory"
    case ELOOP: "its links go in circles"
    default: unsafe String(cString: strerror(errno)).lowercased()
    }
  }
}

/// Paths as text.
enum Path {
  /// The path of a file relative to a directory; an absolute one stays as it is.
  static func join(_ directory: String, _ path: String) -> String {
    if path.hasPrefix("/") || directory.isEmpty { return path }
    return directory.hasSuffix("/") ? directory + path : directory + "/" + path
  }

  /// The directory of a path, without the slash at its end; empty for a bare name.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Whether a real path is a real directory's or inside it.
  static func isInside(_ path: String, _ directory: String) -> Bool {
    path == directory || directory == "/" || path.hasPrefix(directory + "/")
  }
}
