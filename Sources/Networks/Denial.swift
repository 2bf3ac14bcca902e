import Packets

/// One decision of a filter by which a device loses packets.
///
/// An action that is not modelled is none: it may let packets pass, so nothing rests on it.
public struct Denial: Hashable, Sendable, Comparable {
  /// What decides.
  public enum Cause: Hashable, Sendable, Comparable {
    /// A rule that denies or rejects: a list, an index into `Device.acls`, and a rule in it.
    case rule(list: Int, rule: Int)
    /// The end of a list that a stage runs, where that denies.
    case end(list: Int)
    /// The check of sources at an interface, an index into `Device.interfaces`.
    case reversePath(interface: Int)
  }

  /// The device, an index into `Network.devices`.
  public var device: Int
  /// What decides there.
  public var cause: Cause

  /// Creates a denial.
  public init(device: Int, _ cause: Cause) {
    self.device = device
    self.cause = cause
  }

  /// Orders denials by device; there by list and rule, ends of lists and checks of sources last.
  public static func < (a: Self, b: Self) -> Bool {
    (a.device, a.cause) < (b.device, b.cause)
  }
}

extension Device {
  /// Whether it is a party of its own, with filters that somebody set up, rather than what stands for
  /// a line or for what may be there.
  public var standsForItself: Bool { sendsOwnPackets }

  /// The lists that stages run, ascending.
  public var runLists: [Int] {
    var found: Set<Int> = []
    let lines = [pipeline.arrival, pipeline.departure, pipeline.input, pipeline.output]
    for stage in lines.joined() {
      switch stage {
      case .filter(let list, _), .natFilter(let list, _): found.insert(list)
      case .ingressFilter(let lists), .egressFilter(let lists):
        found.formUnion(lists.compactMap(\.self))
      case .recall, .route, .translateDestination, .translateSource, .remember, .reassemble,
        .fragment, .bridge:
        break
      }
    }
    return found.sorted()
  }

  /// The lists that stages run and those that they lead to, ascending.
  public var reachableLists: [Int] {
    var found = Set(runLists)
    var waiting = Array(found)
    while let list = waiting.popLast() {
      for rule in acls[list].rules {
        switch rule.action {
        case .jump(let next), .goto(let next):
          if found.insert(next).inserted { waiting.append(next) }
        case .permit, .deny, .reject, .return, .next, .opaque: break
        }
      }
    }
    return found.sorted()
  }

  /// The decisions of its filters that lose packets.
  fileprivate var causes: [Denial.Cause] {
    var result: [Denial.Cause] = []
    for list in reachableLists {
      for (number, rule) in acls[list].rules.enumerated()
      where rule.action == .deny || rule.action == .reject {
        result.append(.rule(list: list, rule: number))
      }
    }
    for list in runLists where acls[list].end == .deny { result.append(.end(list: list)) }
    for (number, interface) in interfaces.enumerated()
    where interface.reversePath != .none && interface.isUp {
      result.append(.reversePath(interface: number))
    }
    return result
  }

  fileprivate mutating func pass(_ cause: Denial.Cause) {
    switch cause {
    case .rule(let list, let rule): acls[list].rules[rule].action = .permit
    case .end(let list): acls[list].end = .permit
    case .reversePath(let interface): interfaces[interface].reversePath = .none
    }
  }
}

extension Network {
  /// All decisions of filters by which packets are lost, ascending.
  public var denials: [Denial] {
    devices.enumerated().flatMap { index, device in
      device.standsForItself ? device.causes.map { Denial(device: index, $0) } : []
    }.sorted()
  }

  /// The network in which these decisions let packets pass instead.
  ///
  /// A rule then does what one that permits does: the packet goes on to the next stage, and later
  /// stages translate and remember it as they would any other. So whatever was delivered before still
  /// is.
  public func passing(_ denials: some Sequence<Denial>) -> Network {
    var network = self
    for denial in denials { network.devices[denial.device].pass(denial.cause) }
    return network
  }

  /// The network in which some devices filter nothing: they forward whatever their routes carry.
  ///
  /// Translations and sessions stay. What a rule does besides denying it still does; an action that
  /// is not modelled may do all that it may but deny. To have passed a filter of such a device means
  /// nothing, so that `Stage.Role.forwardFilter` is nowhere in it.
  public func withoutFilters(of lost: Set<Int>) -> Network {
    var network = self
    network.unfiltered = Set(unfiltered).union(lost).sorted()
    for index in lost.sorted() {
      for cause in devices[index].causes { network.devices[index].pass(cause) }
      network.devices[index].forgetForwardFilters()
      network.settleOpaqueActions(of: index)
    }
    return network
  }

  /// Has the unmodelled actions of a device do all that they may but deny.
  private mutating func settleOpaqueActions(of index: Int) {
    var settled: Int?
    for list in devices[index].acls.indices {
      for rule in devices[index].acls[list].rules.indices {
        guard case .opaque(_, let writes) = devices[index].acls[list].rules[rule].action
        else { continue }
        let condition = settled ?? loss(of: index)
        settled = condition
        devices[index].acls[list].rules[rule].action = .opaque(
          condition: condition, writes: writes)
      }
    }
  }

  /// A condition that is true, since the filters of a device are gone.
  private mutating func loss(of index: Int) -> Int {
    let device = devices[index]
    return conditions.index(
      of: Condition(
        name: "\(device.name)/lost:filters", scope: .global, place: device.place,
        why: "the question is what happens without the filters of \(device.name)", assumed: true))
  }
}

extension Device {
  /// Makes its forward filters plain lists, which packets of sessions pass as they did.
  fileprivate mutating func forgetForwardFilters() {
    for line in [\Pipeline.arrival, \.departure, \.input, \.output] {
      for (number, stage) in pipeline[keyPath: line].enumerated() {
        guard case .filter(let list, .forwardFilter) = stage else { continue }
        var run = list
        if sessions?.bypassesFilters == true {
          let states = [ConnectionState.established, .related].map { UInt128($0.rawValue) }
          let ofSession = ACL.Rule(
            name: "sessions", place: acls[list].place,
            match: .field(.connectionState, Ranges(values: states)), action: .permit)
          acls.append(acls[list])
          run = acls.count - 1
          acls[run].rules.insert(ofSession, at: 0)
        }
        pipeline[keyPath: line][number] = .filter(run, role: .plain)
      }
    }
  }
}

extension Network {
  /// The devices that filter, ascending: those that `withoutFilters` changes.
  public var filteringDevices: [Int] {
    devices.indices.filter { index in
      let device = devices[index]
      guard device.standsForItself else { return false }
      let lines = [
        device.pipeline.arrival, device.pipeline.departure, device.pipeline.input,
        device.pipeline.output,
      ]
      let hasForwardFilter = lines.joined().contains { stage in
        if case .filter(_, .forwardFilter) = stage { return true }
        return false
      }
      let hasOpaqueAction = device.reachableLists.contains { list in
        device.acls[list].rules.contains { rule in
          if case .opaque = rule.action { return true }
          return false
        }
      }
      return hasForwardFilter || hasOpaqueAction || !device.causes.isEmpty
    }
  }
}
