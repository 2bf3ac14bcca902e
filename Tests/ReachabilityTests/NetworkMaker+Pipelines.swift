import Randomness
import Networks
import Packets

/// The order in which devices evaluate.
extension NetworkMaker {
  /// Gives a device its routes, lists, translations, pipeline and sessions.
  mutating func furnish(_ index: Int) {
    var device = network.devices[index]
    for vrf in device.vrfs.indices {
      device.vrfs[vrf].routes = routes(device, vrf: vrf)
      if liking.hasUnknowns, random.chance(4) { device.vrfs[vrf].unknownRoutes = globalCondition() }
    }
    let translates = liking.hasTranslations && random.chance(45)
    if translates {
      for number in 0..<random.few(1, 3) {
        device.translations.append(translation(device, number: number))
      }
    }
    let count = 2 + random.below(4)
    for number in 0..<count {
      let role: ListRole = translates && number >= count - 2 ? .translation : .filter
      device.acls.append(list(device, number: number, of: count, role: role))
    }
    if liking.alwaysHasSessions || liking.hasSessions && random.chance(translates ? 75 : 35) {
      device.sessions = sessions(device)
    }
    device.pipeline = pipeline(device, translates: translates)
    while random.chance(8) { disturb(&device) }
    network.devices[index] = device
  }

  private mutating func globalCondition() -> Int? {
    let found = network.conditions.conditions.indices.filter {
      network.conditions[$0].scope == .global
    }
    return found.isEmpty ? nil : random.pick(found)
  }

  private mutating func sessions(_ device: Device) -> SessionBehaviour {
    let opening = Match.some([
      .not(.field(.protocol, Ranges(6))), .field(.tcpFlags, TCPFlags.initial),
    ])
    return SessionBehaviour(
      opens: random.pick([.any, .any, opening, match(device, depth: 1, inside: false)]),
      untracked: random.chance(85) ? .never : match(device, depth: 1, inside: false),
      bypassesFilters: random.chance(50), acceptsRelated: random.chance(75))
  }

  private mutating func pipeline(_ device: Device, translates: Bool) -> Pipeline {
    let last = device.acls.count - 1
    let some = { (random: inout SplitMix) in
      Stage.filter(random.below(last + 1), role: random.chance(70) ? .forwardFilter : .plain)
    }
    let tracks = device.sessions != nil
    let recall = tracks ? [Stage.recall] : []
    let remember = tracks ? [Stage.remember] : []
    let chooseDestination: Stage =
      tracks ? .natFilter(last, end: .destination) : .filter(last, role: .plain)
    let chooseSource: Stage =
      tracks ? .natFilter(last - 1, end: .source) : .filter(last - 1, role: .plain)
    let destination = translates ? [chooseDestination, .translateDestination] : []
    let source = translates ? [chooseSource, .translateSource] : []
    var pipeline = Pipeline()
    switch random.below(10) {
    case 0...2:  // A router.
      pipeline.arrival =
        [interfaceFilter(device, true)] + recall + destination + [
          .route(.destination)
        ]
      pipeline.departure = source + [interfaceFilter(device, false)] + remember
      pipeline.output = recall + [.route(.destination)] + remember
    case 3...5:  // A packet filter of Linux.
      pipeline.arrival = [.filter(0, role: .plain)] + recall + destination + [.route(.destination)]
      pipeline.departure = [some(&random)] + source + remember
      pipeline.input = [some(&random)] + remember
      pipeline.output =
        recall + [.route(.destination)] + destination + [.route(.destination), some(&random)]
        + source + remember
    case 6, 7:  // Rules see addresses before translation and the zone after it.
      pipeline.arrival = [.reassemble] + recall
      if translates { pipeline.arrival.append(chooseDestination) }
      pipeline.arrival.append(.route(.translatedDestination))
      pipeline.departure = [some(&random)]
      if translates {
        pipeline.departure += [chooseSource, .translateDestination, .translateSource]
      }
      pipeline.departure += remember
      pipeline.input = [some(&random)] + (translates ? [.translateDestination] : []) + remember
      pipeline.output = recall + [.route(.destination)] + remember
    case 8:  // A bridge, or a diode.
      pipeline.arrival = recall + [.bridge(ways(device))]
      pipeline.departure = [some(&random)] + remember
    default:
      pipeline.arrival = [some(&random), .route(.destination)] + recall
      pipeline.departure = [some(&random), .fragment] + remember
      pipeline.input = [some(&random)]
      pipeline.output = [.route(.destination), some(&random)]
    }
    return pipeline
  }

  private mutating func ways(_ device: Device) -> [Int?] {
    var ways = [Int?](repeating: nil, count: device.interfaces.count)
    ways[0] = 1
    if random.chance(60) { ways[1] = 0 }
    return ways
  }

  private mutating func interfaceFilter(_ device: Device, _ isIngress: Bool) -> Stage {
    let lists = device.interfaces.map { _ in
      random.chance(45) ? random.below(device.acls.count) : nil
    }
    return isIngress ? .ingressFilter(lists) : .egressFilter(lists)
  }

  /// Adds a stage where no vendor would.
  private mutating func disturb(_ device: inout Device) {
    let list = random.below(device.acls.count)
    var stages: [Stage] = [
      .filter(list, role: .plain), .filter(list, role: .forwardFilter), .route(.destination),
      .route(.translatedDestination), .translateSource, .translateDestination, .fragment,
      .reassemble, interfaceFilter(device, true), interfaceFilter(device, false),
      .natFilter(list, end: random.chance(50) ? .source : .destination),
    ]
    if random.chance(20) { stages = [.bridge(ways(device))] }
    let stage = random.pick(stages)
    switch random.below(4) {
    case 0: insert(stage, &device.pipeline.arrival)
    case 1: insert(stage, &device.pipeline.departure)
    case 2: insert(stage, &device.pipeline.input)
    default: insert(stage, &device.pipeline.output)
    }
  }

  private mutating func insert(_ stage: Stage, _ stages: inout [Stage]) {
    stages.insert(stage, at: random.below(stages.count + 1))
  }
}
