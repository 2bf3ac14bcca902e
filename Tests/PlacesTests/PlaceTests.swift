import Places
import Testing

@Suite struct `Places and errors` {
  @Test(arguments: [
    (Place(file: "a.xml", line: 3, column: 7), "a.xml:3:7"),
    (Place(file: "a.xml", line: 3), "a.xml:3"),
    (Place(file: "a.xml"), "a.xml"), (Place.implied(by: "built-in"), "built-in"),
  ])
  func `a place is printed as compilers print it`(place: Place, text: String) {
    #expect(place.description == text)
  }

  @Test func `places are ordered by file, line and column`() {
    let places = [
      Place(file: "a", line: 2, column: 1), Place(file: "a", line: 10, column: 1),
      Place(file: "a", line: 10, column: 4), Place(file: "b", line: 1, column: 1),
    ]
    #expect(places.reversed().sorted() == places)
  }

  @Test func `an error is one line, and its hint a second`() {
    let place = Place(file: "policy.json", line: 4, column: 2)
    let plain = InputError(at: place, "the zone 'control' is empty")
    let hinted = InputError(at: place, "unknown key 'form'", hint: "did you mean 'from'?")
    #expect(plain.description == "policy.json:4:2: error: the zone 'control' is empty")
    #expect(
      InputErrors([plain, hinted]).description == """
        policy.json:4:2: error: the zone 'control' is empty
        policy.json:4:2: error: unknown key 'form'
          hint: did you mean 'from'?
        """)
  }
}
