import ProofChecker
import Glibc

/// Reads at most so many bytes of standard input; none at its end.
func bytes(atMost count: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count)
  while bytes.count < count {
    let byte = getchar_unlocked()
    guard byte >= 0 else { break }
    bytes.append(UInt8(truncatingIfNeeded: byte))
  }
  return bytes
}

var check = Check()
while case let chunk = bytes(atMost: 1 << 16), !chunk.isEmpty {
  check.read(chunk)
}
check.finish()
for answer in check.answers { print(answer) }
exit(check.status)
