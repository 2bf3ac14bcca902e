import Documents
import Networks
import Places
import Policies
import Projects
import Testing

private let network = """
  { "network": "n", "segments": { "office": { "subnets": ["10.10.0.0/24"] },
      "plant": { "subnets": ["10.47.0.0/24"] } },
    "devices": { "fw": { "interfaces": { "a": { "segment": "office", "addresses": ["10.10.0.1/24"] },
      "b": { "segment": "plant", "addresses": ["10.47.0.1/24"] } } } } }
  """

private let policy = """
  { "policy": "p", "zones": { "office": { "members": ["segment:office"] },
      "plant": { "members": ["segment:plant"] } },
    "requirements": [ { "id": "R", "isolate": { "from": "office", "to": "plant" } } ] }
  """

private func open(
  _ path: String, policy: String? = nil, allowed: [String] = [], limits: Limits = Limits()
) throws -> Project {
  let day = try #require(Day(parsing: "2026-11-20"))
  return try Project.open(
    path, policy: policy, on: day, allowedDirectories: allowed, limits: limits)
}

/// The errors, with the temporary directory's name left out.
private func errors(
  _ directory: TemporaryDirectory, _ name: String = "", policy: String? = nil,
  limits: Limits = Limits()
) -> [String] {
  do {
    let path = name.isEmpty ? directory.path : "\(directory.path)/\(name)"
    _ = try open(path, policy: policy.map { "\(directory.path)/\($0)" }, limits: limits)
    return []
  } catch let errors as InputErrors {
    return errors.errors.map { $0.description.replacing(directory.path, with: "") }
  } catch {
    return ["\(error)"]
  }
}

@Suite struct `Opening a project` {
  @Test func `a directory gives its network and its policy`() throws {
    let directory = TemporaryDirectory()
    directory.write("network.json", network)
    directory.write("policy.json", policy)
    let project = try open(directory.path)
    #expect(project.network.name == "n")
    #expect(project.policy?.requirements.map(\.requirement.id) == ["R"])
    #expect(project.policy?.zones.map(\.parts.count) == [1, 1])
    #expect(
      project.files.map(\.path)
        == ["network.json", "policy.json"].map { "\(directory.path)/\($0)" })
    #expect(project.files[0].size == network.utf8.count)
    #expect(project.files[0].digest == SHA256Digest(of: Array(network.utf8)))
  }

  @Test func `a network alone has no policy, and a policy may be named`() throws {
    let directory = TemporaryDirectory()
    directory.write("net/network.json", network)
    directory.write("other/rules.yaml", policy)
    #expect(try open("\(directory.path)/net").policy == nil)
    let project = try open(
      "\(directory.path)/net/network.json", policy: "\(directory.path)/other/rules.yaml")
    #expect(project.policy?.requirements.count == 1)
  }

  @Test func `included networks get prefixes and see the names outside`() throws {
    let directory = TemporaryDirectory()
    directory.write(
      "network.json",
      """
      { "network": "fleet", "include": ["s/7/network.json", { "path": "s/7/network.json",
          "prefix": "copy" }],
        "segments": { "wan": { "subnets": ["10.0.0.0/24"] } },
        "links": [ { "between": ["endpoint:station-7/rtu", "segment:wan"] } ] }
      """)
    directory.write(
      "s/7/network.json",
      """
      { "network": "station-7", "segments": { "lan": { "subnets": ["192.168.1.0/24"] } },
        "devices": { "gw": { "interfaces": {
          "up": { "segment": "wan" }, "lan": { "addresses": ["192.168.1.1/24"] } } } },
        "endpoints": { "rtu": { "segment": "lan", "addresses": ["192.168.1.5"] } } }
      """)
    let network = try open(directory.path).network
    #expect(network.segments.map(\.name) == ["wan", "station-7/lan", "copy/lan"])
    #expect(network.devices.map(\.name) == ["station-7/gw", "copy/gw"])
    #expect(network.devices[0].interfaces.map(\.segment) == [0, 1])
    #expect(network.devices[1].interfaces.map(\.segment) == [0, 2])
    #expect(network.links.map(\.from) == [.endpoint(0)])
  }

  @Test func `a policy's feeds are read beside it, and its assumptions settle conditions`() throws {
    let directory = TemporaryDirectory()
    directory.write(
      "network.json",
      network.replacing(
        "\"devices\": { \"fw\": {", with: "\"devices\": { \"fw\": { \"unknownRoutes\": \"ospf\","))
    directory.write("intel/c2.txt", "10.10.0.66\n")
    directory.write(
      "policy.json",
      policy.replacing(
        "\"policy\": \"p\",",
        with: """
          "policy": "p", "feeds": { "c2": { "path": "intel/c2.txt" } },
            "assume": { "routing:ospf": false },
          """
      ).replacing("\"to\": \"plant\"", with: "\"to\": \"feed:c2\"")
        .replacing("\"from\": \"office\"", with: "\"from\": \"plant\""))
    let project = try open(directory.path)
    #expect(project.network.conditions.conditions.map(\.assumed) == [false])
    #expect(project.files.count == 3)
  }
}

