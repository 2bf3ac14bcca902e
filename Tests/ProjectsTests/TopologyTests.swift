import Glibc
import Places
import Policies
import Projects
import Testing

@Suite struct `The example networks` {
  /// The directory of the package.
  private static let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// The names of the directories that hold a network.
  static let names: [String] = {
    guard let directory = unsafe opendir("/\(root)/Topologies") else { return [] }
    defer { _ = unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix("."), !name.contains(".") {
        names.append(name)
      }
    }
    return names.sorted()
  }()

  @Test func `there are some`() { #expect(Self.names.count >= 4) }

  @Test(arguments: names)
  func `each opens without an error`(name: String) throws {
    let day = try #require(Day(parsing: "2026-11-20"))
    let project = try Project.open("/\(Self.root)/Topologies/\(name)", on: day)
    #expect(project.policy != nil)
  }
}
