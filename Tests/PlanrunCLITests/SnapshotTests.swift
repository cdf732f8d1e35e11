import Foundation
import Testing

@testable import PlanrunCLI

/// What verbs that ask no server print about every example plan, as it was looked at.
struct SnapshotTests {
    struct Snapshot: Sendable, CustomTestStringConvertible {
        let plan: String
        let arguments: [String]
        /// The ending of the file that keeps it.
        let ending: String

        var testDescription: String { "\(plan), \(arguments.joined(separator: " "))" }
    }

    private static let all: [Snapshot] = plans.flatMap { plan in
        [
            Snapshot(plan: plan, arguments: ["plan", "--offline"], ending: "plan.txt"),
            Snapshot(plan: plan, arguments: ["plan", "--offline", "--format", "markdown"], ending: "plan.md"),
            Snapshot(plan: plan, arguments: ["plan", "--offline", "--format", "json"], ending: "plan.json"),
            Snapshot(plan: plan, arguments: ["graph"], ending: "graph.mermaid"),
            Snapshot(plan: plan, arguments: ["graph", "--format", "dot"], ending: "graph.dot"),
            Snapshot(plan: plan, arguments: ["graph", "--rollback"], ending: "back.mermaid"),
        ]
    }

    private static let plans =
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(repository)plans")) ?? [])
        .filter { $0.hasSuffix(".yaml") }.sorted()

    @Test(arguments: all)
    func `the output is the one that was looked at`(_ snapshot: Snapshot) async throws {
        let path = "\(repository)plans/\(snapshot.plan)"
        let printed = await Console().run(snapshot.arguments + [path])
        #expect(printed.status == .success && printed.messages == "")
        // How many checks there are changes with the catalogue.
        let text = printed.output.replacing(repository, with: "").replacing(/\d\d checks/, with: "many checks")
        let kept = "\(repository)Tests/PlanrunCLITests/Fixtures/plans/\(snapshot.plan.dropLast(5)).\(snapshot.ending)"
        if ProcessInfo.processInfo.environment["PLANRUN_WRITE_FORMATS"] != nil {
            try Data(text.utf8).write(to: URL(filePath: kept))
        }
        let before = FileManager.default.contents(atPath: kept).map { String(decoding: $0, as: UTF8.self) }
        #expect(before == text, "look at what PLANRUN_WRITE_FORMATS=1 makes of \(kept)")
    }

    @Test func `every kept output is one of these`() throws {
        let kept = try FileManager.default.contentsOfDirectory(
            atPath: "\(repository)Tests/PlanrunCLITests/Fixtures/plans")
        #expect(Set(kept) == Set(Self.all.map { "\($0.plan.dropLast(5)).\($0.ending)" }))
        #expect(Self.plans.count > 4)
    }
}
