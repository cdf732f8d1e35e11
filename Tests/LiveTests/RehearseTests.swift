import FoundationEssentials
import Glibc
import Rehearsal
import SystemPackage
import TestKit
import Testing

extension LiveTests {
    /// `planrun rehearse`, which the README has people type first.
    @Suite struct RehearseTests {
        private struct Verdict: Decodable {
            var type: String
            var acknowledgedWrites: Int
            var lostWrites: Int
            var writeGap: Double
            var succeeded: Bool
        }

        @Test(arguments: try Self.plans())
        func `every example plan is carried out and loses nothing`(name: String) async throws {
            try await withPlans { folder in
                let outcome = try await PlanrunProcess.run(
                    ["rehearse", "\(folder)/\(name)", "--keys", "2000", "--with-run", "--format", "json"])
                #expect(outcome.exitCode == 0, "\(outcome.standardOutput.suffix(5) + outcome.standardError)")
                let line = try #require(outcome.standardOutput.last)
                let verdict = try JSONDecoder().decode(Verdict.self, from: Data(line.utf8))
                #expect(verdict.type == "rehearsal-finished")
                #expect(verdict.lostWrites == 0)
                #expect(verdict.succeeded)
                #expect(verdict.acknowledgedWrites > 1_000)
                Notes.add("measured: rehearse \(name): write gap \(verdict.writeGap) s")
                guard name == "plain-replication.yaml" else { return }
                // Its command has run, and names the private target.
                #expect(try readText("\(folder)/primary.address").hasPrefix("127.0.0.1:"))
            }
        }

        @Test func `without '--with-run' a command is left out, and said to be`() async throws {
            try await withPlans { folder in
                let plan = "\(folder)/plain-replication.yaml"
                let outcome = try await PlanrunProcess.run(["rehearse", plan, "--keys", "200"])
                #expect(outcome.exitCode == 0, "\(outcome.standardOutput.suffix(5) + outcome.standardError)")
                let left = "'point-applications' is left out; it would run hooks/primary-file.sh primary.address"
                #expect(outcome.standardOutput.contains { $0.contains(left) })
                #expect(!outcome.standardOutput.contains { $0.contains(" point-applications:") })
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/primary.address"))
            }
        }

        @Test(arguments: [SIGINT, SIGTERM])
        func `a rehearsal that is stopped leaves no process and no folder behind`(signal: Int32) async throws {
            try await withTemporaryFolder { folder in
                let plan = Self.folder.appending("sentinel-promotion.yaml").string
                let outcome = try await PlanrunProcess.run(
                    ["rehearse", plan, "--keys", "2000"], environment: ["TMPDIR": folder]
                ) { process in
                    try await process.line("that the source is filled") { $0.contains("the source holds 2000 keys") }
                    #expect(try processes(mentioning: folder) >= 3)
                    await process.send(signal)
                    return try await process.wait()
                }
                #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                try await eventually("no server is left") { try processes(mentioning: folder) == 0 }
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
            }
        }

        private static let folder = FilePath(#filePath)
            .removingLastComponent().removingLastComponent().removingLastComponent().appending("plans")

        /// Runs `body` with a copy of the example plans and their commands, since commands leave something in their folder.
        private func withPlans(_ body: @Sendable (String) async throws -> Void) async throws {
            try await withTemporaryFolder { folder in
                try FileManager.default.copyItem(atPath: Self.folder.string, toPath: "\(folder)/plans")
                try await body("\(folder)/plans")
            }
        }

        private static func plans() throws -> [String] {
            let plans = try FileManager.default.contentsOfDirectory(atPath: folder.string).filter {
                $0.hasSuffix(".yaml")
            }
            try #require(!plans.isEmpty)
            return plans.sorted()
        }
    }
}

private func withTemporaryFolder(_ body: @Sendable (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.path + "/planrun-test-\(UInt64.random(in: 0...UInt64.max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
}

/// The number of processes that work in a folder whose path contains the text, or whose command line contains it.
private func processes(mentioning text: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { $0.allSatisfy(\.isNumber) }.filter { pid in
        // A process that has ended meanwhile has no command line.
        let line = (try? readText("/proc/\(pid)/cmdline")) ?? ""
        let folder = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) ?? ""
        return line.contains(text) || folder.contains(text)
    }.count
}