@Suite struct `What a project refuses` {
  @Test func `files that are not there or have no known form`() {
    let directory = TemporaryDirectory()
    #expect(errors(directory).count == 1)
    #expect(
      errors(directory, "missing.json") == ["/missing.json: error: '/missing.json' is not there"])
    directory.write("network.txt", network)
    #expect(errors(directory, "network.txt").count == 1)
    directory.write("network.json", network)
    directory.write("network.xml", "<network name=\"n\"/>")
    #expect(errors(directory)[0].contains("the directory also has '/network.json'"))
  }

  @Test func `configurations that are missing, and files that include themselves`() {
    let directory = TemporaryDirectory()
    directory.write(
      "network.json",
      """
      { "network": "n", "include": ["a.json", "network.json"],
        "devices": { "fw": { "config": "fw.xml" } } }
      """)
    directory.write("a.json", "{ \"network\": \"a\", \"include\": [\"network.json\"] }")
    #expect(
      errors(directory) == [
        "/a.json:1:31: error: '/network.json' includes itself",
        "/network.json:1:41: error: '/network.json' includes itself",
        "/network.json:2:34: error: '/fw.xml' is not there",
      ])
  }

  @Test func `files outside the directory, by dots, links or absolute paths`() throws {
    let directory = TemporaryDirectory()
    directory.write("secret/a.json", "{ \"network\": \"a\" }")
    directory.link("link.json", to: "\(directory.path)/secret/a.json")
    for path in ["../secret/a.json", "in.json", "\(directory.path)/secret/a.json"] {
      directory.write("net/network.json", "{ \"network\": \"n\", \"include\": [\"\(path)\"] }")
      directory.link("net/in.json", to: "../link.json")
      let found = errors(directory, "net")
      #expect(found.count == 1)
      #expect(found[0].contains("is outside the directory of the network"))
      let project = try open("\(directory.path)/net", allowed: ["\(directory.path)/secret"])
      #expect(project.files.count == 2)
    }
  }

  @Test func `too many files and too many bytes`() {
    let directory = TemporaryDirectory()
    directory.write("network.json", network)
    directory.write("policy.json", policy)
    var limits = Limits()
    limits.files = 1
    #expect(errors(directory, limits: limits)[0].contains("more than 1 files"))
    limits = Limits()
    limits.bytes = 400
    #expect(errors(directory, limits: limits)[0].contains("more than 400 bytes"))
    limits = Limits(document: DocumentLimits(bytes: 100))
    #expect(
      errors(directory, limits: limits).allSatisfy { $0.contains("more than the 100 allowed") })
  }

  @Test func `something that is no regular file`() {
    let directory = TemporaryDirectory()
    directory.link("network.json", to: "/dev/zero")
    #expect(errors(directory, "network.json").count == 1)
  }

  @Test func `names that the network does not have`() {
    let directory = TemporaryDirectory()
    directory.write("network.json", network)
    directory.write("policy.json", policy.replacing("segment:plant", with: "segment:plnt"))
    #expect(errors(directory)[0].contains("no segment is named 'plnt'"))
  }
}
