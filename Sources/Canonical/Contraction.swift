extension Lowering {
  /// Leads past choices of one: they are left over from forward references.
  mutating func contract() {
    var ends = [Int?](repeating: nil, count: canonical.locations.count)
    func end(of start: Int, in locations: [CanonicalNetwork.Location]) -> Int {
      var path: [Int] = []
      var location = start
      while ends[location] == nil, case .choose(let options) = locations[location],
        options.count == 1, !path.contains(location)
      {
        path.append(location)
        location = options[0]
      }
      let result = ends[location] ?? location
      for passed in path { ends[passed] = result }
      ends[result] = result
      return result
    }
    let locations = canonical.locations
    let lead = { (location: Int) in end(of: location, in: locations) }
    for index in locations.indices {
      switch locations[index] {
      case .choose(let options): canonical.locations[index] = .choose(options.map(lead))
      case .spread(let main, let copies):
        canonical.locations[index] = .spread(main: lead(main), copies: copies.map(lead))
      case .match(let table, let targets):
        canonical.locations[index] = .match(table: table, targets: targets.map(lead))
      case .rewrite(let writes, let next):
        canonical.locations[index] = .rewrite(writes, next: lead(next))
      case .recall(let device, let fresh, let remembered):
        canonical.locations[index] = .recall(
          device: device, fresh: lead(fresh), remembered: lead(remembered))
      case .remember(let device, let next):
        canonical.locations[index] = .remember(device: device, next: lead(next))
      case .watch(let device, let next):
        canonical.locations[index] = .watch(device: device, next: lead(next))
      case .leave(let next): canonical.locations[index] = .leave(next: lead(next))
      case .deliver, .drop: break
      }
    }
    canonical.sent = canonical.sent.map(lead)
    canonical.put = canonical.put.map(lead)
    canonical.output = canonical.output.map(lead)
    canonical.arrival = canonical.arrival.map { $0.map(lead) }
  }
}
