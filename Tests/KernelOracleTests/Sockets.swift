import Foundation

/// An open socket; all of its calls return at once.
///
/// It speaks C, so its calls are marked `unsafe`; every pointer lives within one call.
struct Socket: Sendable {
  let descriptor: Int32

  /// A socket in the namespace of the calling thread.
  init(_ domain: Int32, _ type: Int32, _ protocol: Int32) throws {
    descriptor = socket(domain, type | 0o2_000_000 | 0o4000, `protocol`)
    guard descriptor >= 0 else { throw Trouble("socket(\(domain), \(`protocol`)): error \(errno)") }
  }

  func shut() { close(descriptor) }

  func set(_ level: Int32, _ option: Int32, to value: Int32) throws {
    var value = value
    guard unsafe setsockopt(descriptor, level, option, &value, 4) == 0 else {
      throw Trouble("setsockopt(\(level), \(option)): error \(errno)")
    }
  }

  /// Sends bytes to an address, as the system lays it out.
  func send(_ bytes: [UInt8], to address: [UInt8]) throws {
    let sent = unsafe bytes.withUnsafeBytes { data in
      unsafe address.withUnsafeBytes { target -> Int in
        guard let start = target.baseAddress else { return -1 }
        return unsafe sendto(
          descriptor, data.baseAddress, data.count, 0,
          start.assumingMemoryBound(to: sockaddr.self), socklen_t(target.count))
      }
    }
    guard sent == bytes.count else { throw Trouble("send: error \(errno)") }
  }

  /// What one call received.
  struct Received {
    var bytes: [UInt8]
    /// The sender's address as the system lays it out.
    var address: [UInt8]
    var control: [UInt8]
  }

  /// The next that came; `nil` where nothing waits.
  func receive() -> Received? {
    var bytes = [UInt8](repeating: 0, count: 2048)
    var address = [UInt8](repeating: 0, count: 128)
    var control = [UInt8](repeating: 0, count: 256)
    var count = -1
    var controlCount = 0
    unsafe bytes.withUnsafeMutableBytes { data in
      unsafe address.withUnsafeMutableBytes { name in
        unsafe control.withUnsafeMutableBytes { extra in
          var piece = unsafe iovec(iov_base: data.baseAddress, iov_len: data.count)
          unsafe withUnsafeMutablePointer(to: &piece) { pieces in
            var message = unsafe msghdr()
            unsafe message.msg_name = name.baseAddress
            unsafe message.msg_namelen = socklen_t(name.count)
            unsafe message.msg_iov = pieces
            unsafe message.msg_iovlen = 1
            unsafe message.msg_control = extra.baseAddress
            unsafe message.msg_controllen = extra.count
            count = unsafe recvmsg(descriptor, &message, 0)
            controlCount = unsafe message.msg_controllen
          }
        }
      }
    }
    guard count >= 0 else { return nil }
    return Received(
      bytes: Array(bytes[..<count]), address: address, control: Array(control[..<controlCount]))
  }

  /// Waits until something comes, so many milliseconds at most.
  func wait(milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, milliseconds) > 0
  }
}

/// Forgets all sessions of a namespace: the message of `conntrack -F`.
struct SessionTable: Sendable {
  private let netlink: Socket

  /// That of the calling thread's namespace.
  init() throws { netlink = try Socket(16, Int32(SOCK_RAW.rawValue), 12) }

  func shut() { netlink.shut() }

  func clear() throws {
    // A header of 16 bytes (length, IPCTNL_MSG_CT_DELETE, request and acknowledge), and an empty
    // nfgenmsg.
    let message: [UInt8] = [20, 0, 0, 0, 2, 1, 5, 0] + [UInt8](repeating: 0, count: 12)
    let kernel: [UInt8] = [16, 0] + [UInt8](repeating: 0, count: 10)
    try netlink.send(message, to: kernel)
    guard netlink.wait(milliseconds: 1000), let answer = netlink.receive(),
      answer.bytes.count >= 20, answer.bytes[16..<20].allSatisfy({ $0 == 0 })
    else { throw Trouble("the kernel does not forget its sessions") }
  }
}
