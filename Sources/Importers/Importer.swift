public import Networks
public import Places

/// One format of vendor configuration: how to recognise it, and how to read it.
///
/// Adding a format adds a folder, and one line in `Importer.all`.
public struct Importer: Sendable {
  /// The name that a network description gives as `format`.
  public var name: String
  /// Whether a document looks like this format; the answer is free to look at content only.
  public var recognises: @Sendable (_ bytes: [UInt8]) -> Bool
  /// Reads one configuration into a device that may already have interfaces, addresses and routes
  /// from the description.
  ///
  /// What the configuration says itself wins, and a contradiction becomes a notice. Vendor content
  /// never throws: only a document that is not well-formed, or not of the format at all, is an
  /// error.
  public var read:
    @Sendable (
      _ bytes: [UInt8], _ file: String, _ device: inout Device, _ context: inout ImportContext
    ) throws(InputError) -> Void

  /// Creates an importer.
  public init(
    name: String, recognises: @escaping @Sendable (_ bytes: [UInt8]) -> Bool,
    read:
      @escaping @Sendable (
        _ bytes: [UInt8], _ file: String, _ device: inout Device, _ context: inout ImportContext
      ) throws(InputError) -> Void
  ) {
    self.name = name
    self.recognises = recognises
    self.read = read
  }

  /// The importers of vendor configurations, in the order in which they are asked to recognise.
  public static let all: [Importer] = [.nftables, .iptables, .panos]
}

/// What importers share while one network is read, and what they give back besides the devices.
public struct ImportContext: Sendable {
  /// The conditions of the network.
  public var conditions = ConditionTable()
  /// The application labels; the label 0 is "not yet identified".
  public private(set) var applications = ["unidentified"]
  /// What a person should know.
  public var notices: [Notice] = []
  /// One count a file.
  public var coverage: [Coverage] = []
  private var applicationByName = ["unidentified": 0]

  /// An empty context.
  public init() {}

  /// The label of an application, new where the name is.
  public mutating func application(named name: String) -> Int {
    if let label = applicationByName[name] { return label }
    applicationByName[name] = applications.count
    applications.append(name)
    return applications.count - 1
  }
}
