import Documents
import Importers
public import Networks
public import Places
public import Policies

/// A network and its policy with all that they reference, read and checked.
public struct Project: Sendable {
  /// The network, with the conditions settled that the policy assumes.
  public var network: Network
  /// The policy in this network, if one was given.
  public var policy: ResolvedPolicy?
  /// The files that were read, in the order of reading.
  public var files: [InputFile]
  /// How much of each configuration is modelled.
  public var coverage: [Coverage]
  /// What a person should know, of the network first.
  public var notices: [Notice]

  /// Opens a network, and a policy, as they are judged on a day.
  ///
  /// The path is a network description, or a directory that holds one named `network.json` or
  /// `network.xml`; a policy beside it, named `policy.json`, `.xml`, `.yaml` or `.yml`, is then taken
  /// unless another is given. The files that either names may be in its own directory, and in the
  /// directories that are allowed besides.
  /// - Throws: All errors of the first stage that has any: reading the files, putting the network
  ///   together, looking up the policy's names.
  public static func open(
    _ path: String, policy policyPath: String? = nil, on day: Day,
    allowedDirectories: [String] = [], limits: Limits = Limits()
  ) throws(InputErrors) -> Self {
    var opening = try Opening(path, policyPath, allowedDirectories, limits)
    return try opening.open(on: day)
  }
}

/// The state of opening one project.
struct Opening {
  var loader: Loader
  let networkPath: String
  let policyPath: String?
  var errors: [InputError] = []

  init(
    _ path: String, _ policyPath: String?, _ allowed: [String], _ limits: Limits
  ) throws(InputErrors) {
    var networkPath = path
    var policyPath = policyPath
    if FileSystem.kind(of: path) == .directory {
      networkPath = try Self.find("network", in: path, ["json", "xml"], isRequired: true) ?? path
      if policyPath == nil {
        policyPath = try Self.find(
          "policy", in: path, ["json", "xml", "yaml", "yml"], isRequired: false)
      }
    }
    self.networkPath = networkPath
    self.policyPath = policyPath
    loader = Loader(limits: limits, roots: [])
    for directory in [Path.directory(of: networkPath)] + allowed {
      let directory = directory.isEmpty ? "." : directory
      guard let real = FileSystem.realPath(directory) else {
        throw InputErrors([
          InputError(at: Place(file: directory), "the directory is not there")
        ])
      }
      loader.allow(real)
    }
  }

  /// The one file of a name in a directory.
  private static func find(
    _ name: String, in directory: String, _ endings: [String], isRequired: Bool
  ) throws(InputErrors) -> String? {
    let candidates = endings.map { Path.join(directory, "\(name).\($0)") }
    let found = candidates.filter { FileSystem.kind(of: $0) == .file }
    if found.count > 1 {
      throw InputErrors([
        InputError(
          at: Place(file: found[1]), "the directory also has '\(found[0])'",
          hint: "name the file to be taken")
      ])
    }
    if found.isEmpty, isRequired {
      throw InputErrors([
        InputError(
          at: Place(file: directory), "the directory has no network description",
          hint: "it would be named \(endings.map { "\(name).\($0)" }.joined(separator: " or "))")
      ])
    }
    return found.first
  }

  mutating func open(on day: Day) throws(InputErrors) -> Project {
    var parts: [NetworkPart] = []
    addParts(of: networkPath, outer: nil, prefix: nil, at: nil, into: &parts, stack: [])
    let policy = readPolicy(on: day)
    if !errors.isEmpty { throw InputErrors(errors.sorted { $0.place < $1.place }) }
    let assembled = try assembleNetwork(parts)
    var network = assembled.network
    var resolved: ResolvedPolicy?
    if let (policy, feeds) = policy {
      try policy.settleConditions(of: &network)
      resolved = try ResolvedPolicy(policy, in: network, feeds: feeds, on: day)
    }
    return Project(
      network: network, policy: resolved, files: loader.files, coverage: assembled.coverage,
      notices: network.notices + (resolved?.notices ?? []))
  }
}
