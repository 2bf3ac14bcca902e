import Testing

@Suite struct `Source files` {
  /// Words that no Swift file holds, in halves so that this one does not.
  static let banned = [
    "try" + "!", "fatal" + "Error(", "@unchecked" + " Sendable", "swift-format" + "-ignore",
    "TO" + "DO", "FIX" + "ME", "XX" + "X",
  ]

  @Test func `no file is longer than 500 lines`() {
    #expect(Repository.swift.count > 50)
    let long = Repository.swift.filter { $0.lines.count > 500 }
    #expect(long.map { "\($0.path): \($0.lines.count)" } == [])
  }

  @Test func `no function is longer than 70 lines`() {
    var count = 0
    for file in Repository.swift {
      let functions = SwiftOutline(file.lines.joined(separator: "\n")).functions
      count += functions.count
      let long = functions.filter { $0.length > 70 }
      #expect(long.map { "\(file.path):\($0.line): \($0.name) has \($0.length) lines" } == [])
    }
    #expect(count > 100)
  }

  @Test func `no file holds a banned word`() {
    for file in Repository.swift {
      for word in Self.banned {
        #expect(file.firstPlace(of: word) == nil, "\(word)")
      }
    }
  }

  @Test func `no file names the place where it was written`() {
    let places = ["work", "root", "home", "Users"].flatMap { ["\"/\($0)/", " /\($0)/"] }
    var count = 0
    for file in Repository.paths.lazy.compactMap(Repository.read) {
      count += 1
      for place in places {
        #expect(file.firstPlace(of: place) == nil, "\(place)")
      }
    }
    #expect(count > 50)
  }
}

@Suite struct `Outline of a source file` {
  @Test func `functions have their name, line and length`() {
    let outline = SwiftOutline(
      """
      struct A {
        init(a: Int = { 1 }()) {
          self.init(b: "}")
        }
        func b<T>(
          c: T
        ) -> [T] where T: Sendable { /* } */
          // }
          func d() {}
          return [c].map { e in e }
        }
      }
      protocol P {
        func f()
        init()
      }
      """)
    #expect(
      outline.functions == [
        .init(name: "init", line: 2, length: 3), .init(name: "d", line: 9, length: 1),
        .init(name: "b", line: 5, length: 7),
      ])
  }

  @Test(arguments: [
    (#"a "b\"{" c"#, #"a "" c"#), ("a \"\"\"\n{ \"\n\"\"\" c", "a \"\n\n\" c"),
    ("a /* {\n */ c", "a \n c"), ("a // { \"\nc", "a \nc"), ("##\"\"#{\"## c", "\"\" c"),
  ])
  func `comments and strings are blanked`(text: String, blanked: String) {
    #expect(String(decoding: SwiftOutline.blanked(Array(text.utf8)), as: UTF8.self) == blanked)
  }
}
