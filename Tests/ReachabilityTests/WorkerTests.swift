import Networks
import Packets
import Policies
import Reachability
import Testing

@Suite struct `Requirements that two workers answer` {
  @Test func `have the answers that they have alone, in their order`() {
    let sketch = office(rule(.permit, .all([fromAToB, udp(53)])))
    let obligations = [
      isolate("segment:a", "segment:b"),
      isolate("segment:b", "segment:a"),
      isolate("device:r", "segment:a"),
      Obligation.managedFrom(
        devices: members("device:r"), from: members("segment:b"), services: services("udp/53")),
      isolate("segment:a", "device:r"),
    ]
    for (number, obligation) in obligations.enumerated() {
      let alone = sketch.answer(obligation)
      var others = obligations
      others.remove(at: number)
      let beside = sketch.answer(obligation, beside: others)
      #expect(alone.requirement == beside.requirement, "\(number)")
      #expect("\(alone.verdict)" == "\(beside.verdict)", "\(number)")
    }
    let verdicts = obligations.map { sketch.verdict($0) }
    #expect(verdicts.contains("holds") && Set(verdicts).count > 1)
  }
}
