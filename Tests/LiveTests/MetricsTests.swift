import Execution
import FoundationEssentials
import PlanGraph
import Rehearsal
import SystemPackage
import TestKit
import Testing
import Values

extension LiveTests {
    /// The numbers that planrun serves and writes are those of the record.
    @Suite struct MetricsTests {
        @Test func `while a person is asked, and at the end`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab, steps: Migration.steps(approval: true))
                try await migration.fill(keys: 200)
                let address = try await PlainHTTP.freeAddress()
                let file = lab.folder.path.appending("planrun.prom").string
                let options = ["--metrics", "\(address)", "--metrics-file", file]
                try await PlanrunTerminal.run(["apply", migration.plan] + options) { terminal in
                    try await terminal.see("http://\(address)/metrics")
                    try await terminal.see("type 'cutover' to go on")
                    // The record follows what is decided by a write.
                    try await eventually("the metrics are those of the record") {
                        let scraped = try await Samples(of: address)
                        return try scraped.mismatches(migration.state()).isEmpty
                    }
                    let scraped = try await Samples(of: address)
                    #expect(scraped[#"planrun_step_active{step="approval"}"#] == 1)
                    #expect(scraped[#"planrun_lag_bytes{step="wait-for-sync"}"#] != nil)
                    try await terminal.type("cutover\n")
                    #expect(try await terminal.exitCode() == 0)
                }
                let written = try Samples(String(contentsOfFile: file, encoding: .utf8))
                let state = try migration.state()
                #expect(written.mismatches(state) == [])
                #expect(written[#"planrun_run_state{state="succeeded"}"#] == 1)
                let facts = state.nodes.first { $0.id == "failover" }?.result?.facts ?? [:]
                for (fact, metric) in [
                    ("writeGapSeconds", "planrun_write_gap_seconds"), ("pauseSeconds", "planrun_write_pause_seconds"),
                ] {
                    guard case .double(let measured)? = facts[fact] else {
                        Issue.record("no \(fact)")
                        continue
                    }
                    #expect(written["\(metric){step=\"failover\"}"] == measured)
                }
                #expect(written["planrun_checkpoint_seconds_count"] ?? 0 > 1)
                let page = lab.folder.path.appending("report.html").string
                #expect(try await migration.planrun("report", "--out", page).exitCode == 0)
                let html = try String(contentsOfFile: page, encoding: .utf8)
                #expect(html.contains("<h1 class=\"good\">done"))
                for node in state.nodes { #expect(html.contains(">\(node.id.check ?? node.id.step)<"), "\(node.id)") }
            }
        }

        @Test func `an address at which somebody listens, and a folder that is not there, are told before anything`()
            async throws
        {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab)
                let taken = try await migration.planrun("apply", "--metrics", "\(lab.source.address)")
                #expect(taken.exitCode == 2)
                #expect(taken.complaint.contains("error[metrics-not-served]"))
                let nowhere = try await migration.planrun("apply", "--metrics-file", "/nonexistent/planrun.prom")
                #expect(nowhere.exitCode == 2)
                #expect(nowhere.complaint.contains("error[metrics-not-served]"))
                #expect(!FileManager.default.fileExists(atPath: migration.stateFile))
            }
        }
    }
}

/// The samples of a text of metrics, by name and labels.
private struct Samples {
    private let values: [String: Double]

    init(_ text: String) {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        let pairs = lines.compactMap { line in
            line.lastIndex(of: " ").map { (String(line[..<$0]), Double(line[$0...].dropFirst()) ?? .nan) }
        }
        values = Dictionary(pairs) { _, _ in .nan }
    }

    init(of address: Endpoint) async throws {
        let answer = try await PlainHTTP.get("/metrics", address)
        self.init(answer.components(separatedBy: "\r\n\r\n").last ?? "")
    }

    subscript(name: String) -> Double? { values[name] }

    /// What is not as in the record: steps and checks by how they stand, and retries.
    func mismatches(_ state: RunState) -> [String] {
        var expected: [String: Double] = [
            "planrun_retries_total": Double(state.nodes.map { max(0, $0.attempts - 1) }.reduce(0, +)),
            "planrun_run_info{plan=\"\(state.planName)\",run=\"\(state.lineage)\",version=\"0.1.0\"}": 1,
        ]
        for (family, nodes) in [
            ("planrun_steps", state.nodes.filter { $0.id.check == nil }),
            ("planrun_checks", state.nodes.filter { $0.id.check != nil }),
        ] {
            let succeeded = nodes.filter { $0.status == .succeeded }
            let warned = succeeded.count { $0.result?.verdict == .warned }
            expected["\(family){state=\"warned\"}"] = Double(warned)
            expected["\(family){state=\"succeeded\"}"] = Double(succeeded.count - warned)
            expected["\(family){state=\"failed\"}"] = Double(nodes.count { $0.status == .failed })
        }
        return expected.filter { values[$0.key] != $0.value }.map { "\($0.key) is not \($0.value)" }
    }
}
