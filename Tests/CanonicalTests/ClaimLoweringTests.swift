import Networks
import Packets
import Places
import Policies
import Testing

@testable import Canonical

/// What is claimed of a router for requirements between its two segments.
private struct Asked {
  var network: Network
  var a: ZoneExtent
  var b: ZoneExtent

  /// A router that writes destination ports, if it is to.
  init(writesPorts: Bool = false) throws {
    network = try plan { device in
      guard writesPorts else { return }
      device.acls = [
        list("mangle", [rule(.any, .next, [.set(.destinationPort, 8080)])], end: .permit)
      ]
      device.pipeline.departure.append(.filter(0, role: .plain))
    }
    a = try Self.zone("a", 0, "10.1.0.0/24")
    b = try Self.zone("b", 1, "10.2.0.0/24")
  }

  static func zone(_ name: String, _ segment: Int, _ text: String) throws -> ZoneExtent {
    let part = ZoneExtent.Part(
      segment: segment, addresses: try addresses(text), declared: .none)
    return ZoneExtent(name: name, place: here, parts: [part])
  }

  func claims(
    _ obligations: [Obligation<ZoneExtent>], count: Requirement.Count = .all,
    replies: Requirement.Replies = .allow
  ) throws -> Claims {
    let nobody = Selection([], at: here)
    let requirements = obligations.enumerated().map { number, obligation in
      ResolvedRequirement(
        requirement: Requirement(
          id: "R\(number)", count: count, replies: replies,
          obligation: .oneWay(from: nobody, to: nobody), place: here),
        obligation: obligation)
    }
    return Canonical.claims(of: requirements, in: network, canonical: try lower(network))
  }
}

extension Claims {
  /// The boxes that a claim forbids, whatever the location.
  fileprivate func forbidden(by number: Int) -> [HeaderBox] {
    guard case .never(_, let forbidden) = claims[number].kind else { return [] }
    return forbidden.flatMap(\.boxes)
  }

  /// The indices of a claim's tags.
  fileprivate func tags(of number: Int) -> [Int] {
    guard case .never(let tags, _) = claims[number].kind else { return [] }
    return tags
  }
}

private func tcp(_ ports: Ranges) -> ServiceSet { ServiceSet([.ports(Service(6, ports))]) }

@Suite struct `Claims of requirements` {
  @Test func `the same senders are one tag`() throws {
    let asked = try Asked()
    let claims = try asked.claims([
      .isolate(from: asked.a, to: asked.b, services: tcp(Ranges(22))),
      .isolate(from: asked.a, to: asked.b, services: .any),
      .oneWay(from: asked.a, to: asked.b),
    ])
    #expect(claims.tags.count == 2)
    #expect(claims.claims.map(\.requirement) == [0, 1, 2])
    #expect([0, 1, 2].map(claims.tags(of:)) == [[0], [0], [1]])
  }

  @Test func `senders have no tag, and sources any`() throws {
    let asked = try Asked()
    let claims = try asked.claims([.isolate(from: asked.a, to: asked.b, services: .any)])
    #expect(claims.senders.flatMap(\.boxes).allSatisfy { $0[.origin] == Ranges(0) })
    let sources = claims.tags.flatMap(\.sources).flatMap(\.boxes)
    #expect(sources.allSatisfy { $0[.origin] == HeaderField.origin.allValues })
    for box in sources + claims.senders.flatMap(\.boxes) {
      #expect(box[.ingress] == Ranges(0) && box[.monitor] == Ranges(0))
      #expect(box[.sessionUse] == HeaderField.sessionUse.allValues && box.literals.isEmpty)
    }
  }

  @Test func `a port that was sent counts where another may be delivered`() throws {
    for (writesPorts, count) in [(false, 1), (true, 2)] {
      let asked = try Asked(writesPorts: writesPorts)
      let claims = try asked.claims([
        .isolate(from: asked.a, to: asked.b, services: tcp(Ranges(22)))
      ])
      #expect(claims.tags.count == count)
      guard writesPorts else { continue }
      let sent = claims.tags.map { tag in
        Set(
          tag.sources.flatMap(\.boxes).filter { $0[.protocol] == Ranges(6) }.map {
            $0[.destinationPort]
          })
      }
      #expect(sent == [[Ranges([0...21, 23...65535])], [Ranges(22)]])
      // Whatever port it has then, for the packets that were sent to port 22.
      let whatever = claims.forbidden(by: 0).filter { $0[.destinationPort] != Ranges(22) }
      #expect(!whatever.isEmpty && whatever.allSatisfy { $0[.origin] == Ranges(2) })
    }
  }

