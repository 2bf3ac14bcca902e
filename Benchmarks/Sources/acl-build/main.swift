import AccessLists
import Glibc
import HeaderSpaces
import Packets

// Usage: acl-build FILE.num …         builds each list's exact permit set, and tells what the first
//                                     list implies
//        acl-build --generate RULES   writes a synthetic list to standard output
//        acl-build --zones RULES      asks for every pair of 100 zones whether a packet passes
//
// Times are process CPU time in milliseconds.

func cpuMilliseconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}

/// A number with one digit after the point.
func short(_ value: Double) -> String {
  let tenths = Int((value * 10).rounded())
  return "\(tenths / 10).\(tenths % 10)"
}

func readRules(_ path: String) -> [AccessRule] {
  guard let file = fopen(path, "r") else {
    print("cannot read \(path)")
    exit(1)
  }
  defer { fclose(file) }
  var text: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&chunk, 1, chunk.count, file)
    if count == 0 { break }
    text += chunk[..<count]
  }
  return text.split(separator: UInt8(ascii: "\n")).compactMap {
    AccessRule(String(decoding: $0, as: UTF8.self))
  }
}

func build(_ paths: [String]) throws {
  var store = HeaderSpaceStore(limit: 1 << 30)
  var built: [HeaderSpace] = []
  for path in paths {
    let rules = readRules(path).matches
    let before = cpuMilliseconds()
    let space = try store.permitted(by: rules)
    let time = cpuMilliseconds() - before
    built.append(space)
    let packets = store.count(space, over: AccessRule.fields)
    print(
      "\(path): \(rules.count) rules, build \(short(time)) ms, "
        + "\(store.nodeCount(of: space)) nodes, \(store.edgeCount) edges in store, "
        + "packets \(packets)")
  }
  for (space, path) in zip(built, paths).dropFirst() {
    let before = cpuMilliseconds()
    let isImplied = try store.isSubset(built[0], of: space)
    print(
      "\(paths[0]) => \(path): \(isImplied), \(short((cpuMilliseconds() - before) * 1000)) µs")
  }
}

func askZones(_ rules: Int) throws {
  let lists = SyntheticLists(rules: rules)
  let regions = [HeaderField.sourceIPv4, .destinationIPv4].flatMap { field in
    lists.zones.map { zone in
      zone.map { HeaderBox().constrained(field, to: prefixValues($0.address, $0.length)) }
    }
  }
  let matches = lists.base.matches
  let start = cpuMilliseconds()
  var list = try BoxSubtraction(rules: matches, regions: regions)
  let ready = cpuMilliseconds()
  var open = 0
  for source in lists.zones.indices {
    for destination in lists.zones.indices
    where try list.firstPermitted(from: source, to: lists.zones.count + destination) != nil {
      open += 1
    }
  }
  let end = cpuMilliseconds()
  print(
    "\(rules) rules, box subtraction: ready \(short(ready - start)) ms, all pairs "
      + "\(short(end - ready)) ms, \(open) open")
  var store = HeaderSpaceStore(limit: 1 << 30)
  let permitted = try store.permitted(by: matches)
  let built = cpuMilliseconds()
  let zones = lists.zones.count
  var sources: [HeaderSpace] = []
  for region in regions[..<zones] {
    let zone = try store.space(of: region)
    sources.append(try store.intersection(permitted, zone))
  }
  var destinations: [HeaderSpace] = []
  for region in regions[zones...] { destinations.append(try store.space(of: region)) }
  open = 0
  for source in sources {
    for destination in destinations where try !store.isDisjoint(source, destination) { open += 1 }
  }
  print(
    "\(rules) rules, diagrams: build \(short(built - end)) ms, all pairs "
      + "\(short(cpuMilliseconds() - built)) ms, \(open) open")
}

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.count == 2, arguments[0] == "--generate", let count = Int(arguments[1]) {
  for rule in SyntheticLists(rules: count).base { print(rule.line) }
} else if arguments.count == 2, arguments[0] == "--zones", let count = Int(arguments[1]) {
  try askZones(count)
} else if arguments.isEmpty {
  print("usage: acl-build FILE.num … | --generate RULES | --zones RULES")
} else {
  try build(arguments)
}
