import Foundation
import Testing

@Suite struct `Output` {
  private func shell() throws -> Shell {
    try Shell([
      "n/network.json": plainNetwork,
      "n/policy.json": plainPolicy(#""isolate": { "from": "a", "to": "b", "services": ["ssh"] }"#),
    ])
  }

  private static let commands = [
    "verify n", "verify n --format json", "verify n --format markdown", "show n", "show n zones",
    "show n --canonical",
    "trace n --from a --to b --service ssh",
  ]

  @Test(arguments: commands)
  func `has no escape sequences where it is no terminal`(command: String) throws {
    let outcome = try shell().run("TERM=xterm-256color firebreak \(command)")
    #expect(!outcome.output.isEmpty)
    #expect(!outcome.output.contains("\u{1b}"))
    #expect(outcome.errors == "")
  }

  @Test func `shows the canonical network, with its files and claims`() throws {
    let shell = try shell()
    let outcome = shell.run("firebreak show n --canonical")
    #expect(outcome.status == 0 && outcome.errors == "")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "firebreak-network 1")
    for file in ["n/network.json", "n/policy.json"] {
      let digest = shell.run("sha256sum \(file)").output.prefix(64)
      #expect(lines.contains("input \(digest) \(file)"))
    }
    #expect(lines.contains { $0.hasPrefix("claim 0 never R 1 @ R at n/policy.json:") })
    #expect(lines.contains { $0.contains(" @ r/f/") && $0.contains(" at n/network.json:") })
    // It is all there is: a topic beside it is a mistake.
    #expect(shell.run("firebreak show n zones --canonical").status == 64)
    // Without a policy nothing is claimed.
    let alone = shell.run("rm n/policy.json && firebreak show n --canonical")
    #expect(alone.status == 0 && !alone.output.contains("\nclaim "))
    #expect(alone.output.contains("\nsender "))
  }

  @Test(arguments: [
    ("TERM=xterm-256color", true), ("TERM=xterm-256color NO_COLOR=1", false),
    ("TERM=xterm-256color NO_COLOR=", true), ("TERM=dumb", false),
  ])
  func `has colours on a terminal unless they are not wanted`(
    environment: String, isColoured: Bool
  ) throws {
    let shell = try shell()
    if shell.run("script --version").status != 0 {
      print("skipped: script, which gives a terminal, is not installed")
      return
    }
    let outcome = shell.run("\(environment) script -qec 'firebreak verify n' /dev/null")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("tcp/22"))
    #expect(outcome.output.contains("\u{1b}") == isColoured)
  }

  @Test func `ends with its reader, and says nothing`() throws {
    let shell = try shell()
    let command = "{ firebreak verify Topologies/ministry --format json; echo $? >status; }"
    let outcome = shell.run("\(command) | head -n 1; cat status")
    // What fits the pipe is written before the reader ends; 141 is the signal that ends what writes
    // after that.
    #expect(["{\n1\n", "{\n141\n"].contains(outcome.output))
    #expect(outcome.errors == "")
    // Nobody reads at all.
    let unread = shell.run("\(command) | true; cat status")
    #expect(["1\n", "141\n"].contains(unread.output))
    #expect(unread.errors == "")
  }

  @Test(arguments: commands + ["--help", "verify -h", "help show", "--version"])
  func `ends with 74 where it cannot be written`(command: String) throws {
    let shell = try shell()
    #expect(shell.run("firebreak \(command) >/dev/full").status == 74)
    #expect(shell.run("firebreak \(command) >&-").status == 74)
  }

  @Test func `goes to standard error where it is an error`() throws {
    let shell = try shell()
    #expect(shell.run("firebreak show nothere 2>/dev/full").status == 74)
    let outcome = shell.run("firebreak show nothere 2>/dev/null")
    #expect(outcome == Outcome(status: 3, output: "", errors: ""))
  }

  @Test(arguments: ["", "verify", "trace", "show"])
  func `of help names every option, in either way of asking`(command: String) throws {
    let shell = try shell()
    let option = shell.run("firebreak \(command) --help")
    #expect(option.status == 0)
    #expect(option.errors == "")
    #expect(option == shell.run("firebreak help \(command)"))
    #expect(option == shell.run("firebreak \(command) -h"))
    #expect(option.output.contains("USAGE: firebreak \(command)"))
    let lines = option.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 100 || $0.hasPrefix("USAGE") })
    let options =
      command.isEmpty ? [] : ["<network>", "--policy", "--as-of", "--assume", "--allow"]
    for name in options { #expect(option.output.contains(name)) }
  }

  @Test func `of help shows examples that are understood`() throws {
    let shell = try shell()
    for command in ["verify", "trace", "show"] {
      let help = shell.run("firebreak \(command) --help").output
      let joined = help.replacingOccurrences(of: " \\\n", with: " ")
      let examples = joined.split(separator: "\n").map { $0.drop { $0 == " " } }
        .filter { $0.hasPrefix("firebreak \(command)") }
      #expect(examples.count >= 3, "\(command)")
      // Only the examples of the repository have inputs here; the others end in 3 or 64, but none
      // in an option that is not there.
      for example in examples where Shell.isOptimised || !example.contains("caspian-power") {
        let outcome = shell.run(String(example))
        #expect(!outcome.errors.contains("USAGE"), "\(example)")
        #expect(!outcome.errors.contains("Error:"), "\(example)")
        if example.contains("Topologies/substation") {
          #expect([0, 1, 2].contains(outcome.status), "\(example)")
        }
      }
    }
  }

  @Test func `of the version is one line`() throws {
    let outcome = try shell().run("firebreak --version")
    #expect(outcome.status == 0)
    #expect(outcome.output.split(separator: ".").count == 3)
    #expect(outcome.output.hasSuffix("\n"))
  }
}
