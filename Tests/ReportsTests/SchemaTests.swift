import Foundation
import Testing

@testable import Reports

/// The JSON form is as `Schemas/result.json` describes it, and the schema describes nothing else.
@Suite struct `The schema of a result` {
  @Test func `the sample fits`() throws {
    var schema = try Schema()
    schema.check(try sample(), against: schema.root, at: "$")
    schema.check(try reply(), against: schema.root, at: "$")
    #expect(schema.complaints == [])
  }

  @Test func `the sample shows nearly every member that is described`() throws {
    var schema = try Schema()
    schema.check(try sample(), against: schema.root, at: "$")
    schema.check(try reply(), against: schema.root, at: "$")
    // Members that the sample's answers have no reason for.
    let absent: Set = [
      "hop.matched", "hop.neighbours", "packet.application", "packet.etherType",
      "packet.icmpCode", "packet.icmpType", "packet.nextHeader",
      "condition.of", "requirement.furtherWitnesses", "requirement.internalError",
      "requirement.limit", "requirement.pack", "requirement.remarks", "requirement.under",
      "witness.lost", "witness.lostReply",
    ]
    #expect(schema.described.subtracting(schema.seen) == absent)
  }

  @Test(arguments: [
    (#""exitStatus": 1"#, #""exitStatus": "1""#), (#""exitStatus": 1"#, #""exitState": 1"#),
    (#""verdict": "holds""#, #""verdict": "maybe""#), (#""sha256": "0123"#, #""sha256": "123"#),
    (#""passed": true"#, #""passed": "yes""#), (#""line": 7"#, #""line": 0"#),
  ])
  func `what does not fit is found`(right: String, wrong: String) throws {
    let text = try Sample().report.rendered(as: .json)
    var schema = try Schema()
    schema.check(try Self.read(text.replacing(right, with: wrong)), against: schema.root, at: "$")
    #expect(text.contains(right))
    #expect(!schema.complaints.isEmpty)
  }

  private func sample() throws -> Any {
    try Self.read(Sample(evidence: true).report.rendered(as: .json))
  }

  private func reply() throws -> Any {
    try Self.read(SampleReply().report.rendered(as: .json))
  }

  private static func read(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8))
  }
}

/// As much of JSON Schema as the published schema uses.
private struct Schema {
  let root: [String: Any]
  private let definitions: [String: Any]
  private(set) var complaints: [String] = []
  /// The members that definitions describe, and those that were seen, as `definition.member`.
  private(set) var seen: Set<String> = []

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Schemas/result.json")
    let value = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    root = try #require(value as? [String: Any])
    definitions = try #require(root["$defs"] as? [String: Any])
  }

  var described: Set<String> {
    var result: Set<String> = []
    for (name, definition) in definitions {
      let members = (definition as? [String: Any])?["properties"] as? [String: Any]
      for member in members?.keys.sorted() ?? [] { result.insert("\(name).\(member)") }
    }
    return result
  }

  mutating func check(
    _ value: Any, against schema: [String: Any], at path: String, in definition: String = ""
  ) {
    if let reference = schema["$ref"] as? String {
      let name = String(reference.split(separator: "/").last ?? "")
      guard let target = definitions[name] as? [String: Any] else {
        complaints.append("\(path): no definition \(name)")
        return
      }
      return check(value, against: target, at: path, in: name)
    }
    if let choices = schema["enum"] as? [String], !choices.contains(value as? String ?? "") {
      complaints.append("\(path): \(value) is none of \(choices)")
    }
    switch schema["type"] as? String {
    case "object": checkObject(value, schema, path, definition)
    case "array":
      guard let elements = value as? [Any], let items = schema["items"] as? [String: Any] else {
        complaints.append("\(path): no array")
        return
      }
      for (index, element) in elements.enumerated() {
        check(element, against: items, at: "\(path)[\(index)]")
      }
    case "string":
      guard let text = value as? String else { return complaints.append("\(path): no string") }
      if let pattern = schema["pattern"] as? String,
        text.range(of: pattern, options: .regularExpression) == nil
      {
        complaints.append("\(path): '\(text)' does not match")
      }
    case "integer":
      guard let number = value as? Int, number >= schema["minimum"] as? Int ?? .min else {
        return complaints.append("\(path): no such number")
      }
    case "boolean": if !(value is Bool) { complaints.append("\(path): no truth value") }
    case nil: if schema["enum"] == nil { complaints.append("\(path): the schema says nothing") }
    case .some(let type): complaints.append("\(path): the schema's type \(type) is not known")
    }
  }

  private mutating func checkObject(
    _ value: Any, _ schema: [String: Any], _ path: String, _ definition: String
  ) {
    guard let members = value as? [String: Any] else {
      return complaints.append("\(path): no object")
    }
    let properties = schema["properties"] as? [String: Any] ?? [:]
    for required in schema["required"] as? [String] ?? [] where members[required] == nil {
      complaints.append("\(path): lacks \(required)")
    }
    for (key, member) in members.sorted(by: { $0.key < $1.key }) {
      if let known = (properties[key] ?? schema["additionalProperties"]) as? [String: Any] {
        seen.insert("\(definition).\(key)")
        check(member, against: known, at: "\(path).\(key)")
      } else {
        complaints.append("\(path): \(key) is not described")
      }
    }
  }
}
