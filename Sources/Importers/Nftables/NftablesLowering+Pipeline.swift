import Documents
import Networks
import Packets
import Places

extension NftablesLowering {
  /// Where the packets are while the stages of one hook are built.
  struct Progress {
    var isReassembled: Bool
    var hasRecalled: Bool
    var hasTranslated = false

    /// The state in which prerouting and output start.
    static let start = Self(isReassembled: false, hasRecalled: false)
    /// The state in which the other hooks start, and in which chains that translate are: replies never
    /// come to them.
    static let later = Self(isReassembled: true, hasRecalled: true, hasTranslated: true)
  }

  /// Builds the pipeline from the base chains.
  mutating func buildPipeline() {
    let links = linkStages(.ingress)
    var arrival = unknownStages() + otherFamilies([.prerouting, .input, .forward, .ingress])
    arrival += links
    arrival += stages(of: .prerouting, .start)
    arrival.append(.route(.destination))
    let input = stages(of: .input, .later) + memory()
    let out =
      stages(of: .postrouting, .later) + memory() + fragmentation() + linkStages(.egress)
      + otherFamilies([.output, .postrouting, .egress])
    var output: [Stage] = unknownStages() + [.route(.destination)]
    output += stages(of: .output, .start)
    // A translated or marked packet is routed again.
    if translates || hasRouteChains { output.append(.route(.destination)) }
    device.pipeline = Pipeline(
      arrival: arrival, departure: stages(of: .forward, .later) + out, input: input,
      output: output + out)
    if !facts.tracked.isEmpty { device.sessions = Self.sessions(of: facts.tracked) }
  }

  /// Whether any base chain translates.
  private var translates: Bool { firstTranslatingChain != nil }

  /// The first base chain that translates.
  private var firstTranslatingChain: NftablesRuleset.Chain? {
    facts.tracked.isEmpty
      ? nil : ruleset.chains.first { $0.base?.type == "nat" && runs($0) }
  }

  private var hasRouteChains: Bool {
    ruleset.chains.contains { $0.base?.type == "route" && runs($0) }
  }

  private func runs(_ chain: NftablesRuleset.Chain) -> Bool {
    ruleset.activity(of: chain.name) != .dormant
  }

  /// The base chains of a hook, by priority.
  private func baseChains(
    _ hook: NftablesHook, isNAT: Bool
  ) -> [(priority: Int, item: NftablesOrder.Item)] {
    let families: Set<NftablesFamily> =
      hook == .ingress || hook == .egress ? [.netdev, .inet] : [.ip, .ip6, .inet]
    return ruleset.chains.indices.compactMap { index -> (Int, NftablesOrder.Item)? in
      let chain = ruleset.chains[index]
      guard let base = chain.base, base.hook == hook, (base.type == "nat") == isNAT, runs(chain),
        families.contains(chain.name.family)
      else { return nil }
      return (base.priority, .chain(index))
    }
    .enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
    .map { (priority: $0.element.0, item: $0.element.1) }
  }

  /// The stages of one hook of the network layer.
  private mutating func stages(of hook: NftablesHook, _ start: Progress) -> [Stage] {
    let chains = baseChains(hook, isNAT: false)
    var entries = chains
    for (priority, point) in points(of: hook, chains) {
      // A point stands before the chains of its priority, unless they are in conflict.
      let index = entries.firstIndex { $0.priority >= priority } ?? entries.count
      entries.insert((priority, .point(point)), at: index)
    }
    var progress = start
    var stages: [Stage] = []
    for step in NftablesOrder.steps(of: entries, conflict: conflict) {
      switch step.item {
      case .point(let point): stages += self.stages(at: point, hook, &progress)
      case .chain(let chain):
        var list = baseList(of: chain, networkContext(hook, progress))
        list = ordered(list, chain, step)
        stages.append(.filter(list, role: hook == .forward ? .forwardFilter : .plain))
      }
    }
    return stages
  }

