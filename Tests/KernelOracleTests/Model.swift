import Foundation
import Networks
import Packets
import Policies
import Projects
import Reachability
import Simulation

/// What Firebreak says of a network of which the kernel listed the rulesets.
struct Model {
  let topology: Topology
  let network: Network
  /// The flows from one segment of hosts to another, and whether these are all.
  let flows: [Pair: Flows]
  private let simulator: Simulator

  struct Pair: Hashable {
    var from: Int
    var to: Int
  }

  struct Flows {
    var boxes: [HeaderBox]
    var isComplete: Bool
    /// A packet that breaks the requirement whatever the conditions, without any session.
    var witness: Header?
    /// Whether the verdict is that nothing gets there.
    var holds: Bool
  }

  /// Opens the network as a person would: from files.
  init(_ topology: Topology, listings: [[UInt8]], asksEngine: Bool) throws {
    self.topology = topology
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fb-\(getpid())-network")
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ bytes: [UInt8], _ name: String) throws {
      try Data(bytes).write(to: folder.appendingPathComponent(name))
    }
    try write(Array(topology.network.description.utf8), "network.json")
    try write(Array(topology.policy.description.utf8), "policy.json")
    for (index, listing) in listings.enumerated() { try write(listing, "gw\(index).json") }
    guard let day = Day(parsing: "2026-11-20") else { throw Trouble("a day") }
    let project = try Project.open(folder.path, on: day)
    network = project.network
    simulator = Simulator(network: network)
    guard asksEngine, let policy = project.policy else {
      flows = [:]
      return
    }
    flows = Self.flows(verify(network, against: policy))
  }

  private static func flows(_ result: VerificationResult) -> [Pair: Flows] {
    var flows: [Pair: Flows] = [:]
    for answer in result.answers {
      let parts = answer.requirement.id.split(separator: "-").compactMap { Int($0) }
      let pair = Pair(from: parts[0], to: parts[1])
      var found = Flows(boxes: [], isComplete: true, witness: nil, holds: false)
      switch answer.verdict {
      case .holds: found.holds = true
      case .violated(let violation):
        found.boxes = violation.flows.entries.map(\.box)
        found.isComplete = !violation.flows.isTruncated
        found.witness = violation.witnesses.first { !$0.needsSessions }?.header
      case .undecided(let doubt):
        found.boxes = doubt.flows.entries.map(\.box)
        found.isComplete = !doubt.flows.isTruncated && doubt.limit == nil
      }
      flows[pair] = found
    }
    return flows
  }

  // MARK: The simulator

  /// Where and as what a packet comes out; `nil` where it does not.
  typealias Seen = Laboratory.Seen

  /// What the model says can become of a packet that hosts hand to their gateway.
  struct Possibilities {
    /// What it can become, with what devices remember then.
    var outcomes: [Seen?: [[Session]]] = [:]
    /// The outcomes by which it passed a device that had a session open, and was not of it.
    var strays: Set<Seen?> = []
    /// Whether there is nothing else.
    var isComplete = true
  }

  /// What can become of a packet where devices remember one of these lists of sessions.
  func possibilities(
    _ header: Header, from segment: Int, after memories: [[Session]], seen: [Header]
  ) -> Possibilities {
    var result = Possibilities()
    for memory in memories {
      var simulator = simulator
      simulator.remember(memory)
      simulator.candidates = candidates(for: [header] + seen)
      add(to: &result, header, segment, simulator)
    }
    return result
  }

  /// What unmodelled and translated fields may become: what was seen, and the gateways' own addresses,
  /// where a packet is lost to the test.
  private func candidates(for headers: [Header]) -> Candidates {
    var candidates = Candidates(for: headers)
    let own = topology.gateways.flatMap(\.ports).flatMap(\.addresses).map(\.address)
    for (family, field) in [(Family.ipv4, HeaderField.destinationIPv4), (.ipv6, .destinationIPv6)] {
      candidates.values[field, default: []] += own.filter { $0.family == family }.map(\.value)
    }
    return candidates
  }

  /// Walks under all outcomes of the conditions that are asked, as long as these are few.
  private func add(
    to result: inout Possibilities, _ header: Header, _ segment: Int, _ simulator: Simulator
  ) {
    var known: [Int] = []
    var asked: Set<Int> = []
    repeat {
      known = asked.sorted()
      let few = Array(known.prefix(6))
      if known.count > few.count { result.isComplete = false }
      for choice in 0..<(1 << few.count) {
        var simulator = simulator
        let held = Set(few.enumerated().filter { choice >> $0.offset & 1 == 1 }.map(\.element))
        simulator.valuation = { condition, _ in held.contains(condition) }
        let search = simulator.walks(header, from: .segment(segment), limit: 400)
        if !search.isComplete { result.isComplete = false }
        for walk in search.walks where passesGateway(walk, segment) {
          asked.formUnion(walk.conditions.map(\.condition))
          add(walk, to: &result, simulator)
        }
      }
    } while asked.sorted() != known && known.count <= 6
  }

  private func passesGateway(_ walk: Walk, _ segment: Int) -> Bool {
    let gateway = topology.gateway(of: segment).gateway
    return walk.hops.contains { $0.location == .device(gateway) }
  }

  private func add(_ walk: Walk, to result: inout Possibilities, _ simulator: Simulator) {
    // None of the test's packets is so large that it is sent in fragments.
    if walk.hops.contains(where: { $0.state.header.isLaterFragment }) { return }
    let seen = seen(walk.outcome)
    let answered = walk.hops.filter { $0.sessionUse == .reply }.map(\.location)
    let isWhole = simulator.sessions.allSatisfy { answered.contains(.device($0.device)) }
    if !isWhole { result.strays.insert(seen) }
    let memory = simulator.remembering(walk).sessions
    var memories = result.outcomes[seen] ?? []
    if memories.count < 8, !memories.contains(memory) { memories.append(memory) }
    result.outcomes[seen] = memories
  }

  /// What the test sees of an outcome: nothing of what ends on a line between gateways.
  private func seen(_ outcome: Outcome) -> Seen? {
    switch outcome {
    case .delivered(let segment, let header):
      segment < topology.hostSegments ? Seen(place: .segment(segment), header: header) : nil
    case .deliveredToDevice(let device, let header):
      Seen(place: .gateway(device), header: header)
    case .lost: nil
    }
  }

  // MARK: The engine

  /// Whether the engine lists a delivery; `nil` where it cannot say.
  func lists(_ seen: Seen, of sent: Header, from segment: Int, isNew: Bool) -> Bool? {
    guard case .segment(let place) = seen.place,
      let flows = flows[Pair(from: segment, to: place)]
    else { return nil }
    let isThere = flows.boxes.contains { box in
      box.constraints.allSatisfy { constraint in
        switch constraint.field {
        case .sourceIPv4, .sourceIPv6: constraint.values.contains(sent.stored(constraint.field))
        case .sessionUse: !isNew || constraint.values.contains(0)
        default: constraint.values.contains(seen.header.stored(constraint.field))
        }
      }
    }
    return isThere ? true : flows.isComplete ? false : nil
  }
}
