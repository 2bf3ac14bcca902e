import Documents
import Glibc
import RawLibXML2

// document-read FILE...: reads each XML or JSON file into a tree that knows its places, three times,
// and prints the median beside the raw reading of the same bytes by libxml2 (its reader, and its
// parser with a tree).

/// The whole content of a file.
func bytes(of path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else { return [] }
  defer { fclose(file) }
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return result }
    result += buffer[0..<count]
  }
}

/// The median processor time of three runs, in milliseconds.
func median(_ run: () -> Void) -> Double {
  var times: [Double] = []
  for _ in 0..<3 {
    let start = clock()
    run()
    times.append(Double(clock() - start) * 1000 / Double(CLOCKS_PER_SEC))
  }
  return times.sorted()[1]
}

/// Walks a document with libxml2's reader; the answer is how many nodes it has.
func rawReading(_ bytes: [UInt8]) -> Int {
  bytes.withUnsafeBytes { buffer in
    let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
    guard let reader = xmlReaderForMemory(start, Int32(buffer.count), nil, nil, 0) else { return 0 }
    defer { xmlFreeTextReader(reader) }
    var count = 0
    while xmlTextReaderRead(reader) == 1 { count += 1 }
    return count
  }
}

/// Parses a document into libxml2's own tree.
func rawTree(_ bytes: [UInt8]) -> Bool {
  bytes.withUnsafeBytes { buffer in
    let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
    guard let tree = xmlReadMemory(start, Int32(buffer.count), nil, nil, 0) else { return false }
    xmlFreeDoc(tree)
    return true
  }
}

for path in CommandLine.arguments.dropFirst() {
  let content = bytes(of: path)
  let size = Double(content.count) / 1_000_000
  if path.hasSuffix(".json") {
    let time = median { _ = try? JSONDocument.parse(content, file: path) }
    print("\(path): \(size) MB, tree with places \(time) ms")
    continue
  }
  let tree = median { _ = try? XMLDocument.parse(content, file: path) }
  var nodes = 0
  let reader = median { nodes = rawReading(content) }
  let dom = median { _ = rawTree(content) }
  print(
    "\(path): \(size) MB, \(nodes) nodes, tree with places \(tree) ms, "
      + "libxml2 reader \(reader) ms, libxml2 tree \(dom) ms")
}
