import Operations
import PlanModel
import Seeding

/// A key of a plan and its value.
struct GeneratedEntry {
    var key: String
    var value: GeneratedValue

    init(_ key: String, _ value: GeneratedValue) {
        self.key = key
        self.value = value
    }
}

/// A value of a plan.
indirect enum GeneratedValue {
    /// A word that means itself without quotes only: a number, a boolean, a word of the language.
    case word(String)
    /// A text, which may stand in quotes.
    case text(String)
    case list([GeneratedValue])
    case map([GeneratedEntry])
}

/// A plan as a tree of values, made at random, which can be written in many ways.
struct GeneratedPlan {
    var root: [GeneratedEntry]
    var steps: [[GeneratedEntry]]

    private static let names = [
        "plain", "two words", "it's", "a: b", "50% off", "# no comment", "- dash", "x, y", "[z]", "{q}", "true", "12",
        "1.5", "ä ö ü", "say \"yes\"", "back\\slash", "*star", "&and", "!bang", "tail:", "a #b", "~", "null",
        "2026-01-01",
    ]

    init(_ random: inout SeededRandom) {
        func server(_ host: String, _ engines: [String], _ random: inout SeededRandom) -> GeneratedValue {
            var entries: [GeneratedEntry] = [
                .init("address", .text("\(host):6379")),
                .init("engine", .word(engines.randomElement(using: &random) ?? "redis")),
            ]
            if Bool.random(using: &random) {
                entries.append(.init("username", .text("planrun")))
                entries.append(
                    .init("password", .map([.init("env", .text("SECRET_\(Int.random(in: 1...9, using: &random))"))])))
            }
            if Bool.random(using: &random) {
                entries.append(.init("tls", .map([.init("ca", .text("certificates/ca.pem"))])))
            }
            return .map(entries)
        }
        let name = Self.names.randomElement(using: &random) ?? "x"
        root = [.init("version", .word("1")), .init("name", .text(name))]
        if Bool.random(using: &random) {
            root.append(.init("description", .text("What \(name) is for, in a sentence.")))
        }
        root.append(.init("source", server("10.0.0.1", ["redis", "valkey"], &random)))
        root.append(.init("target", server("target.example.net", ["redis", "valkey", "dragonfly"], &random)))
        root.append(
            .init(
                "sentinel",
                .map([
                    .init("primary", .text("sessions")),
                    .init("addresses", .list((1...3).map { .text("[fd00::\($0)]:26379") })),
                ])
            ))
        steps = Self.steps(&random)
        if Bool.random(using: &random) {
            root.append(
                .init(
                    "rollback",
                    .map([.init("on-failure", .word("ask")), .init("after-cutover", .word("discard-writes"))])))
        }
    }

    private static func steps(_ random: inout SeededRandom) -> [[GeneratedEntry]] {
        func maybe(_ key: String, _ value: GeneratedValue, _ random: inout SeededRandom) -> [GeneratedEntry] {
            Bool.random(using: &random) ? [.init(key, value)] : []
        }
        var checks: [GeneratedEntry] = []
        for check in PreflightCatalogue.declarations where Int.random(in: 0..<12, using: &random) == 0 {
            let severity = GeneratedValue.word(["fail", "warn", "off"].randomElement(using: &random) ?? "warn")
            let limits = check.limits.map { GeneratedEntry($0.key, .word($0.defaultValue.planText)) }
            checks.append(.init(check.id, limits.isEmpty || Bool.random(using: &random) ? severity : .map(limits)))
        }
        var steps: [[GeneratedEntry]] = [[.init("preflight", .map(checks))]]
        if Bool.random(using: &random) { steps.append([.init("backup", .map(maybe("max-age", .word("1h"), &random)))]) }
        steps.append([.init("replicaof", .map([]))])
        steps.append([
            .init(
                "wait-for-sync",
                .map(maybe("max-lag", .word("16KiB"), &random) + maybe("stable-for", .word("7s"), &random))
            )
        ])
        for number in 0..<Int.random(in: 0...3, using: &random) {
            let data = ["count", "sample", "full"].randomElement(using: &random) ?? "count"
            steps.append([.init("verify", .map([.init("id", .text("data-\(number)")), .init("data", .word(data))]))])
        }
        let question = names.randomElement(using: &random) ?? "x"
        steps.append([
            .init(
                "approval",
                Bool.random(using: &random) ? .text("Go on, \(question)?") : .map([.init("question", .text(question))])
            )
        ])
        steps.append([
            .init("failover", .map(maybe("write-pause", .word("3s"), &random) + maybe("retries", .word("2"), &random)))
        ])
        steps.append([.init("verify", .map([.init("id", .text("cutover"))]))])
        return steps
    }
}

