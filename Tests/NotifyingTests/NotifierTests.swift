import Execution
import Foundation
import PlanModel
import TestKit
import Testing

@testable import Notifying

/// The bounds within which receivers are told.
struct NotifierTests {
    private static let chat = "{ name: chat, webhook: { url: { env: HOOK } } }"

    @Test func `a receiver is told of what it has asked for, in order`() async throws {
        try await WebReceiver.with([.ok]) { server in
            let desk = try NotifyDesk([
                Self.chat, "{ name: end, events: [finished], webhook: { url: { env: HOOK } } }",
            ])
            let notifier = desk.notifier(["HOOK": server.url])
            notifier.receive(.began)
            notifier.receive(.ended)
            #expect(await notifier.close(within: .seconds(3_600)) == [])
            let types = server.requests.map { $0.body.contains("run-started") ? "started" : "finished" }
            #expect(types.count == 3)
            #expect(types.filter { $0 == "started" }.count == 1)
        }
    }

    @Test func `who never answers is not waited for, and keeps nobody else from being told`() async throws {
        try await WebReceiver.with([.silent]) { silent in
            try await WebReceiver.with([.ok]) { other in
                let desk = try NotifyDesk([
                    Self.chat, "{ name: other, webhook: { url: { env: OTHER } } }",
                ])
                let notifier = desk.notifier(["HOOK": silent.url, "OTHER": other.url])
                notifier.receive(.began)
                notifier.receive(.ended)
                try await eventually("the other one knows, and the first one is asked") {
                    other.requests.count == 2 && silent.requests.count == 1
                }
                #expect(notifier.waiting.contains("chat"))
                #expect(
                    await notifier.close(within: .milliseconds(50)) == [
                        .init(
                            receiver: "chat", count: 2, total: 2, problem: "it had not answered when planrun ended")
                    ])
            }
        }
    }

    @Test func `a person who does not want to wait need not`() async throws {
        try await WebReceiver.with([.silent]) { server in
            let notifier = try NotifyDesk([Self.chat]).notifier(["HOOK": server.url])
            notifier.receive(.began)
            let closing = Task { await notifier.close(within: .seconds(3_600)) }
            closing.cancel()
            #expect(await closing.value.map(\.count) == [1])
        }
    }

    @Test func `a command gets the event on its standard input, and nothing that is secret`() async throws {
        let desk = try NotifyDesk([
            "{ name: pager, command: [./page.sh, a b], environment: { KEY: { env: PAGER_KEY } } }"
        ])
        try desk.script(
            "page.sh",
            """
            read -r line || exit 1
            echo "$line" > got
            echo "$1|$PLANRUN_EVENT|$KEY|$PAGER_KEY" >> got
            """)
        #expect(await desk.tell(["PAGER_KEY": "hunter2"]) == [])
        let lines = desk.lines(of: "got")
        #expect(lines.first?.contains(#""notification":"started""#) == true)
        #expect(lines.last == "a b|started|hunter2|")
    }

    @Test(arguments: [
        ("exit 1", "its command ended with exit code 1", 1), ("exit 75", "its command said 'not now'", 4),
        ("kill -KILL $$", "its command ended with exit code 137", 1),
        ("yes | head -c 2000000; exit 3", "its command ended with exit code 3", 1),
    ])
    func `how a command fails is told`(_ script: String, _ problem: String, _ tries: Int) async throws {
        let desk = try NotifyDesk(["{ name: pager, command: [./page.sh] }"])
        try desk.script("page.sh", "echo tried >> tries\n\(script)")
        #expect(await desk.tell().map(\.problem) == [problem])
        #expect(desk.lines(of: "tries").count == tries)
    }

    @Test func `a command that takes longer than it may is ended`() async throws {
        let desk = try NotifyDesk(["{ name: pager, command: [sleep, \"100000\"] }"], timeout: .milliseconds(100))
        #expect(await desk.tell().map(\.problem) == ["its command did not end within 100ms"])
    }

    @Test func `a command that hangs is ended with planrun, and all that it has started with it`() async throws {
        let desk = try NotifyDesk(["{ name: pager, command: [./page.sh] }"])
        try desk.script("page.sh", "sleep 100000 & echo $! > child; wait")
        let notifier = desk.notifier()
        notifier.receive(.began)
        try await eventually("the command has begun", within: .seconds(600)) { !desk.lines(of: "child").isEmpty }
        #expect(await notifier.close(within: .zero).map(\.problem) == ["it had not answered when planrun ended"])
        let child = try #require(desk.lines(of: "child").first)
        try await eventually("process \(child) has ended") {
            let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
            return status?.split(separator: ")").last?.hasPrefix(" Z") ?? true
        }
    }

    @Test func `a command does not need the secrets of the servers`() async throws {
        let desk = try NotifyDesk(["{ name: pager, command: [\"true\"] }"])
        #expect(desk.plan.secrets == [.environment("NOT_SET")])
        #expect(await desk.tell() == [])
    }

    @Test func `a command that is not there is said before`() throws {
        let desk = try NotifyDesk(["{ name: pager, command: [./none.sh] }"])
        let warnings = desk.notifier().warnings().map { $0.replacing(desk.path, with: "DESK") }
        #expect(warnings == ["'pager' cannot be told: 'DESK/none.sh' is not a program that planrun may run"])
    }
}
