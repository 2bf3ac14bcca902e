import Networks
import Packets
import Places
import Policies
import Testing

@testable import Reachability

/// A requirement that is not met, in a small network, and mistakes by which it would be.
struct SeededBugCase: Sendable, CustomTestStringConvertible {
  let sketch: Sketch
  let obligation: Obligation<Selection>
  /// The names of the mistakes.
  let bugs: [String]

  var testDescription: String { bugs.joined(separator: ", ") }

  private init(
    _ obligation: Obligation<Selection>, in sketch: Sketch, _ bugs: String...
  ) {
    (self.sketch, self.obligation, self.bugs) = (sketch, obligation, bugs)
  }

  /// The requirement alone.
  func requirement() throws -> ResolvedRequirement {
    var policy = Policy(name: "policy", place: Place(file: "policy"))
    policy.requirements = [
      Requirement(id: "R1", obligation: obligation, place: Place(file: "policy", line: 1))
    ]
    let today = try #require(Day(year: 2025, month: 6, day: 1))
    return try ResolvedPolicy(policy, in: sketch.network, on: today).requirements[0]
  }

  /// So that each mistake occurs.
  static let all = translated + filtered + remembered

  private static let asked = isolate("segment:a", "segment:b")
  private static let back = Obligation.oneWay(from: members("segment:a"), to: members("segment:b"))

  private static let translated = [
    SeededBugCase(
      asked, in: published("10.0.1.10"), "forgets translations",
      "lets sessions take every packet that comes back"),
    SeededBugCase(
      isolate("segment:a", "10.0.1.11"), in: published("10.0.1.10-10.0.1.11"),
      "translates to the first address of a pool only"),
    SeededBugCase(
      asked, in: unknown(), "takes steps that nobody knows for none"),
    SeededBugCase(
      asked,
      in: office { device in
        let whole = device.list("whole", [rule(.deny, isLaterFragment)], end: .permit)
        let later = device.list("later", [rule(.permit, isLaterFragment)])
        device.pipeline.departure = [
          .filter(whole, role: .plain), .fragment, .filter(later, role: .forwardFilter),
        ]
      }, "forgets copies"),
  ]

  private static let filtered = [
    SeededBugCase(
      isolate("segment:a", "segment:b", "udp/54"), in: office(rule(.permit, udp(53...54))),
      "leaves the last value out of ranges", "denies what a list permits last",
      "forgets the last entry of lists", "does not ask what is forbidden",
      "forgets the last host that a claim asks about",
      "looks for one protocol of what is forbidden only"),
    SeededBugCase(
      asked, in: office(rule(.permit, .all([fromAToB, udp(53)])), rule(.deny)),
      "reads lists from their end", "takes the one family for the other"),
    SeededBugCase(
      asked, in: office(rule(.deny, udp(53)), end: .permit),
      "takes the outcome of the first entry for that of the rest"),
    SeededBugCase(
      asked,
      in: office { device in
        let other = device.list("other", [rule(.deny, udp(53))])
        let first = device.list("first", [rule(.goto(other), fromAToB)], end: .permit)
        device.pipeline.departure = [.filter(first, role: .forwardFilter)]
      }, "takes the end of lists for a denial, even of lists that others went to",
      "forgets the links to the last segment"),
    SeededBugCase(
      asked, in: conditional(isPositive: true), "takes conditions for false"),
    SeededBugCase(
      asked, in: conditional(isPositive: false), "takes conditions for true"),
    SeededBugCase(
      .through(
        from: members("segment:a"), to: members("segment:b"), via: members("device:r")),
      in: beside(), "takes every packet for one that a filter has seen",
      "takes the first of several ways only", "forgets the last of several ways"),
    SeededBugCase(
      isolate("segment:a", "segment:b segment:c"), in: both(),
      "takes the first of what is forbidden for all of it"),
  ]

  private static let remembered = [
    SeededBugCase(
      back,
      in: office(rule(.permit, fromAToB)) { $0.remembers(bypassing: true) },
      "forgets sessions", "lets no session take a packet", "forgets who else opens sessions")
  ]

  /// What `a` sends to 10.0.0.100, and nothing else, goes to some addresses of `b`.
  private static func published(_ pool: String) -> Sketch {
    office(rule(.permit)) { device in
      device.publishes(to("10.0.0.100"), as: .pool(addresses(pool)))
      let list = device.list("in", [rule(.permit, to("10.0.0.100"))])
      device.pipeline.arrival.insert(.ingressFilter([list, nil]), at: 0)
    }
  }

  /// A rule that permits where a condition is true, or denies where it is.
  private static func conditional(isPositive: Bool) -> Sketch {
    var sketch = office()
    let condition = Match.condition(sketch.condition("r/c:x"))
    let permitted = Match.all([fromAToB, isPositive ? condition : .not(condition)])
    sketch.network.devices[0].acls[0].rules = [rule(.permit, permitted)]
    return sketch
  }

  /// Something unknown is done to ports where only one port comes, and only another may leave.
  private static func unknown() -> Sketch {
    var sketch = office()
    let condition = sketch.condition("r/unknown", assumed: true)
    sketch.network.devices[0].scrambles(where: condition)
    return sketch
  }

  /// Another filter beside the device's.
  private static func beside() -> Sketch {
    var sketch = office(rule(.permit))
    _ = sketch.device("beside", (0, ["10.0.0.2/24"]), (1, ["10.0.1.2/24"])) {
      $0.filters(rule(.permit))
    }
    return sketch
  }

  /// A third segment, to which alone something may go.
  private static func both() -> Sketch {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    let c = sketch.segment("c", "10.0.2.0/24")
    _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"]), (c, ["10.0.2.1/24"])) {
      $0.filters(rule(.permit, to("10.0.2.0/24")))
    }
    return sketch
  }
}

extension Device {
  /// Does something unknown to port 80, and lets port 22 pass.
  fileprivate mutating func scrambles(where condition: Int) {
    let only = list("only", [rule(.permit, tcp(80))])
    let unknown = list("unknown", [rule(.opaque(condition: condition, writes: [.destinationPort]))])
    let other = list("other", [rule(.permit, tcp(22))])
    pipeline.departure = [
      .filter(only, role: .plain), .filter(unknown, role: .plain),
      .filter(other, role: .forwardFilter),
    ]
  }
}