/// Writes a plan at random: other indentation, braces, quotes, empty lines and comments.
struct RandomWriter {
    var random: SeededRandom
    private var comments = 0

    init(random: SeededRandom) {
        self.random = random
    }

    mutating func text(of plan: GeneratedPlan) -> String {
        var lines: [String] = []
        write(
            plan.root + [.init("steps", .list(plan.steps.map { .map($0) }))], margin: "", behind: nil, &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

    private mutating func comment() -> String {
        comments += 1
        return "# note \(comments): it's \"so\" {"
    }

    private mutating func between(_ margin: String, _ lines: inout [String]) {
        for _ in 0..<3 where chance(6) { lines.append("") }
        if chance(5) { lines.append(margin + comment()) }
        if chance(8) { lines.append("") }
    }

    private mutating func trailing() -> String { chance(5) ? "   " + comment() : "" }

    /// - Parameter behind: the line with the dash that the first entry goes on in.
    private mutating func write(
        _ entries: [GeneratedEntry], margin: String, behind dash: String?,
        _ lines: inout [String]
    ) {
        for (index, entry) in entries.enumerated() {
            let isFirst = index == 0 && dash != nil
            if !isFirst { between(margin, &lines) }
            let head = (isFirst ? dash ?? "" : margin) + key(entry.key) + ":"
            write(entry.value, behind: head, margin: margin, &lines)
        }
    }

    private mutating func write(
        _ value: GeneratedValue, behind head: String, margin: String, _ lines: inout [String]
    ) {
        switch value {
        case .word, .text: lines.append(head + " " + flow(value) + trailing())
        case .list(let values):
            guard !values.isEmpty, !chance(3) else {
                lines.append(head + " " + flow(value) + trailing())
                return
            }
            lines.append(head + trailing())
            let inner = margin + String(repeating: " ", count: Int.random(in: 0...3, using: &random))
            for value in values { element(value, inner, &lines) }
        case .map(let entries):
            guard !entries.isEmpty, !chance(2) else {
                if chance(4), !entries.isEmpty {
                    spread(entries, behind: head, margin: margin, &lines)
                } else {
                    lines.append(head + " " + flow(value) + trailing())
                }
                return
            }
            lines.append(head + trailing())
            let inner = margin + String(repeating: " ", count: Int.random(in: 1...4, using: &random))
            write(entries, margin: inner, behind: nil, &lines)
        }
    }

    private mutating func element(_ value: GeneratedValue, _ margin: String, _ lines: inout [String]) {
        between(margin, &lines)
        guard case .map(let entries) = value, !entries.isEmpty else {
            lines.append(margin + "- " + flow(value) + trailing())
            return
        }
        let blanks = String(repeating: " ", count: Int.random(in: 1...3, using: &random))
        write(entries, margin: margin + " " + blanks, behind: margin + "-" + blanks, &lines)
    }

    /// Braces on several lines, some with comments inside.
    private mutating func spread(
        _ entries: [GeneratedEntry], behind head: String, margin: String,
        _ lines: inout [String]
    ) {
        lines.append(head + " {" + trailing())
        for entry in entries { lines.append("\(margin)     \(key(entry.key)): \(flow(entry.value)) ,\(trailing())") }
        if chance(3) { lines.append("\(margin)   " + comment()) }
        lines.append(margin + "  }" + trailing())
    }

    private mutating func key(_ key: String) -> String { chance(6) ? "\"\(key)\"" : key }

    private mutating func flow(_ value: GeneratedValue) -> String {
        let gap = chance(2) ? "" : " "
        switch value {
        case .word(let word): return word
        case .text(let text): return quoted(text)
        case .list(let values): return "[\(gap)" + values.map { flow($0) }.joined(separator: ",\(gap)") + "\(gap)]"
        case .map(let entries):
            let parts = entries.map { "\(key($0.key)): \(flow($0.value))" }
            return "{\(gap)" + parts.joined(separator: ",\(gap)") + "\(gap)}"
        }
    }

    private mutating func quoted(_ text: String) -> String {
        let isSimple =
            text.wholeMatch(of: /[a-z][A-Za-z0-9.\/-]*(:[0-9]+)?/) != nil && !["true", "null"].contains(text)
        if isSimple, chance(2) { return text }
        if chance(2) { return "'\(text.replacing("'", with: "''"))'" }
        return "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
