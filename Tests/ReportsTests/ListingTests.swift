import Places
import Policies
import Testing

@testable import Reports

@Suite struct `Listings` {
  @Test(arguments: Listing.Topic.allCases)
  func `a topic is listed as committed`(topic: Listing.Topic) throws {
    try Golden.compare(listing().text(topic), with: "show-\(topic.rawValue).txt")
  }

  @Test func `a member is expanded to its addresses`() throws {
    let sample = try Sample()
    let member = try Member(parsing: "segment:*", at: Place(file: "show"))
    let extent = try sample.policy.extent(of: member, in: sample.network)
    let text = try listing().text(of: extent)
    #expect(
      text == """
        segment:*  show
          office  10.1.0.2-10.1.0.6
          bay  10.2.0.2-10.2.0.6

        """)
  }

  @Test func `a feed that the policy does not name is an error`() throws {
    let sample = try Sample()
    let member = try Member(parsing: "feed:x", at: Place(file: "show"))
    #expect(throws: InputErrors.self) {
      try sample.policy.extent(of: member, in: sample.network)
    }
  }

  private func listing() throws -> Listing {
    let report = try Sample().report
    return Listing(
      network: report.network, policy: report.policy, coverage: report.coverage,
      notices: report.notices)
  }
}
