import Glibc

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
    guard let start = unsafe Self.memory(for: max(capacity, 1)) else {
      preconditionFailure("there is memory")
    }
    unsafe self.start = start
    self.capacity = max(capacity, 1)
    count = 0
  }

  /// A buffer of `count` equal values.
  init(repeating value: Element, count: Int) {
    self.init(capacity: count)
    unsafe start.initialize(repeating: value, count: count)
    self.count = count
  }

  deinit { unsafe Self.release(start, capacity) }

  /// Another buffer with the same values and as much room.
  func copy() -> Self {
    var result = Self(capacity: capacity)
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

  /// Puts one value in the place of every value.
  mutating func fill(with value: Element) {
    unsafe start.update(repeating: value, count: count)
  }

  /// Forgets the values from `newCount` on.
  @inline(__always)
  mutating func truncate(to newCount: Int) {
    assert(newCount >= 0 && newCount <= count, "a buffer is cut within its values")
    count = newCount
  }

  @inline(never)
  private mutating func grow(to needed: Int) {
    // Pages that nothing was written to are none, so that much room costs nothing.
    let factor = Self.pages(for: capacity) == nil ? 2 : 8
    var larger = max(needed, capacity * factor)
    var found = unsafe Self.memory(for: larger)
    if unsafe found == nil {
      // Where the system promises no more than it has.
      larger = max(needed, capacity + capacity / 2)
      unsafe found = Self.memory(for: larger)
    }
    guard let moved = unsafe found else { preconditionFailure("there is memory") }
    unsafe moved.update(from: start, count: count)
    unsafe Self.release(start, capacity)
    unsafe start = moved
    capacity = larger
  }

  /// The size of a large page.
  private static var page: Int { 1 << 21 }

  /// How many bytes of pages so many values take; `nil` where they are too few for pages of their own.
  private static func pages(for capacity: Int) -> Int? {
    let (size, isTooLarge) = capacity.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    return isTooLarge || size < page ? nil : (size + page - 1) & ~(page - 1)
  }

  /// Memory for so many values, or `nil` if there is none; much of it is asked for in large pages.
  ///
  /// What is looked up lies all over the tables: with small pages the processor searches for them an
  /// eighth of the time.
  private static func memory(for capacity: Int) -> UnsafeMutablePointer<Element>? {
    guard let size = pages(for: capacity) else { return .allocate(capacity: capacity) }
    let found = unsafe mmap(
      nil, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let found = unsafe found, unsafe found != MAP_FAILED else { return nil }
    let before = -Int(bitPattern: found) & (page - 1)
    let start = unsafe found + before
    if before > 0 { unsafe munmap(found, before) }
    unsafe munmap(start + size, page - before)
    unsafe madvise(start, size, MADV_HUGEPAGE)
    return unsafe start.bindMemory(to: Element.self, capacity: capacity)
  }

  private static func release(_ start: UnsafeMutablePointer<Element>, _ capacity: Int) {
    if let size = pages(for: capacity) {
      unsafe munmap(start, size)
    } else {
      unsafe start.deallocate()
    }
  }
}
