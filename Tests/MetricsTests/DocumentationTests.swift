import Foundation
import Testing

/// The article and the dashboard name the metrics that there are, and no others.
struct DocumentationTests {
    private static let root = String(#filePath.dropLast("Tests/MetricsTests/DocumentationTests.swift".count))

    private func names(in path: String, _ pattern: Regex<Substring>) throws -> Set<String> {
        let text = try String(contentsOfFile: Self.root + path, encoding: .utf8)
        return Set(text.matches(of: pattern).map { String($0.output) })
    }

    /// Every name of a sample in the kept text, without the endings of a summary.
    private func samples() throws -> Set<String> {
        let text = try String(contentsOfFile: Self.root + "Tests/MetricsTests/Fixtures/metrics.txt", encoding: .utf8)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Set(lines.map { String($0.prefix { $0.isLetter || $0 == "_" }) })
    }

    @Test func `the article lists every metric`() throws {
        let listed = try names(in: "Sources/planrun/planrun.docc/Events.md", /planrun_[a-z_]+/)
        let summaries = ["planrun_checkpoint_seconds_sum", "planrun_checkpoint_seconds_count"]
        #expect(try samples().subtracting(summaries).union(["planrun_checkpoint_seconds"]) == listed)
    }

    @Test func `the dashboard is JSON, and asks for nothing that there is not`() throws {
        let path = "Sources/planrun/planrun.docc/grafana-dashboard.json"
        _ = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: Self.root + path)))
        let asked = try names(in: path, /planrun_[a-z_]+/)
        #expect(asked.count > 15)
        #expect(try asked.subtracting(samples()) == [])
    }
}
