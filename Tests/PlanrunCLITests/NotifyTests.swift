import Execution
import FoundationEssentials
import PlanModel
import TestKit
import Testing

@testable import PlanrunCLI

/// Receivers in a run from start to end: servers in memory, commands and web servers that are really told.
struct NotifyTests {
    private func desk(_ receivers: [String], script: String = "cat >> events") throws -> Desk {
        let desk = try Desk(plan: Migration.plan + "notify:\n" + receivers.map { "  - \($0)\n" }.joined())
        try desk.write("#!/bin/sh\n\(script)\n", to: "tell.sh")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: desk.path("tell.sh"))
        return desk
    }

    private func told(_ desk: Desk) throws -> [String] {
        try (desk.bytes("events") ?? Data()).split(separator: UInt8(ascii: "\n")).map { line in
            let event = try JSONDecoder().decode(Told.self, from: Data(line))
            #expect(event.plan == "small")
            return event.notification
        }
    }

    private struct Told: Decodable {
        var notification: String
        var plan: String
    }

    private var console: Console { Console(servers: Migration().servers, environment: ["PATH": "/usr/bin:/bin"]) }

    @Test func `a receiver is told of every call that goes on with a run, and of nothing that it has not asked for`()
        async throws
    {
        let desk = try desk([
            "{ name: log, command: [./tell.sh] }", "{ name: fail, events: [failed], command: [nope] }",
        ])
        let console = console
        #expect(await console.run("apply", desk.plan).status == .stopped)
        #expect(try told(desk) == ["started", "waiting-for-approval", "finished"])
        #expect(await console.run("resume", desk.plan).status == .stopped)
        #expect(try told(desk).suffix(3) == ["started", "waiting-for-approval", "finished"])
        #expect(await console.run("rollback", desk.plan).status == .success)
        #expect(try told(desk).suffix(2) == ["rollback-started", "finished"])
        #expect(try told(desk).count == 8)
    }

    @Test func `who cannot be told is said before, and at the end, and the run is the same`() async throws {
        let desk = try desk(
            ["{ name: pager, command: [./tell.sh] }", "{ name: chat, webhook: { url: { env: CHAT } } }"],
            script: "exit 1")
        let bare = try Desk()
        let (printed, other) = (await console.run("apply", desk.plan), await console.run("apply", bare.plan))
        #expect(printed.status == other.status)
        let ends = """
            note: 'pager' was not told of 3 of 3 events: its command ended with exit code 1
            note: 'chat' was not told of 3 of 3 events: the environment variable 'CHAT' is not set

            """
        // A busy machine may take longer than a second to tell somebody, which is said, too.
        func steady(_ text: String) -> String { text.replacing(/after \d[\d.]* s/, with: "after 0 s") }
        let messages = steady(desk.without(printed.messages).replacing(/waiting until .+\n/, with: ""))
        #expect(
            messages == "note: 'chat' cannot be told: the environment variable 'CHAT' is not set\n"
                + steady(bare.without(other.messages)) + ends)
        let nodes = { (path: String) in try StateFile(path: path).read().nodes.map { "\($0.id) \($0.status)" } }
        #expect(try nodes(desk.state) == nodes(bare.state))
    }

    @Test func `neither an address nor a header reaches terminal or record`() async throws {
        try await WebReceiver.with([.status(403)]) { server in
            let desk = try desk([
                "{ name: chat, webhook: { url: { env: CHAT }, headers: { Authorization: { env: TOKEN } } } }",
                "{ name: gone, webhook: { url: { env: GONE } } }",
            ])
            var console = console
            console.environment["CHAT"] = server.url + "/hunter2-path"
            console.environment["TOKEN"] = "hunter2-token"
            console.environment["GONE"] = "https://hunter2-user@example.net/"
            for format in ["text", "json"] {
                let printed = await console.run("apply", desk.plan, "--format", format)
                #expect(printed.messages.contains("'chat' was not told of 3 of 3 events: it answers with status 403"))
                #expect(printed.messages.contains("'gone' cannot be told: its 'url' has a user or a password in it"))
                let everything =
                    printed.output + printed.messages
                    + String(decoding: desk.bytes("plan.state.json") ?? Data(), as: UTF8.self)
                #expect(!everything.contains("hunter2") && !everything.contains("\(server.address)"))
                _ = await console.run("rollback", desk.plan)
            }
            #expect(server.requests.first?.head.contains("Authorization: hunter2-token") == true)
            #expect(server.requests.first?.head.first?.contains("hunter2-path") == true)
        }
    }

    @Test func `a plan says who will be told of what`() async throws {
        let desk = try desk([
            "{ name: chat, events: [failed, finished], webhook: { url: { env: hunter2 } } }",
            "{ name: log, command: [./tell.sh, a b] }",
        ])
        let told = "'chat' by webhook of failed, finished; 'log' by ./tell.sh 'a b' of all but retrying"
        let text = await console.run("plan", "--offline", desk.plan)
        #expect(text.output.contains("\n  told: \(told)\n"))
        let markdown = await console.run("plan", "--offline", desk.plan, "--format", "markdown")
        #expect(markdown.output.contains("**Told:** 'chat' by webhook of failed, finished; 'log'"))
        let json = await console.run("plan", "--offline", desk.plan, "--format", "json")
        let report = try JSONDecoder().decode(PlanReport.self, from: Data(json.output.utf8))
        #expect(report.told?.map(\.name) == ["chat", "log"])
        #expect(report.told?.map(\.way) == ["webhook", "./tell.sh 'a b'"])
        #expect(report.told?.first?.events == [.failed, .finished])
        for printed in [text, markdown, json] { #expect(!(printed.output + printed.messages).contains("hunter2")) }
    }
}