  /// What the kernel does at a hook, in order.
  private func points(
    of hook: NftablesHook, _ chains: [(priority: Int, item: NftablesOrder.Item)]
  ) -> [(Int, NftablesOrder.Point)] {
    guard !facts.tracked.isEmpty else { return [] }
    switch hook {
    case .prerouting, .output:
      let translation = NftablesOrder.Priority.translateDestination
      // The look-up changes nothing for chains that do not ask for its result, so that it can stand
      // behind them; only from there on do replies show their translated destination.
      let askers = chains.filter { priority, item in
        guard case .chain(let chain) = item, priority >= NftablesOrder.Priority.recall else {
          return false
        }
        let footprint = facts.footprints[chain]
        return footprint.reads.contains(.connection) || footprint.writes.contains(.connection)
      }
      let first = askers.first?.priority ?? translation
      let isEqual = first == NftablesOrder.Priority.recall
      let recall = isEqual ? first : min(first, translation) - 1
      return [(NftablesOrder.Priority.reassemble, .reassemble), (recall, .recall)]
        + (translates ? [(translation, .translate(.destination))] : [])
    case .input, .postrouting:
      return translates ? [(NftablesOrder.Priority.translateSource, .translate(.source))] : []
    case .forward, .ingress, .egress: return []
    }
  }

  private func networkContext(
    _ hook: NftablesHook, _ progress: Progress
  ) -> NftablesContext {
    let isTracked = !facts.tracked.isEmpty
    return NftablesContext(
      hook: hook,
      seesFragments: !(progress.isReassembled && facts.tracked.contains(.ipv4)),
      tracking: !isTracked ? .none : progress.hasRecalled ? .after : .before,
      repliesAreEarly: (hook == .prerouting || hook == .output) && progress.hasRecalled
        && !progress.hasTranslated && facts.translatesSource)
  }

  private func conflict(_ a: NftablesOrder.Item, _ b: NftablesOrder.Item) -> Bool {
    switch (a, b) {
    case (.chain(let a), .chain(let b)):
      let families: Set = [ruleset.chains[a].name.family, ruleset.chains[b].name.family]
      if families == [.ip, .ip6] { return false }
      return facts.footprints[a].conflicts(with: facts.footprints[b]) || hides(a, b) || hides(b, a)
    case (.chain(let chain), .point(let point)), (.point(let point), .chain(let chain)):
      let footprint = facts.footprints[chain]
      let both = footprint.reads.union(footprint.writes)
      switch point {
      case .reassemble: return !footprint.isEmpty
      case .recall: return both.contains(.connection) || both.contains(.tracking)
      case .translate: return both.contains(.header) || both.contains(.connection)
      }
    case (.point, .point): return false
    }
  }

  /// Whether a packet may not meet a chain of the type `nat` because another one translated it before.
  private func hides(_ translating: Int, _ other: Int) -> Bool {
    guard let base = ruleset.chains[other].base, base.type == "nat",
      ruleset.chains[translating].base?.type == "nat"
    else { return false }
    return facts.footprints[translating].writes.contains(.header)
      && (!facts.footprints[other].isEmpty || base.dropsByPolicy)
  }

  /// A list that runs in one round only, where the order is not certain.
  private mutating func ordered(
    _ list: Int, _ chain: Int, _ step: NftablesOrder.Step
  ) -> Int {
    guard let (round, count) = step.round else { return list }
    let value = ruleset.chains[chain].value
    noteOpaque(value, "the order of chains of the same priority")
    var parts: [Match] = []
    for other in 0...min(round, count - 2) {
      let index = condition(
        "order", "\(ruleset.chains[chain].name.name) runs in round \(other + 1)", at: value,
        scope: .global, "chains of the same priority run in no defined order")
      parts.append(other < round ? .not(.condition(index)) : .condition(index))
    }
    return guarded(list, by: .all(parts))
  }

  private mutating func stages(
    at point: NftablesOrder.Point, _ hook: NftablesHook, _ progress: inout Progress
  ) -> [Stage] {
    switch point {
    case .reassemble:
      progress.isReassembled = true
      return [reassembly()]
    case .recall:
      progress.hasRecalled = true
      return [.recall] + afterRecall()
    case .translate(let end):
      progress.hasTranslated = true
      let chains = baseChains(hook, isNAT: true)
      var stages: [Stage] = []
      for step in NftablesOrder.steps(of: chains, conflict: conflict) {
        guard case .chain(let chain) = step.item else { continue }
        var context = networkContext(hook, .later)
        context.nat = end
        let list = ordered(baseList(of: chain, context), chain, step)
        stages.append(.natFilter(list, end: end))
      }
      stages.append(end == .destination ? .translateDestination : .translateSource)
      guard let chain = firstTranslatingChain?.value else { return stages }
      stages += restored(end, by: chain)
      return end == .destination ? stages : stages + errorSources(by: chain)
    }
  }

