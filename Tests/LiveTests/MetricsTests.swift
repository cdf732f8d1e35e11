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
                #expect(written[#"planrun_write_gap_seconds{step="failover"}"#] != nil)
                #expect(written["planrun_checkpoint_seconds_count"] ?? 0 > 1)
                let page = lab.folder.path.appending("report.html").string
                #expect(try await migration.planrun("report", "--out", page).exitCode == 0)
                let html = try String(contentsOfFile: page, encoding: .utf8)
                #expect(html.contains("<h1 class=\"good\">done"))
                for node in state.nodes { #expect(html.contains(">\(node.id.check ?? node.id.step)<"), "\(node.id)") }
            }
        }

        /// A step that is tried again, a comparison, a full sync and a cutover: the record is what events, metrics and the
        /// report are compared with.
        @Test func `record, events, metrics and report of a run tell the same numbers`() async throws {
            try await withLab(.quick) { lab in
                let again = try lab.folder.write(
                    "#!/bin/sh\n[ -e tried ] || { touch tried; exit 75; }\n", to: "again.sh")
                try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: again.string)
                var steps = Migration.steps(wait: "stable-for: 600ms").map {
                    $0.replacing("data: count", with: "data: full")
                }
                steps.insert("run: { id: again, command: [./again.sh], retries: 1 }", at: 1)
                let migration = try Migration(lab, steps: steps)
                try await migration.fill(keys: 3_000)
                let keys = try await lab.keys(of: lab.source)
                let file = lab.folder.path.appending("planrun.prom").string
                let outcome = try await migration.planrun(
                    "apply", "--auto-approve", "--format", "json", "--metrics-file", file)
                #expect(outcome.exitCode == 0, "\(outcome.standardOutput.suffix(3) + outcome.standardError)")

                let state = try migration.state()
                let told = try Told(outcome.standardOutput)
                let metrics = try Samples(String(contentsOfFile: file, encoding: .utf8))
                let report = try await Reported(migration)
                #expect(metrics.mismatches(state) == [])
                #expect(told.mismatches(state) == [])
                #expect(report.mismatches(state) == [])
                #expect(metrics.mismatches(figures: told.figures) == [])
                // What is the same everywhere is what happened.
                #expect(state["again"]?.attempts == 2)
                #expect(metrics["planrun_retries_total"] == 1)
                #expect(state["data/content"]?.result?.facts["keys"] == .int(Int64(keys)))
                #expect(metrics[#"planrun_compared_keys{step="data/content"}"#] == Double(2 * keys))
                #expect(metrics[#"planrun_differences{step="data/content"}"#] == 0)
                #expect(state["failover"]?.result?.facts["writeGapSeconds"] != nil)
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

/// What the events of a run have told of each node.
private struct Told {
    /// The last figures of each node.
    private(set) var figures: [NodeID: [Figure: Double]] = [:]
    private var results: [NodeID: StepResult] = [:]
    private var attempts: [NodeID: Int] = [:]
    private var retries: [NodeID: Int] = [:]
    private var highest: [NodeID: [Figure: Double]] = [:]

    init(_ lines: [String]) throws {
        for line in lines {
            let event = try JSONDecoder().decode(RunEvent.self, from: Data(line.utf8))
            guard case .step(let node, let attempt, let step) = event.kind else { continue }
            attempts[node] = attempt
            switch step {
            case .succeeded(let result, _, _), .warned(let result, _): results[node] = result
            case .retrying: retries[node, default: 0] += 1
            case .progress(let progress):
                if !progress.figures.isEmpty { figures[node] = progress.figures }
                highest[node, default: [:]].merge(progress.figures, uniquingKeysWith: max)
            case .started, .finding, .failed, .paused, .interrupted, .kept: break
            }
        }
    }

    /// What is not as in the record.
    func mismatches(_ state: RunState) -> [String] {
        state.nodes.flatMap { node -> [String] in
            var result = node.result
            result?.memo = nil
            var wrong: [String] = []
            if results[node.id] != result { wrong.append("\(node.id): another result") }
            if attempts[node.id] != node.attempts { wrong.append("\(node.id): attempts") }
            if retries[node.id] ?? 0 != max(0, node.attempts - 1) { wrong.append("\(node.id): retries") }
            for (figure, curve) in node.curves ?? [:] {
                // The record has every report, while events are thinned to what a person can read.
                let peak = curve.points.map(\.highest).max() ?? 0
                let last = Int64((figures[node.id]?[figure] ?? -1).rounded())
                if let told = highest[node.id]?[figure], Int64(told.rounded()) > peak {
                    wrong.append("\(node.id): \(figure)")
                }
                if let end = curve.points.last, !(end.lowest...end.highest).contains(last) {
                    wrong.append("\(node.id): \(figure) at the end")
                }
            }
            return wrong
        }
    }
}

/// What `report --format json` tells of a run.
private struct Reported: Decodable {
    struct Entry: Decodable {
        var id: NodeID
        var standing: String
        var attempts: Int
        var facts: [String: StateValue]
        var checks: [Entry]
    }

    struct Plot: Decodable {
        struct Point: Decodable {
            var lowest: Int64
            var highest: Int64
        }

        var step: NodeID
        var unit: String
        var points: [Point]
    }

    var steps: [Entry]
    var plots: [Plot]

    init(_ migration: Migration) async throws {
        let outcome = try await migration.planrun("report", "--format", "json")
        let text = outcome.standardOutput.joined(separator: "\n")
        self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }

    /// What is not as in the record.
    func mismatches(_ state: RunState) -> [String] {
        let entries = steps.flatMap { $0.checks.isEmpty ? [$0] : $0.checks }
        var wrong = entries.map(\.id) == state.nodes.map(\.id) ? [] : ["other steps"]
        for (entry, node) in zip(entries, state.nodes) {
            let standing = node.result?.verdict == .warned ? "warned" : node.status.rawValue
            if entry.standing != standing { wrong.append("\(node.id): \(entry.standing)") }
            if entry.attempts != node.attempts { wrong.append("\(node.id): attempts") }
            if entry.facts != node.result?.facts ?? [:] { wrong.append("\(node.id): facts") }
        }
        for plot in plots where plot.unit == "bytes" {
            let points = state[plot.step]?.curves?[.lagBytes]?.points ?? []
            if plot.points.map(\.highest) != points.map(\.highest) { wrong.append("\(plot.step): lag") }
        }
        return wrong
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

    /// Which of the last figures of events are not among the metrics.
    func mismatches(figures: [NodeID: [Figure: Double]]) -> [String] {
        let names: [Figure: String] = [
            .lagBytes: "lag_bytes", .bytesPerSecond: "bytes_per_second", .keysPerSecond: "keys_per_second",
            .comparedKeys: "compared_keys", .keysToCompare: "comparison_size_keys", .suspectedKeys: "suspected_keys",
            .differences: "differences", .copiedBytes: "sync_copied_bytes", .totalBytes: "sync_size_bytes",
            .copiedKeys: "sync_copied_keys", .totalKeys: "sync_size_keys",
        ]
        let expected = figures.flatMap { node, figures in
            figures.map { ("planrun_\(names[$0.key] ?? ""){step=\"\(node)\"}", $0.value) }
        }
        return expected.filter { values[$0.0] != $0.1 }.map { "\($0.0) is not \($0.1)" }
    }

    /// What is not as in the record: steps and checks by how they stand, what they measured, and retries.
    func mismatches(_ state: RunState) -> [String] {
        var expected: [String: Double] = [
            "planrun_retries_total": Double(state.nodes.map { max(0, $0.attempts - 1) }.reduce(0, +)),
            "planrun_run_info{plan=\"\(state.planName)\",run=\"\(state.lineage)\",version=\"0.1.0\"}": 1,
        ]
        for (fact, metric) in [
            ("writeGapSeconds", "write_gap"), ("pauseSeconds", "write_pause"), ("readonlySeconds", "readonly"),
            ("slowestClientsSeconds", "slowest_clients"),
        ] {
            for node in state.nodes {
                guard case .double(let measured)? = node.result?.facts[fact] else { continue }
                expected["planrun_\(metric)_seconds{step=\"\(node.id)\"}"] = measured
            }
        }
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
