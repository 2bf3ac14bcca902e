import AccessLists
import Benchmark
import HeaderSpaces
import Packets

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.cpuUser, .wallClock, .peakMemoryResident],
    maxDuration: .seconds(10), maxIterations: 20)
  let lists = SyntheticLists(rules: 10_000)
  let base = lists.base.matches
  let wider = lists.wider.matches
  let other = lists.other.matches
  let small = SyntheticLists(rules: 1_000).base.matches
  let another = SyntheticLists(rules: 1_000, seed: 2).base.matches

  Benchmark("permit set of 10,000 rules") { benchmark in
    var store = HeaderSpaceStore()
    blackHole(try store.permitted(by: base))
  }

  Benchmark("A implies B, 10,000 rules each, cold") { benchmark in
    var store = HeaderSpaceStore()
    let a = try store.permitted(by: base)
    let b = try store.permitted(by: wider)
    blackHole(try store.isSubset(a, of: b))
  }

  Benchmark("A implies B, 10,000 rules each, once built") { benchmark in
    var store = HeaderSpaceStore()
    let a = try store.permitted(by: base)
    let b = try store.permitted(by: wider)
    let c = try store.permitted(by: other)
    benchmark.startMeasurement()
    blackHole(try store.isSubset(a, of: b))
    blackHole(try store.isSubset(a, of: c))
  }

  Benchmark("union and intersection of 1,000-rule sets") { benchmark in
    var store = HeaderSpaceStore()
    let a = try store.permitted(by: small)
    let b = try store.permitted(by: another)
    benchmark.startMeasurement()
    blackHole(try store.union(a, b))
    blackHole(try store.intersection(a, b))
  }

  Benchmark("exchange of the ports of a 10,000-rule set") { benchmark in
    var store = HeaderSpaceStore()
    let a = try store.permitted(by: base)
    benchmark.startMeasurement()
    blackHole(try store.swap(.sourcePort, .destinationPort, in: a))
  }

  Benchmark("100 boxes of the valid packets of a 10,000-rule set") { benchmark in
    var store = HeaderSpaceStore()
    let valid = try store.valid()
    let a = try store.intersection(store.permitted(by: base), valid)
    benchmark.startMeasurement()
    blackHole(try store.boxes(of: a, within: valid, limit: 100))
  }

  Benchmark("100 x 100 zones through 10,000 rules by box subtraction") { benchmark in
    let regions = [HeaderField.sourceIPv4, .destinationIPv4].flatMap { field in
      lists.zones.map { zone in
        zone.map { HeaderBox().constrained(field, to: prefixValues($0.address, $0.length)) }
      }
    }
    var list = try BoxSubtraction(rules: base, regions: regions)
    benchmark.startMeasurement()
    for source in 0..<100 {
      for destination in 100..<200 {
        blackHole(try list.firstPermitted(from: source, to: destination))
      }
    }
  }
}