  /// The stages of the chains at the interfaces themselves.
  private mutating func linkStages(_ hook: NftablesHook) -> [Stage] {
    let chains = baseChains(hook, isNAT: false)
    return NftablesOrder.steps(of: chains, conflict: conflict).compactMap { step in
      guard case .chain(let chain) = step.item, let base = ruleset.chains[chain].base else {
        return nil
      }
      let context = NftablesContext(hook: hook, seesFragments: true, tracking: .none)
      let list = ordered(baseList(of: chain, context), chain, step)
      let value = ruleset.chains[chain].value
      var ports = Ranges.none
      for name in base.devices { ports = ports.union(interfaces(named: name, at: value.place)) }
      var lists = device.interfaces.indices.map { ports.contains(UInt128($0) + 1) ? list : nil }
      if base.devices.isEmpty { lists = uncertainPorts(of: chain, list) }
      return hook == .ingress ? .ingressFilter(lists) : .egressFilter(lists)
    }
  }

  /// The lists of a chain whose interface is not listed, as version 1.0.6 does: at each interface it
  /// runs or does not.
  private mutating func uncertainPorts(of chain: Int, _ list: Int) -> [Int?] {
    let value = ruleset.chains[chain].value
    noteOpaque(value, "the interface of the chain, which is not listed,")
    return device.interfaces.indices.map { port in
      let index = condition(
        "device", "\(ruleset.chains[chain].name.name) at \(device.interfaces[port].name)",
        at: value,
        scope: .global, "the listing does not say at which interface the chain runs")
      return guarded(list, by: .condition(index))
    }
  }

  /// The chains of bridges and of ARP.
  ///
  /// Whether routed packets meet them depends on what is bridged,
  /// which the listing does not say; where they do, they can be lost or rewritten.
  private mutating func otherFamilies(_ hooks: Set<NftablesHook>) -> [Stage] {
    ruleset.chains.indices.compactMap { index in
      let chain = ruleset.chains[index]
      guard let base = chain.base, hooks.contains(base.hook), runs(chain),
        chain.name.family == .bridge || chain.name.family == .arp
      else { return nil }
      let footprint = facts.footprints[index]
      if footprint.isEmpty, !base.dropsByPolicy { return nil }
      noteOpaque(chain.value, "the \(chain.name.family.rawValue) chain '\(chain.name.name)'")
      let condition = condition(
        chain.name.family.rawValue, chain.name.name, at: chain.value,
        "whether routed packets meet the chain depends on what is bridged")
      let writes = footprint.writes.contains(.header) || footprint.writes.contains(.mark)
      let action: ACL.Action =
        writes ? .opaque(condition: condition, writes: Self.writableFields) : .deny
      let match: Match = writes ? .any : .condition(condition)
      device.acls.append(
        ACL(
          name: chain.title, place: chain.value.place,
          rules: [
            ACL.Rule(name: chain.title, place: chain.value.place, match: match, action: action)
          ], end: .permit))
      return .filter(device.acls.count - 1, role: .plain)
    }
  }

  /// A stage that stands for objects that are not understood.
  private mutating func unknownStages() -> [Stage] {
    guard !ruleset.unknown.isEmpty else { return [] }
    let rules = ruleset.unknown.map { value in
      let kind = value.object?.first?.key ?? "object"
      noteOpaque(value, "'\(kind)'")
      let index = condition(
        "object", kind, at: value, "the object '\(kind)' is not modelled or malformed")
      return ACL.Rule(
        name: kind, place: value.place, match: .any,
        action: .opaque(condition: index, writes: Self.writableFields))
    }
    device.acls.append(
      ACL(name: "unknown objects", place: rules[0].place, rules: rules, end: .permit))
    return [.filter(device.acls.count - 1, role: .plain)]
  }
}
