import Foundation
import Synchronization

/// Linux network namespaces that belong to this process, named `fb-PID-NAME`.
enum Namespaces {
  private static let prefix = "fb-"

  /// The name of one of this process.
  static func name(_ short: String) -> String { "\(prefix)\(getpid())-\(short)" }

  /// Why nothing can be asked of the kernel here; `nil` where it can.
  static let hindrance: String? = {
    if geteuid() != 0 { return "only root can make network namespaces" }
    for (program, arguments) in [("ip", ["-V"]), ("nft", ["-v"])] {
      guard let result = try? run([program] + arguments), result.status == 0 else {
        return "there is no program '\(program)'"
      }
    }
    removeLeftovers()
    let probe = name("probe")
    defer { remove([probe]) }
    guard (try? must(["ip", "netns", "add", probe])) != nil else {
      return "no network namespace can be made"
    }
    let ruleset = """
      {"nftables": [{"add": {"table": {"family": "inet", "name": "t"}}}]}
      """
    guard
      (try? must(["ip", "netns", "exec", probe, "nft", "-j", "-f", "-"], input: ruleset)) != nil
    else { return "the kernel takes no nftables ruleset" }
    return nil
  }()

  /// Whether this kernel has VLANs.
  static let hasVLANs: Bool = {
    let probe = name("vlan")
    defer { remove([probe]) }
    guard (try? make([probe])) != nil else { return false }
    return
      (try? must(
        ["ip", "-n", probe, "link", "add", "link", "lo", "name", "v", "type", "vlan", "id", "2"]))
      != nil
  }()

  /// Makes namespaces.
  static func make(_ names: [String]) throws {
    try must(["ip", "-batch", "-"], input: names.map { "netns add \($0)\n" }.joined())
  }

  /// Removes namespaces, with all that is in them; those that are not there are passed over.
  static func remove(_ names: [String]) {
    _ = try? run(
      ["ip", "-force", "-batch", "-"], input: names.map { "netns del \($0)\n" }.joined())
  }

  /// Removes what processes left that are no more.
  private static func removeLeftovers() {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/run/netns")) ?? []
    let left = all.filter { name in
      guard name.hasPrefix(prefix), let process = name.split(separator: "-").dropFirst().first
      else { return false }
      return !FileManager.default.fileExists(atPath: "/proc/\(process)")
    }
    if !left.isEmpty { remove(left) }
  }

  /// Does something in a namespace, on a thread of its own, since threads are in namespaces.
  static func inside<Result: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws -> Result
  ) throws -> Result {
    let box = Box<Swift.Result<Result, any Error>>()
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      box.value.withLock { value in
        value = Swift.Result {
          try enter(name)
          return try body()
        }
      }
      done.signal()
    }
    thread.start()
    done.wait()
    guard let result = box.value.withLock({ $0 }) else { throw Trouble("a thread was lost") }
    return try result.get()
  }

  private final class Box<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
  }

  private static func enter(_ name: String) throws {
    let descriptor = unsafe open("/run/netns/\(name)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Trouble("there is no namespace \(name)") }
    defer { close(descriptor) }
    guard let enter = unsafe dlsym(dlopen(nil, RTLD_NOW), "setns") else {
      throw Trouble("this system has no setns")
    }
    typealias Enter = @convention(c) (Int32, Int32) -> Int32
    let call = unsafe unsafeBitCast(enter, to: Enter.self)
    guard call(descriptor, 0) == 0 else { throw Trouble("setns: error \(errno)") }
  }
}
