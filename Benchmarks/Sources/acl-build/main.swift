import Glibc
import HeaderSpaces
import Packets

func cpuMilliseconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}

func readRules(_ path: String) -> [(boxes: [HeaderBox], isPermitting: Bool)] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var rules: [(boxes: [HeaderBox], isPermitting: Bool)] = []
  var buffer = [CChar](repeating: 0, count: 256)
  while fgets(&buffer, 256, file) != nil {
    let line = String(cString: buffer)
    let n = line.split(whereSeparator: { $0 == " " || $0 == "\n" }).compactMap { Int($0) }
    guard n.count == 10 else { continue }
    var box = HeaderBox()
    if n[1] >= 0 { box.constrain(.protocol, to: Ranges(UInt128(n[1]))) }
    if let p = Prefix(IPAddress(ipv4: UInt32(n[2])), length: n[3]) {
      box.constrain(.sourceIPv4, to: Ranges(p.range))
    }
    if let p = Prefix(IPAddress(ipv4: UInt32(n[4])), length: n[5]) {
      box.constrain(.destinationIPv4, to: Ranges(p.range))
    }
    box.constrain(.sourcePort, to: Ranges(UInt128(n[6])...UInt128(n[7])))
    box.constrain(.destinationPort, to: Ranges(UInt128(n[8])...UInt128(n[9])))
    rules.append(([box], n[0] == 1))
  }
  return rules
}

let paths = CommandLine.arguments.dropFirst()
var store = HeaderSpaceStore(limit: 1 << 30)
var spaces: [HeaderSpace] = []
for path in paths {
  let t0 = cpuMilliseconds()
  let rules = readRules(path)
  let t1 = cpuMilliseconds()
  let space = try store.permitted(by: rules)
  let t2 = cpuMilliseconds()
  spaces.append(space)
  let packets = store.count(
    space, over: [.sourceIPv4, .destinationIPv4, .sourcePort, .destinationPort, .protocol])
  print(
    path, "rules", rules.count, "read", t1 - t0, "build", t2 - t1, "nodes",
    store.nodeCount(of: space), "store", store.nodeCount, store.edgeCount, "packets", packets)
}
for other in spaces.dropFirst() {
  let t0 = cpuMilliseconds()
  let holds = try store.isSubset(spaces[0], of: other)
  let t1 = cpuMilliseconds()
  let d = try store.subtracting(other, from: spaces[0])
  let t2 = cpuMilliseconds()
  print("implies", holds, t1 - t0, "difference", t2 - t1, store.nodeCount(of: d))
}