  @Test func `a packet without ports was sent to none`() throws {
    let asked = try Asked(writesPorts: true)
    let claims = try asked.claims([
      .isolate(from: asked.a, to: asked.b, services: tcp(Ranges(0...100)))
    ])
    let fragments = claims.tags.map { tag in
      tag.sources.flatMap(\.boxes).contains { $0[.fragment].contains(1) }
    }
    #expect(fragments == [true, false])
  }

  @Test func `what a conduit allows depends on who sent it`() throws {
    let asked = try Asked()
    let few = try Asked.zone("few", 0, "10.1.0.8/29")
    let conduits = [
      Conduit(source: few, destination: nil, services: tcp(Ranges(443)), place: here),
      Conduit(source: nil, destination: nil, services: tcp(Ranges(80)), place: here),
    ]
    let claims = try asked.claims([
      .allowOnly(from: asked.a, to: asked.b, conduits: conduits)
    ])
    #expect(claims.tags.count == 2)
    for (port, origins) in [(UInt128(443), [1]), (80, []), (22, [1, 2])] as [(UInt128, [UInt128])] {
      for origin in [1, 2] as [UInt128] {
        let isForbidden = claims.forbidden(by: 0).contains { box in
          box.contains { field in
            switch field {
            case .destinationIPv4: 0x0A02_0005
            case .protocol: 6
            case .destinationPort: port
            case .origin: origin
            default: 0
            }
          }
        }
        #expect(isForbidden == origins.contains(origin), "port \(port) of tag \(origin)")
      }
    }
    let sources = claims.tags[1].sources.flatMap(\.boxes).map { $0[.sourceIPv4] }
    #expect(Set(sources) == [Ranges(0x0A01_0008...0x0A01_000F)])
  }

  @Test func `connections are what could open one`() throws {
    let asked = try Asked()
    let obligation = Obligation<ZoneExtent>.isolate(from: asked.a, to: asked.b, services: .any)
    let claims = try asked.claims([obligation], count: .connections)
    let boxes = claims.forbidden(by: 0)
    #expect(boxes.allSatisfy { $0[.sessionUse] == Ranges(0) && $0[.fragment] == Ranges(0) })
    let flags = boxes.filter { $0[.protocol] == Ranges(6) }.map { $0[.tcpFlags] }
    #expect(!flags.isEmpty && flags.allSatisfy { $0 == TCPFlags.initial })
    let both = try asked.claims([obligation], count: .connections, replies: .forbid)
    let all = try asked.claims([obligation], replies: .forbid)
    #expect(both.claims == all.claims && both.unclaimed.isEmpty)
  }

  @Test func `a claim about nobody names nobody`() throws {
    let asked = try Asked()
    let nobody = ZoneExtent(name: "nobody", place: here)
    let claims = try asked.claims([
      .isolate(from: nobody, to: asked.b, services: .any),
      .isolate(from: asked.a, to: nobody, services: .any),
    ])
    #expect(claims.tags(of: 0) == [0] && claims.tags[0].sources.isEmpty)
    #expect(claims.forbidden(by: 0) == [] && claims.forbidden(by: 1) == [])
    #expect(!claims.tags[claims.tags(of: 1)[0]].sources.isEmpty)
  }
}

@Suite struct `Boxes less others` {
  /// All boxes of a few values of three fields.
  private static let few: [HeaderBox] = {
    let values = [Ranges(0), Ranges(1), Ranges(0...1), Ranges([0...0, 2...2]), Ranges(0...255)]
    return values.flatMap { a in
      values.flatMap { b in
        values.map { c in
          HeaderBox().constrained(.protocol, to: a).constrained(.icmpType, to: b)
            .constrained(.icmpCode, to: c)
        }
      }
    }
  }()

  @Test func `law: what is left is in the one and not in the other, once`() {
    var compared = 0
    for box in Self.few {
      for other in Self.few {
        let rest = box.subtracting(other)
        for point in 0..<64 {
          let value: (HeaderField) -> UInt128 = { field in
            switch field {
            case .protocol: UInt128(point & 3)
            case .icmpType: UInt128(point >> 2 & 3)
            case .icmpCode: UInt128(point >> 4)
            default: 0
            }
          }
          let isLeft = box.contains(value: value) && !other.contains(value: value)
          let holding = rest.count { $0.contains(value: value) }
          if holding != (isLeft ? 1 : 0) { Issue.record("\(box) less \(other) at \(point)") }
          compared += 1
        }
      }
    }
    print("\(compared) points compared")
  }
}
