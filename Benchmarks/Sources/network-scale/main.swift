import Policies
import Reachability

// network-scale [DEVICES] [RULES] [ZONES]: verifies all pairs of zones of a generated network and
// prints how long each part takes.
let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let devices = arguments.first ?? 1000
let rules = arguments.dropFirst().first ?? 100
let zones = arguments.dropFirst(2).first ?? 20

let clock = ContinuousClock()
let start = clock.now
let generated = GeneratedNetwork(zones: zones, devices: devices, rules: rules)
guard let day = Day(year: 2026, month: 1, day: 1) else { preconditionFailure("a day") }
let policy = try ResolvedPolicy(generated.policy, in: generated.network, on: day)
let made = clock.now
let result = verify(generated.network, against: policy)
let done = clock.now
var counts: [String: Int] = [:]
for answer in result.answers { counts[answer.verdict.name, default: 0] += 1 }
print("devices \(devices) rules \(rules) zones \(zones) pairs \(result.answers.count)")
print("verdicts \(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
print("generated and resolved in \(start.duration(to: made))")
print("verified in \(made.duration(to: done))")
for answer in result.answers {
  if let error = answer.internalError { print(answer.requirement.id, error) }
}
