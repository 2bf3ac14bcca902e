import LibFuzzer

/// The command line: `fuzz TARGET` and then what libFuzzer takes, the directories of inputs first
/// among it; `fuzz` alone lists the targets.
///
/// It speaks C, so its calls are marked `unsafe`; every pointer lives as long as the process.
@main
struct Fuzz {
  /// The parser that the first argument names.
  private static let target = CommandLine.arguments.dropFirst().first.flatMap { name in
    Target.all.first { $0.name == name }
  }

  static func main() {
    guard target != nil else {
      for target in Target.all { print(target.name) }
      return
    }
    // What libFuzzer sees begins at the name of the target, in which it then finds its own.
    var count = CommandLine.argc - 1
    let arguments = unsafe CommandLine.unsafeArgv
    unsafe arguments[1] = arguments[0]
    var rest: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe arguments + 1
    _ = unsafe LLVMFuzzerRunDriver(&count, &rest) { start, count in
      let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
      Fuzz.target?.test(Input(unsafe Array(bytes)))
      return 0
    }
  }
}
