import Canonical
import Packets

/// How far ways are followed where no certificate is used.
public struct UnrollingBounds: Hashable, Sendable {
  /// How often a packet may go back to where it could have been before.
  public var passes: Int
  /// How deep sessions may need sessions: 1 where the packet that opens one needs none itself.
  public var nesting: Int
  /// The most places, counted once for each packet and pass.
  public var places = 10_000

  /// Creates bounds.
  public init(passes: Int = 6, nesting: Int = 1) {
    self.passes = passes
    self.nesting = nesting
  }
}

extension TransitionSystem {
  /// A claim itself as two questions, without any certificate: every way of a packet is written out.
  ///
  /// The first question asks whether a packet comes to where the claim forbids it within the bounds,
  /// so `sat` means that the claim is false. The second lets packets that leave the bounds do
  /// anything, so `unsat` means that the claim is true, bounds or not.
  /// - Throws: `NotExpressible` where there are too many ways.
  public func question(
    of claim: Int, expecting answer: SolverScript.Answer,
    within bounds: UnrollingBounds = UnrollingBounds()
  ) throws(NotExpressible) -> SolverScript {
    guard case .never(let tags, let forbidden) = claims.claims[claim].kind else {
      throw NotExpressible(reason: "it does not say what must not arrive")
    }
    var unrolling = Unrolling(self, bounds)
    let starts = tags.sorted().flatMap { tag in
      claims.tags[tag].sources.map { Unrolling.Start($0, origin: UInt128(tag + 1)) }
    }
    let graph = try WayGraph(
      self, from: starts.map(\.location), to: Set(forbidden.map(\.location)))
    let copy = try unrolling.follow(starts, graph, depth: 0)
    var breaks: [String] = []
    for arrival in copy.places {
      for part in forbidden where part.location == graph.nodes[arrival.node].location {
        breaks.append(Term.and([arrival.visited, arrival.moving.packet.isIn(part.boxes)]))
      }
    }
    unrolling.script.define("broken", as: Term.or(breaks))
    unrolling.script.define("under.way", as: Term.or(copy.underWay))
    unrolling.script.ask(
      ["Does a packet, within the bounds, come to where it breaks the requirement?"],
      ["broken", "(not beyond)"], expecting: answer)
    unrolling.script.ask(
      ["Could one, or is one still under way, whatever is beyond the bounds?"],
      ["(or broken under.way)"], expecting: answer)
    return unrolling.finished(
      heading: [
        "Requirement \(claims.claims[claim].name) itself, and no certificate.",
        "\(copy.places.count) places of its packets; \(unrolling.packets) packets in all, "
          + "at most \(bounds.passes) times back, sessions nested \(bounds.nesting) deep.",
      ])
  }
}

/// Follows packets along every way and writes down where they can be.
struct Unrolling {
  /// Where packets start.
  struct Start {
    var location: Int
    var boxes: [HeaderBox]
    var origin: UInt128

    init(_ packets: Claims.Packets, origin: UInt128) {
      location = packets.location
      boxes = packets.boxes
      self.origin = origin
    }
  }

  /// One way to come to a place, and the packet that does.
  struct Arrival {
    var condition: String
    var moving: Moving
  }

  /// A place on the ways of one packet: a node of a graph, in a pass.
  struct Place {
    var node: Int
    var pass: Int
    /// That the packet comes there.
    var visited: String
    var moving: Moving
  }

  /// All ways of one packet.
  struct Copy {
    var places: [Place] = []
    /// That it is still under way after the last pass, for each way.
    var underWay: [String] = []
  }

  let system: TransitionSystem
  let bounds: UnrollingBounds
  var script = SolverScript()
  var variables = Variables()
  /// How many packets were followed, and how many places there are.
  private(set) var packets = 0
  private var places = 0
  /// The graphs of the packets that open sessions, by the devices that remember them.
  private var openers: [[Int]: WayGraph] = [:]

  init(_ system: TransitionSystem, _ bounds: UnrollingBounds) {
    self.system = system
    self.bounds = bounds
    script.add("")
  }

  /// Follows one packet.
  mutating func follow(
    _ starts: [Start], _ graph: WayGraph, depth: Int
  ) throws(NotExpressible) -> Copy {
    packets += 1
    let number = packets
    script.remark(["Packet \(number)."])
    var result = Copy()
    var waiting = [[Int: [Arrival]]](repeating: [:], count: bounds.passes)
    begin(starts, graph, &waiting[0])
    for pass in waiting.indices {
      for node in graph.order {
        guard let arrivals = waiting[pass].removeValue(forKey: node) else { continue }
        places += 1
        if places > bounds.places {
          throw NotExpressible(reason: "the network is too large to write out every way")
        }
        let place = join(arrivals, at: node, pass, ofPacket: number)
        avoidReturn(to: place, among: result.places)
        result.places.append(place)
        for edge in graph.edges[node] {
          for arrival in try steps(from: place, graph.nodes[node].location, edge.way, depth) {
            guard edge.isBack else {
              waiting[pass][edge.target, default: []].append(arrival)
              continue
            }
            // A packet that has come where it should need not go back.
            var back = arrival
            back.condition = Term.and([arrival.condition, variables.any(truth: "choice")])
            if pass + 1 == bounds.passes {
              result.underWay.append(back.condition)
            } else {
              waiting[pass + 1][edge.target, default: []].append(back)
            }
          }
        }
      }
    }
    return result
  }

