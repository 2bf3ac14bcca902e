/// A ruleset of nftables before the kernel has seen it, in parts that can be left out.
struct Ruleset: Hashable, Sendable {
  struct Rule: Hashable, Sendable {
    var statements: [JSON]
  }

  struct Chain: Hashable, Sendable {
    var name: String
    /// `type`, `hook`, `prio` and `policy` of a base chain.
    var hook: [JSON.Pair] = []
    var rules: [Rule] = []
  }

  struct Table: Hashable, Sendable {
    var family: String
    var name: String
    /// Named sets and maps, each as its command has it.
    var sets: [JSON] = []
    var chains: [Chain] = []
  }

  var tables: [Table] = []

  /// All of it as input of `nft -j -f`.
  var commands: JSON {
    var result: [JSON] = [["flush": ["ruleset": nil]]]
    for table in tables {
      result.append(["add": ["table": ["family": .text(table.family), "name": .text(table.name)]]])
      result += table.sets.map { ["add": $0] }
      let home: [JSON.Pair] = [
        .init(key: "family", value: .text(table.family)),
        .init(key: "table", value: .text(table.name)),
      ]
      for chain in table.chains {
        let name = JSON.Pair(key: "name", value: .text(chain.name))
        result.append(["add": ["chain": .object(home + [name] + chain.hook)]])
      }
      for chain in table.chains {
        for rule in chain.rules {
          let parts = [
            JSON.Pair(key: "chain", value: .text(chain.name)),
            JSON.Pair(key: "expr", value: .list(rule.statements)),
          ]
          result.append(["add": ["rule": .object(home + parts)]])
        }
      }
    }
    return ["nftables": .list(result)]
  }

  /// Every ruleset that lacks one part of this one: a table, a chain, a rule or a statement.
  var smaller: [Self] {
    var result: [Self] = []
    for table in tables.indices {
      var without = self
      without.tables.remove(at: table)
      result.append(without)
      for chain in tables[table].chains.indices {
        var without = self
        without.tables[table].chains.remove(at: chain)
        result.append(without)
        for rule in tables[table].chains[chain].rules.indices {
          var without = self
          without.tables[table].chains[chain].rules.remove(at: rule)
          result.append(without)
          let count = tables[table].chains[chain].rules[rule].statements.count
          for statement in 0..<(count > 1 ? count : 0) {
            var without = self
            without.tables[table].chains[chain].rules[rule].statements.remove(at: statement)
            result.append(without)
          }
        }
      }
      for set in tables[table].sets.indices {
        var without = self
        without.tables[table].sets.remove(at: set)
        result.append(without)
      }
    }
    return result
  }

  /// The rules in lines, as JSON.
  var words: String {
    tables.flatMap { table -> [String] in
      ["table \(table.family) \(table.name)"] + table.sets.map { "  \($0.description)" }
        + table.chains.flatMap { chain -> [String] in
          ["  chain \(chain.name) \(JSON.object(chain.hook).description)"]
            + chain.rules.map { "    \(JSON.list($0.statements).description)" }
        }
    }.joined(separator: "\n")
  }
}
