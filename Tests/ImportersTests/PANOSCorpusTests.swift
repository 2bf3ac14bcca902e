import Importers
import Networks
import Places
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Reads a file, or nothing where it is not there.
func bytes(ofFile path: String) -> [UInt8]? {
  guard let file = unsafe fopen(path, "rb") else { return nil }
  defer { unsafe fclose(file) }
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe fread(&buffer, 1, buffer.count, file)
    if count == 0 { return result }
    result += buffer[..<count]
  }
}

