import FoundationEssentials
import Glibc
import RESP
import Rehearsal
import SystemPackage
import TestKit
import Testing
import Values

extension LiveTests {
    @Suite struct LabTests {
        @Test func `a lab with one Sentinel is ready when it is handed over`() async throws {
            let folder = try await withLab { lab in
                #expect(try await lab.send(["ROLE"], to: lab.source).array?.first?.string == "master")
                #expect(try await lab.send(["DBSIZE"], to: lab.target).integer == 0)
                let answer = try await lab.send(
                    ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "primary"], to: lab.sentinels[0])
                #expect(answer.array?.last?.string == String(lab.source.address.port))
                #expect(FileManager.default.fileExists(atPath: lab.folder.path.string))
                return lab.folder.path.string
            }
            #expect(!FileManager.default.fileExists(atPath: folder))
        }

        @Test func `a body that throws leaves no server and no folder behind`() async throws {
            struct Deliberate: Error {}
            let seen = Box<(folder: String, pids: [pid_t])>()
            await #expect(throws: Deliberate.self) {
                try await withLab(LabDescription(sentinels: nil)) { lab in
                    await seen.set((lab.folder.path.string, try await lab.pids()))
                    throw Deliberate()
                }
            }
            let (folder, pids) = try #require(await seen.value)
            #expect(pids.count == 2)
            #expect(pids.allSatisfy { kill($0, 0) != 0 })
            #expect(!FileManager.default.fileExists(atPath: folder))
        }

        @Test func `a body that is cancelled leaves nothing, and keep leaves the logs`() async throws {
            let seen = Box<(folder: String, pids: [pid_t])>()
            let task = Task {
                try await withLab(LabDescription(sentinels: nil), keep: true) { lab in
                    await seen.set((lab.folder.path.string, try await lab.pids()))
                    try await Task.sleep(for: .seconds(3_600))
                }
            }
            try await eventually("the lab is there") { await seen.value != nil }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let (folder, pids) = try #require(await seen.value)
            #expect(pids.allSatisfy { kill($0, 0) != 0 })
            #expect(FileManager.default.fileExists(atPath: folder + "/source/server.log"))
            try FileManager.default.removeItem(atPath: folder)
        }

        @Test func `killing the process that started a lab takes all servers and the folder with it`() async throws {
            let result = await #expect(
                processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]
            ) {
                try await withLab(LabDescription(sentinels: .init(count: 1))) { lab in
                    await lab.target.freeze()
                    let words = [lab.folder.path.string] + (try await lab.pids()).map(String.init)
                    print(words.joined(separator: " "))
                    fflush(nil)
                    kill(getpid(), SIGKILL)
                }
            }
            let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
            let line = try #require(output.split(separator: "\n").first { $0.contains("planrun-rehearsal-") })
            let words = line.split(separator: " ").map(String.init)
            #expect(words.count == 4)
            try await eventually("nothing is left of \(words)") {
                words.dropFirst().allSatisfy { kill(pid_t($0) ?? 1, 0) != 0 }
                    && !FileManager.default.fileExists(atPath: words[0])
            }
        }

        @Test func `a server can be frozen, killed and started again on its port`() async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                let first = try #require(await lab.source.pid)
                await lab.source.freeze()
                await lab.source.thaw()
                await lab.source.kill()
                #expect(await !lab.source.isRunning)
                try await lab.source.start()
                let second = try #require(await lab.source.pid)
                #expect(first != second)
                #expect(try await lab.send(["PING"], to: lab.source).string == "PONG")
                await lab.source.stop()
                #expect(await !lab.source.isRunning)
            }
        }

        @Test func `a server that cannot start says what it logged`() async throws {
            let description = LabDescription(source: .init(extraLines: ["no-such-setting 1"]), sentinels: nil)
            let error = try await #require(throws: RehearsalError.self) { try await withLab(description) { _ in } }
            #expect(error.code == .serverDidNotStart)
            #expect(error.sentence == "the source ended while it started")
            #expect(error.log.contains { $0.contains("no-such-setting") })
        }
    }
}

extension Lab {
    func pids() async throws -> [pid_t] {
        var pids: [pid_t] = []
        for server in instances + sentinels { pids.append(try #require(await server.pid)) }
        return pids
    }
}

/// Carries a value out of a closure that throws.
actor Box<Value: Sendable> {
    private(set) var value: Value?

    func set(_ value: Value) { self.value = value }
}
