import Foundation
import Testing

@Suite struct `Exit statuses` {
  private func status(_ obligation: String, network: String = plainNetwork) throws -> Int32 {
    let shell = try Shell([
      "n/network.json": network, "n/policy.json": plainPolicy(obligation),
    ])
    let outcome = shell.run("firebreak verify n")
    #expect(outcome.errors == "")
    return outcome.status
  }

  @Test func `0 where every requirement holds`() throws {
    #expect(
      try status(#""isolate": { "from": "a", "to": "b", "services": ["tcp/502"] }"#) == 0)
  }

  @Test func `1 where one is violated`() throws {
    #expect(try status(#""isolate": { "from": "a", "to": "b", "services": ["ssh"] }"#) == 1)
  }

  @Test func `2 where none is violated and one depends on a condition`() throws {
    let network = plainNetwork.replacingOccurrences(
      of: #""services": "tcp/22""#, with: #""services": "tcp/22", "when": "schedule:night""#)
    let obligation = #""isolate": { "from": "a", "to": "b", "services": ["ssh"] }"#
    #expect(try status(obligation, network: network) == 2)
    let shell = try Shell([
      "n/network.json": network, "n/policy.json": plainPolicy(obligation),
    ])
    #expect(shell.run("firebreak verify n --assume r/schedule:night=false").status == 0)
    #expect(shell.run("firebreak verify n --assume r/schedule:night=true").status == 1)
  }

  @Test(arguments: [
    ("--from a --to b --service ssh", 0 as Int32), ("--from a --to b --service https", 1),
    ("--from a --to c --service https", 64), ("--from a --to b --service x/1", 64),
  ])
  func `those of a trace`(options: String, status: Int32) throws {
    let shell = try Shell([
      "n/network.json": plainNetwork,
      "n/policy.json": plainPolicy(#""isolate": { "from": "a", "to": "b" }"#),
    ])
    #expect(shell.run("firebreak trace n \(options)").status == status)
  }

  @Test func `3 where the input is in error`() throws {
    let shell = try Shell(["n/network.json": "{}"])
    for command in ["verify n", "show n", "trace n --from a --to b --service ssh"] {
      let outcome = shell.run("firebreak \(command)")
      #expect(outcome.status == 3)
      #expect(outcome.output == "")
      #expect(outcome.errors == "n/network.json:1:1: error: \"network\" is missing\n")
    }
  }

  @Test(arguments: [
    ("verify", "Error: Missing expected argument '<network>'"),
    ("verify ''", "Error: The path of '<network>' is empty."),
    ("verify n --policy ''", "Error: The path of '--policy' is empty."),
    ("verify n --nosuch", "Error: Unknown option '--nosuch'"),
    ("nosuch", "Error: Unexpected argument 'nosuch'"),
    (
      "verify n --format yaml",
      "Error: The value 'yaml' is invalid for '--format <format>'. "
        + "Please provide one of 'text', 'json' or 'markdown'."
    ),
    (
      "verify n --as-of 2026-02-30",
      "Error: The value '2026-02-30' is invalid for '--as-of <YYYY-MM-DD>': "
        + "'2026-02-30' is no day; write it as 2027-01-31."
    ),
    (
      "verify n --assume x",
      "Error: The value 'x' is invalid for '--assume <name=outcome>'"
    ),
    ("verify n --assume x=true", "--assume: error: no condition is named 'x'"),
    ("verify n/network.json", "verify: error: 'n/network.json' comes with no policy"),
    ("verify n --requirement Q", "--requirement: error: no requirement is named 'Q'"),
    ("show n nosuch", "show: error: 'nosuch' is no topic"),
    ("show n zone a b", "show: error: name one topic or member; 'a' is one too many"),
    ("trace n --from a --to q --service ssh", "--to: error: no zone is named 'q'"),
    (
      "trace n --from a --to b --service q",
      "--service: error: 'q' is no service: no service or protocol is named 'q'"
    ),
    (
      "trace n --from a --to b --service ssh --application q",
      "--application: error: no configuration of the network names the application 'q'"
    ),
    (
      "trace n --from a --to b --service icmpv6/128",
      "--service: error: 'icmpv6/128' names no packet of that family"
    ),
    (
      "trace n --from a --to b --service ssh --source-port 70000",
      "Error: The value '70000' is invalid for '--source-port <port>'"
    ),
    ("trace n --from a --to b", "Error: Missing expected argument '--service <service>'"),
  ])
  func `64 where the command line is`(options: String, message: String) throws {
    let shell = try Shell([
      "n/network.json": plainNetwork,
      "n/policy.json": plainPolicy(#""isolate": { "from": "a", "to": "b" }"#),
    ])
    let outcome = shell.run("firebreak \(options)")
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.split(separator: "\n").first.map(String.init) == message)
  }
}
