@testable import Projects
import Testing

@Suite struct `SHA-256` {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `a known digest`(text: String, digest: String) {
    #expect(SHA256Digest(of: Array(text.utf8)).description == digest)
  }

  @Test func `a million letters`() {
    let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      SHA256Digest(of: letters).description
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `lengths around a block differ`() {
    let digests = (50...70).map { SHA256Digest(of: [UInt8](repeating: 0, count: $0)) }
    #expect(Set(digests).count == digests.count)
  }
}

@Suite struct `Paths` {
  @Test func `a path is joined to a directory unless it is absolute`() {
    #expect(Path.join("a/b", "c.json") == "a/b/c.json")
    #expect(Path.join("", "c.json") == "c.json")
    #expect(Path.join("a", "/c.json") == "/c.json")
    #expect(Path.join("/", "c") == "/c")
  }

  @Test func `the directory of a path`() {
    #expect(Path.directory(of: "a/b/c.json") == "a/b")
    #expect(Path.directory(of: "c.json") == "")
    #expect(Path.directory(of: "/c.json") == "/")
  }

  @Test func `a directory holds what is below it and not what starts alike`() {
    #expect(Path.isInside("/a/b/c", "/a/b"))
    #expect(Path.isInside("/a/b", "/a/b"))
    #expect(!Path.isInside("/a/bc", "/a/b"))
    #expect(Path.isInside("/a", "/"))
  }
}
