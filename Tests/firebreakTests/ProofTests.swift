import Foundation
import Testing

@Suite struct `Certificates beside verdicts` {
  private let proved = "cat p/network.txt p/*.certificate | firebreak-check"

  private func shell() throws -> Shell {
    let shell = try Shell()
    #expect(shell.run("cp -r Topologies/substation/. n").status == 0)
    return shell
  }

  @Test func `are accepted by the checker, and said in each form of the report`() throws {
    let shell = try shell()
    let outcome = shell.run("firebreak verify n --certificates p")
    #expect(outcome.status == 1 && outcome.errors == "")
    #expect(outcome.output.contains("proved by   p/1.certificate"))
    let checked = shell.run(proved)
    #expect(checked.status == 0)
    #expect(checked.output.contains("VERIFIED 0 OT-1\n"))
    #expect(!checked.output.contains("OT-2"))
    let json = shell.run("firebreak verify n --certificates p --format json")
    #expect(json.output.contains("\"certificate\": \"p/1.certificate\""))
    let page = shell.run("firebreak verify n --certificates p --format markdown")
    #expect(page.output.contains("proved by `p/1.certificate`"))
  }

  @Test func `are refused where a rule of the network is another one`() throws {
    let shell = try shell()
    #expect(shell.run("firebreak verify n --certificates p").status == 1)
    // The table's entries lead elsewhere: what was denied is permitted.
    let broken = shell.run(
      "sed -E 's/^(otherwise) .*/\\1 0/' p/network.txt > q; cat q p/*.certificate | firebreak-check"
    )
    #expect(broken.status == 1)
    #expect(broken.output.contains("REJECTED line"))
  }

  @Test func `are checked again, against the files as they are now`() throws {
    let shell = try shell()
    #expect(shell.run("firebreak verify n --certificates p").status == 1)
    let again = shell.run("firebreak verify n --recheck p")
    #expect(again.status == 0 && again.output.contains("VERIFIED 0 OT-1\n"))
    let altered = shell.run("sed -i 's/-/ -/' p/1.certificate; firebreak verify n --recheck p")
    #expect(altered.status == 1 && altered.output.contains("REJECTED"))
    let changed = shell.run("echo >> n/network.json; firebreak verify n --recheck p")
    #expect(changed.status == 1)
    #expect(changed.output == "REJECTED network.txt: n/network.json is not what it was\n")
  }

  @Test func `bring no network of their own, of which they would be true`() throws {
    let shell = try shell()
    #expect(shell.run("firebreak verify n --certificates p").status == 1)
    let forged = shell.run(
      """
      (grep '^input' p/network.txt | sed '1i firebreak-network 1'; \
        echo 'claim 0 apart OT-2'; head -2 p/1.certificate; echo 'claims 0'; echo end) > q
      cat q >> p/1.certificate; rm p/1.refutation; firebreak verify n --recheck p
      """)
    #expect(forged.status == 1)
    #expect(forged.output == "REJECTED 1.certificate: it has a network of its own\n")
  }

  @Test func `are checked whatever their numbers are, and what is missing is said`() throws {
    let shell = try shell()
    #expect(shell.run("firebreak verify n --certificates p").status == 1)
    let moved = shell.run("mv p/1.certificate p/12.certificate; firebreak verify n --recheck p")
    #expect(moved.status == 0 && moved.output.contains("VERIFIED 0 OT-1\n"))
    #expect(!moved.output.contains("#"))
    let removed = shell.run("rm p/1.refutation; firebreak verify n --recheck p")
    #expect(removed.status == 0 && removed.output.hasSuffix("\n# nothing here shows OT-2\n"))
    #expect(shell.run("firebreak verify n --certificates p").status == 1)
    #expect(shell.run("test -e p/1.certificate").status == 0)
    #expect(shell.run("test -e p/12.certificate").status == 1)
  }

  @Test(arguments: [
    "--evidence", "--any-one-device-lost", "--certificates q", "--format json",
  ])
  func `are not checked together with what asks about verdicts`(option: String) throws {
    let outcome = try shell().run("firebreak verify n --recheck p \(option)")
    #expect(outcome.status == 64 && outcome.output == "")
    #expect(outcome.errors.contains("does not go with it"))
  }

  @Test func `need a directory that can be written, or read`() throws {
    let shell = try shell()
    let unwritten = shell.run("touch p; firebreak verify n --certificates p")
    #expect(unwritten.status == 73 && unwritten.output == "")
    let missing = shell.run("firebreak verify n --recheck nowhere")
    #expect(missing.status == 3 && missing.errors.contains("cannot be read"))
  }
}