  /// A packet that starts, somewhere.
  private mutating func begin(
    _ starts: [Start], _ graph: WayGraph, _ waiting: inout [Int: [Arrival]]
  ) {
    var packet = PacketTerms(conditions: system.conditions.count)
    for field in HeaderField.allCases { packet[field] = variables.any(field) }
    for tracked in Trail.tracked { packet[tracked.track] = Term.value(.same) }
    for (condition, fields) in system.conditions.enumerated() where fields != nil {
      packet.outcomes[condition] = variables.any(condition: condition)
    }
    script.add("(assert (bvule \(packet[.family]) #b10))")
    for start in starts {
      let node = WayGraph.Node(location: start.location, trail: Trail())
      guard let number = graph.numbers[node] else { continue }
      let boxes = start.boxes.map {
        $0.without(.origin).constrained(.origin, to: Ranges(start.origin))
      }
      let condition = Term.and([variables.any(truth: "choice"), packet.isIn(boxes)])
      waiting[number, default: []].append(
        Arrival(condition: condition, moving: Moving(packet: packet)))
    }
  }

  /// One place of all ways that lead there; a field that they differ in is a variable.
  private mutating func join(
    _ arrivals: [Arrival], at node: Int, _ pass: Int, ofPacket number: Int
  ) -> Place {
    var distinct: [PacketTerms: Int] = [:]
    var groups: [(moving: Moving, conditions: [String])] = []
    for arrival in arrivals {
      if let group = distinct[arrival.moving.packet] {
        groups[group].conditions.append(arrival.condition)
        groups[group].moving.open.formIntersection(arrival.moving.open)
      } else {
        distinct[arrival.moving.packet] = groups.count
        groups.append((arrival.moving, [arrival.condition]))
      }
    }
    let name = "at.\(number).\(pass).\(node)"
    var moving = groups[0].moving
    if groups.count == 1 {
      script.define(name, as: Term.or(groups[0].conditions))
      return Place(node: node, pass: pass, visited: name, moving: moving)
    }
    for group in groups { moving.open.formIntersection(group.moving.open) }
    var equalities = [[String]](repeating: [], count: groups.count)
    for field in HeaderField.allCases {
      let terms = groups.map { $0.moving.packet[field] }
      if terms.allSatisfy({ $0 == terms[0] }) { continue }
      moving.packet[field] = variables.any(field)
      if moving.open.contains(field) { continue }
      for group in groups.indices {
        equalities[group].append(Term.equal(moving.packet[field], terms[group]))
      }
    }
    for condition in moving.packet.outcomes.indices {
      let terms = groups.map { $0.moving.packet.outcomes[condition] }
      if terms.allSatisfy({ $0 == terms[0] }) { continue }
      moving.packet.outcomes[condition] = variables.any(condition: condition)
      for group in groups.indices {
        equalities[group].append(Term.equal(moving.packet.outcomes[condition], terms[group]))
      }
    }
    var ways: [String] = []
    for (group, equal) in zip(groups, equalities) {
      let way = variables.any(truth: "way")
      script.add("(assert (=> \(way) \(Term.and([Term.or(group.conditions)] + equal))))")
      ways.append(way)
    }
    script.define(name, as: Term.or(ways))
    return Place(node: node, pass: pass, visited: name, moving: moving)
  }

  /// A packet that comes back as it was need not have gone: such ways are left out.
  private mutating func avoidReturn(to place: Place, among places: [Place]) {
    for earlier in places where earlier.node == place.node {
      let compared = HeaderField.allCases.filter {
        !place.moving.open.contains($0) || !earlier.moving.open.contains($0)
      }
      let (a, b) = (earlier.moving.packet, place.moving.packet)
      let isSame = Term.and(
        compared.map { Term.equal(a[$0], b[$0]) }
          + zip(a.outcomes, b.outcomes).map { Term.equal($0, $1) })
      script.add(
        "(assert (not \(Term.and([earlier.visited, place.visited, isSame]))))")
    }
  }

  /// The graph of the packets that open sessions of some devices.
  mutating func openerGraph(of owners: [Int]) throws(NotExpressible) -> WayGraph {
    if let known = openers[owners] { return known }
    var goals: Set<Int> = []
    for (index, location) in system.locations.enumerated() {
      if case .remember(let device, _) = location, owners.contains(device) { goals.insert(index) }
    }
    let graph = try WayGraph(system, from: system.claims.senders.map(\.location), to: goals)
    openers[owners] = graph
    return graph
  }

  /// The script, with all that it declares.
  func finished(heading: [String]) -> SolverScript {
    var result = script
    var declarations = ["(declare-const beyond Bool)"]
    for (condition, fields) in system.conditions.enumerated() where fields == nil {
      declarations.append("(declare-const condition\(condition) Bool)")
    }
    result.finish(heading: heading, declarations: declarations + variables.declarations)
    return result
  }
}
