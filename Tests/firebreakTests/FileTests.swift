import Foundation
import Testing

@Suite struct `Files that cannot be read` {
  @Test(arguments: [
    ("firebreak verify nothere", "nothere: error: 'nothere' is not there\n"),
    (
      "firebreak verify empty",
      """
      empty: error: the directory has no network description
        hint: it would be named network.json or network.xml\n
      """
    ),
    (
      "firebreak verify n --policy empty",
      "empty: error: 'empty' cannot be read: it is no regular file\n"
    ),
    (
      "firebreak show n/readme.txt",
      """
      n/readme.txt: error: 'n/readme.txt' has no ending that says its form
        hint: name it .json or .xml\n
      """
    ),
    (
      "ln -s a.json n/b.json; ln -s b.json n/a.json; firebreak show n/a.json",
      "n/a.json: error: 'n/a.json' is not there\n"
    ),
    (
      "ln -s /dev/zero z.json; firebreak show z.json",
      "z.json: error: 'z.json' cannot be read: it is no regular file\n"
    ),
    (
      "mkfifo p.json; firebreak show p.json",
      "p.json: error: 'p.json' cannot be read: it is no regular file\n"
    ),
    (
      "firebreak show n/network.json/network.json",
      "n/network.json/network.json: error: 'n/network.json/network.json' is not there\n"
    ),
    (
      "cp n/network.json n/network.xml; firebreak show n",
      """
      n/network.xml: error: the directory also has 'n/network.json'
        hint: name the file to be taken\n
      """
    ),
    (
      "firebreak show n --allow nothere", "nothere: error: the directory is not there\n"
    ),
    // As root every file may be read, but not what this one is.
    (
      "ln -s /proc/self/mem m.json; firebreak show m.json",
      "m.json: error: 'm.json' cannot be read: input/output error\n"
    ),
  ])
  func `are named with what is the matter`(command: String, errors: String) throws {
    let shell = try Shell(["n/network.json": plainNetwork, "n/readme.txt": "", "empty/x": ""])
    let outcome = shell.run(command)
    #expect(outcome == Outcome(status: 3, output: "", errors: errors))
  }

  @Test func `a file without permission`() throws {
    let shell = try Shell(["n/network.json": plainNetwork])
    if shell.run("test \"$(id -u)\" -eq 0").status == 0 {
      print("skipped: root may read every file")
      return
    }
    let outcome = shell.run("chmod 0 n/network.json; firebreak show n")
    #expect(outcome.status == 3)
    #expect(
      outcome.errors
        == "n/network.json: error: 'n/network.json' cannot be read: it may not be read\n")
  }

  @Test func `a file beyond the bound is refused before it is read`() throws {
    let shell = try Shell()
    let outcome = shell.run("truncate -s 200000001 n.json; firebreak show n.json")
    #expect(outcome.status == 3)
    #expect(
      outcome.errors
        == "n.json: error: 'n.json' cannot be read: it has 200000001 bytes, "
        + "more than the 200000000 allowed\n")
  }

  @Test func `a large file that is within the bound is read and told`() throws {
    let shell = try Shell()
    // An unoptimised build takes a minute for its digest.
    let size = Shell.isOptimised ? 200_000_000 : 2_000_000
    let outcome = shell.run("truncate -s \(size) n.json; firebreak show n.json")
    #expect(outcome.status == 3)
    #expect(outcome.errors.hasPrefix("n.json:1:1: error: "))
  }
}
