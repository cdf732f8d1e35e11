import Execution
import FoundationEssentials
import Glibc
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// Receivers that are told of a cutover.
    @Suite struct NotifyTests {
        private struct Told: Decodable {
            var notification: String
            var run: String
            var step: String?
        }

        @Test
        func `who never answers changes nothing of a cutover, is waited for as long as a person likes, and is named`()
            async throws
        {
            try await withLab(.quick) { lab in
                try await WebReceiver.with([.silent]) { silent in
                    try await WebReceiver.with([.ok]) { chat in
                        let migration = try Migration(lab)
                        try await migration.fill(keys: 200)
                        let plan = try String(contentsOfFile: migration.plan, encoding: .utf8)
                        try lab.folder.write(
                            plan + """
                                notify:
                                  - name: silent
                                    webhook: { url: { env: SILENT }, headers: { Authorization: { env: TOKEN } } }
                                    timeout: 1m
                                  - { name: chat, webhook: { url: { env: CHAT } } }
                                  - { name: hanging, command: [sleep, "1000"], timeout: 1m }

                                """, to: "live.yaml")
                        let outcome = try await migration.underApplications(
                            "a cutover beside a receiver that is silent"
                        ) {
                            _ in
                            try await PlanrunProcess.run(
                                ["apply", migration.plan],
                                environment: ["SILENT": silent.url, "CHAT": chat.url, "TOKEN": "hunter2"]
                            ) { process in
                                try await process.line("whom it waits for") { $0.hasPrefix("waiting until 'silent', ") }
                                try await eventually("the chat knows how it ended") {
                                    chat.requests.contains { $0.body.contains("run-finished") }
                                }
                                await process.send(SIGINT)
                                return try await process.wait()
                            }
                        }
                        #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                        let events = try chat.requests.map {
                            try JSONDecoder().decode(Told.self, from: Data($0.body.utf8))
                        }
                        let occasions = events.map(\.notification)
                        #expect(
                            occasions.filter { $0 != "finding" } == [
                                "started", "cutover-started", "cutover-done", "finished",
                            ])
                        let state = try migration.state()
                        #expect(events.allSatisfy { $0.run == state.lineage })
                        for name in ["silent", "hanging"] {
                            let note =
                                "note: '\(name)' was not told of \(events.count) of \(events.count) events: it had not answered when planrun ended"
                            #expect(outcome.standardError.contains(note), "\(outcome.standardError)")
                        }
                        #expect(silent.requests.count == 1)
                        let record = try String(contentsOfFile: migration.stateFile, encoding: .utf8)
                        for text in outcome.standardOutput + outcome.standardError + [record] {
                            #expect(!text.contains("hunter2") && !text.contains(silent.url))
                        }
                        try await lab.expectMigrated()
                    }
                }
            }
        }
    }
}
