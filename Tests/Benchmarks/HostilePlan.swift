import Diagnostics
import PlanModel

/// A shape of plan of many pieces, each of which is a mistake or costs as much as one.
struct HostilePlan {
    let what: String
    /// The number of pieces of the smaller plan. The larger has ten times as many; both are within the limits of a
    /// plan.
    let count: Int
    let text: @Sendable (_ count: Int) -> String

    /// The cost of the larger plan against that of the smaller one: each is read, and its diagnostics are rendered as
    /// text and as JSON. Processor time is measured: on a busy machine the longer measurement is interrupted more often, so
    /// that wall time would grow faster than the work.
    func growth() throws -> Report.Result {
        let (small, large) = (file(count), file(10 * count))
        let medians = try Medians(of: 3, warmUp: 1) {
            try processorTime { try Self.validate(large) }
        } floor: {
            try processorTime { try Self.validate(small) }
        }
        return Report.Result(
            "\(10 * count) \(what), \(large.text.utf8.count >> 10) KiB", medians.measured, against: "a tenth of them",
            medians.floor)
    }

    private func file(_ count: Int) -> SourceFile { SourceFile(path: "hostile.yaml", text: text(count)) }

    private static func validate(_ file: SourceFile) throws {
        let diagnostics = Plan.read(file, checks: [], environment: [:]).diagnostics
        let shown = TextRenderer().render(diagnostics) + JSONRenderer(DiagnosticSurface()).render(diagnostics)
        guard !diagnostics.isEmpty, shown.utf8.count < 4 << 20 else {
            throw Child.Failure(what: "\(diagnostics.count) mistakes in \(shown.utf8.count) bytes")
        }
    }

    private static let head = "version: 1\nname: hostile\n"

    private static func repeated(_ count: Int, _ piece: (Int) -> String, separator: String) -> String {
        (0..<count).map(piece).joined(separator: separator)
    }

    static let all = [
        HostilePlan(what: "keys that look like passwords on one line", count: 2_000) { count in
            "\(head)source: { \(repeated(count, { "password\($0): hunter2" }, separator: ", ")) }\n"
        },
        HostilePlan(what: "unknown keys on one line", count: 20_000) { count in
            "\(head)source: { \(repeated(count, { "key\($0): 1" }, separator: ", ")) }\n"
        },
        HostilePlan(what: "unknown keys on lines of their own", count: 20_000) { count in
            "\(head)\(repeated(count, { "key\($0): 1" }, separator: "\n"))\n"
        },
        HostilePlan(what: "anchors and aliases", count: 5_000) { count in
            "\(head)\(repeated(count, { "a\($0): &a\($0) 1\nb\($0): *b\($0)" }, separator: "\n"))\n"
        },
        HostilePlan(what: "anchors, and aliases of them", count: 900) { count in
            "\(head)\(repeated(count, { "a\($0): &a\($0) 1\nb\($0): *a\($0)" }, separator: "\n"))\n"
        },
        HostilePlan(what: "duplicate keys", count: 20_000) { count in
            "\(head)\(repeated(count, { _ in "name: x" }, separator: "\n"))\n"
        },
        HostilePlan(what: "duplicate keys on one line", count: 20_000) { count in
            "\(head)source: { \(repeated(count, { _ in "engine: redis" }, separator: ", ")) }\n"
        },
        HostilePlan(what: "steps of unknown kinds", count: 10_000) { count in
            "\(head)steps: [\(repeated(count, { "kind\($0): {}" }, separator: ", "))]\n"
        },
        HostilePlan(what: "steps that need unknown ones", count: 5_000) { count in
            "\(head)steps:\n"
                + repeated(count, { "  - verify: { id: a\($0), needs: [b\($0)] }" }, separator: "\n") + "\n"
        },
        HostilePlan(what: "failovers that wait for each other", count: 5_000) { count in
            "\(head)steps:\n"
                + repeated(count, { "  - failover: { id: a\($0), needs: [a\(($0 + 1) % count)] }" }, separator: "\n")
                + "\n"
        },
        HostilePlan(what: "hidden characters", count: 20_000) { count in
            "\(head)\(repeated(count, { "# \u{202E}\($0)" }, separator: "\n"))\n"
        },
        HostilePlan(what: "quoted texts beside hidden characters", count: 10_000) { count in
            "\(head)steps: [\(repeated(count, { "'\u{200B}\($0)', \u{200B}x" }, separator: ", "))]\n"
        },
        HostilePlan(what: "combining marks", count: 100_000) { count in
            "\(head)engine: e\(String(repeating: "\u{301}", count: count))\n"
        },
        HostilePlan(what: "letters in one word", count: 300_000) { count in
            "\(head)source: { address: \(String(repeating: "a", count: count)) }\n"
        },
    ]
}
