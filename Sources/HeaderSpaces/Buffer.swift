/// A growable run of plain values, without reference counts and without bounds checks in release.
///
/// This is the only file of the library with `unsafe` in it. An array in its place makes
/// `Benchmarks`' "permit set of 10,000 rules" slower: each store pays for a uniqueness check and
/// each load for a bounds check. Debug builds, and so the tests, check every index.
///
/// Nobody else has the pointer, so a buffer goes to another thread as a whole or not at all.
@safe struct Buffer<Element: BitwiseCopyable & Sendable>: ~Copyable, Sendable {
  private nonisolated(unsafe) var start: UnsafeMutablePointer<Element>
  private var capacity: Int
  /// How many values there are.
  private(set) var count: Int

  /// An empty buffer.
  init(capacity: Int = 64) {
    unsafe start = .allocate(capacity: max(capacity, 1))
    self.capacity = max(capacity, 1)
    count = 0
  }

  /// A buffer of `count` equal values.
  init(repeating value: Element, count: Int) {
    self.init(capacity: count)
    unsafe start.initialize(repeating: value, count: count)
    self.count = count
  }

  deinit { unsafe start.deallocate() }

  /// Another buffer with the same values.
  func copy() -> Self {
    var result = Self(capacity: count)
    result.append(self, from: 0, count: count)
    return result
  }

  /// The value at an index.
  @inline(__always)
  subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count, "index is within the buffer")
      return unsafe start[index]
    }
    set {
      assert(index >= 0 && index < count, "index is within the buffer")
      unsafe start[index] = newValue
    }
  }

  /// Adds a value at the end.
  @inline(__always)
  mutating func append(_ value: Element) {
    if count == capacity { grow(to: count + 1) }
    unsafe start[count] = value
    count += 1
  }

  /// Adds `added` equal values at the end.
  mutating func append(repeating value: Element, count added: Int) {
    if count + added > capacity { grow(to: count + added) }
    unsafe (start + count).initialize(repeating: value, count: added)
    count += added
  }

  /// Adds a part of another buffer at the end.
  @inline(__always)
  mutating func append(_ other: borrowing Buffer<Element>, from first: Int, count added: Int) {
    assert(first >= 0 && first + added <= other.count, "the part is within the other buffer")
    if count + added > capacity { grow(to: count + added) }
    unsafe (start + count).update(from: other.start + first, count: added)
    count += added
  }

  /// Forgets the values from `newCount` on.
  @inline(__always)
  mutating func truncate(to newCount: Int) {
    assert(newCount >= 0 && newCount <= count, "a buffer is cut within its values")
    count = newCount
  }

  @inline(never)
  private mutating func grow(to needed: Int) {
    let larger = max(needed, capacity * 2)
    let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    unsafe moved.update(from: start, count: count)
    unsafe start.deallocate()
    unsafe start = moved
    capacity = larger
  }
}
