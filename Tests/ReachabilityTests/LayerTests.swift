import Networks
import Policies
import Testing

@testable import Reachability

@Suite struct `Layers of filters` {
  private let asked = isolate("segment:a", "segment:b")

  private func words(_ layers: Layers?) -> String {
    guard let layers else { return "none asked" }
    guard let count = layers.count else { return "no filter" }
    let sets = layers.sets.map { $0.joined(separator: "+") }.joined(separator: " ")
    return "\(layers.isExact ? "" : "at least ")\(count): \(sets)\(layers.hasMoreSets ? " …" : "")"
  }

  @Test func `one device that stops all is one`() throws {
    #expect(try words(office(rule(.deny)).proof(asked).layers) == "1: r")
  }

  @Test func `two in series are two`() throws {
    let sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    #expect(try words(sketch.proof(asked).layers) == "2: first+second")
  }

  @Test func `the second of two in series that stops only a part adds none`() throws {
    let sketch = inSeries({ $0.filters(rule(.deny)) }) {
      $0.filters(rule(.deny, tcp(22)), end: .permit)
    }
    #expect(try words(sketch.proof(asked).layers) == "1: first")
  }

  @Test func `beside each other they are one, either of them`() throws {
    let sketch = inParallel({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    #expect(try words(sketch.proof(asked).layers) == "1: one two")
  }

  @Test func `without a route no filter is needed`() throws {
    var sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    sketch.network.devices[1].interfaces[1].isUp = false
    #expect(try words(sketch.proof(asked).layers) == "no filter")
  }

  @Test func `each side of a device that all must pass is on its own`() throws {
    // Two ways to the first filter, one behind it.
    var sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    _ = sketch.device("beside", (0, ["10.0.0.2/24"]), (1, ["10.0.8.3/24"])) { device in
      device.route("10.0.1.0/24", .gateway(address("10.0.8.2"), interface: nil))
      device.filters(rule(.deny))
    }
    #expect(try words(sketch.proof(asked).layers) == "2: first+second second+beside")
  }

  @Test func `a device whose forward filter must be passed is one`() throws {
    let sketch = office(rule(.permit))
    let through = Obligation.through(
      from: members("segment:a"), to: members("segment:b"), via: members("device:r"))
    let proof = try sketch.proof(through)
    // No rule stops what goes another way, but the filter has to be there.
    #expect(proof.cut?.decisions == [])
    #expect(words(proof.layers) == "1: r")
  }

  @Test func `a bound on questions gives a bound on layers`() throws {
    let sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    let policy = try sketch.resolved(asked)
    var limits = EvidenceLimits()
    var found: [String] = []
    for questions in 0...8 {
      limits.questions = questions
      var search = LayerSearch(FilterQuestions(policy.requirements[0], sketch.network, limits))
      found.append(words(search.layers(beginning: [0])))
    }
    #expect(found.first == "at least 1:  …" && found.last == "2: first+second")
    limits = EvidenceLimits()
    limits.sets = 1
    let parallel = inParallel({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    let other = try parallel.resolved(asked)
    var search = LayerSearch(FilterQuestions(other.requirements[0], parallel.network, limits))
    #expect(words(search.layers(beginning: [])) == "1: one …")
  }
}
