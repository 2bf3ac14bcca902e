import Foundation
import Networks
import Reachability
import Testing

@testable import Reports

/// What the reports of the sample look like, word for word.
///
/// With `UPDATE_GOLDEN=1` in the environment the files are written anew, and the tests fail.
@Suite struct `Golden reports` {
  @Test(arguments: [
    (ReportFormat.text, "report.txt"), (.json, "report.json"), (.markdown, "report.md"),
  ])
  func `a report is the committed one`(format: ReportFormat, file: String) throws {
    let text = try Sample().report.rendered(as: format)
    try Golden.compare(text, with: file)
  }

  @Test(arguments: [
    (ReportFormat.text, "evidence.txt"), (.json, "evidence.json"), (.markdown, "evidence.md"),
  ])
  func `one with evidence is, too`(format: ReportFormat, file: String) throws {
    try Golden.compare(try Sample(evidence: true).report.rendered(as: format), with: file)
  }

  @Test func `one without some filters says so first`() throws {
    var report = try Sample().report
    report.network = report.network.withoutFilters(of: [0])
    report.result = verify(report.network, against: report.policy)
    let text = report.rendered(as: .text).split(separator: "\n")
    #expect(text[1] == "without the filters of gw, so not as the network is")
    #expect(report.rendered(as: .json).contains(#""without": ["gw"]"#))
    #expect(report.rendered(as: .markdown).contains("**Without the filters of gw**"))
  }

  @Test func `the same inputs give the same bytes`() throws {
    for format in ReportFormat.allCases {
      let first = try Sample().report.rendered(as: format)
      let second = try Sample().report.rendered(as: format)
      #expect(first == second)
    }
  }
}

/// The committed texts.
enum Golden {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")

  /// Compares a text with a committed one, or writes that.
  static func compare(_ text: String, with name: String) throws {
    let file = folder.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("wrote \(name); look at what changed")
      return
    }
    #expect(text == (try String(contentsOf: file, encoding: .utf8)))
  }
}
