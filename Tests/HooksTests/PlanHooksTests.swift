import Diagnostics
import Foundation
import Glibc
import Operations
import PlanModel
import Synchronization
import TestKit
import Testing

@testable import Hooks

/// Commands that really run.
struct PlanHooksTests {
    @Test func `it gets what planrun tells it, what the plan gives it, and nothing that is secret`() async throws {
        let desk = try HookDesk(
            step: """
                command: [hooks/tell.sh, "a b", "$HOME", "*"]
                    environment: { ZONE: example.net, TOKEN: { env: DNS_TOKEN } }
                """)
        try desk.script(
            "tell.sh",
            #"printf '%s|' "$@"; echo; env | sort; pwd; cat "$PLANRUN_RESULTS"; echo; ls -l "$PLANRUN_RESULTS""#)
        let end = try await desk.run(environment: [
            "PATH": "/usr/bin:/bin", "LANG": "C", "KUBECONFIG": "kube", "SOURCE_PASSWORD": "hunter2-source",
            "DNS_TOKEN": "hunter2-dns", "PLANRUN_STEP": "forged",
        ])
        let lines = desk.without(end.output)
        #expect(end.exitCode == 0)
        #expect(lines.first == "a b|$HOME|*|")
        for line in [
            "KUBECONFIG=kube", "LANG=C", "ZONE=example.net", "TOKEN=***", "PLANRUN_PLAN=DESK/plan.yaml",
            "PLANRUN_RUN=the-run", "PLANRUN_STEP=dns", "PLANRUN_PHASE=perform", "PLANRUN_SHARD=",
            "PLANRUN_SOURCE=10.0.0.1:6379", "PLANRUN_TARGET=10.0.0.2:6379", "DESK", #"{"steps":[]}"#,
        ] {
            #expect(lines.contains(line), "\(line) in \(lines)")
        }
        #expect(lines.last?.hasPrefix("-rw------- ") == true)
        #expect(
            !lines.contains { $0.contains("SOURCE_PASSWORD") || $0.contains("hunter2") || $0.hasPrefix("DNS_TOKEN") })
        // The file with the results is gone with the command.
        let results = try #require(end.output.first { $0.hasPrefix("PLANRUN_RESULTS=") }).dropFirst(16)
        #expect(!FileManager.default.fileExists(atPath: String(results)))
    }

    @Test(arguments: [0, 1, 75, 127, 255])
    func `its exit code is told as it is`(code: Int) async throws {
        let desk = try HookDesk(step: "command: [hooks/end.sh, \"\(code)\"]")
        try desk.script("end.sh", "exit $1")
        #expect(try await desk.run().exitCode == code)
    }

    @Test func `a signal that ends it is told as a shell does`() async throws {
        let desk = try HookDesk(step: "command: [hooks/die.sh]")
        try desk.script("die.sh", "kill -KILL $$")
        #expect(try await desk.run().exitCode == 128 + Int(SIGKILL))
    }

    @Test func `words that a shell knows are programs all the same`() async throws {
        let desk = try HookDesk(step: "command: [echo, --version]")
        #expect(try await desk.run().output.first?.contains("coreutils") == true)
    }

    @Test func `100 MiB of output are read and not kept, and a line of 50 MiB is cut`() async throws {
        let desk = try HookDesk(step: "command: [hooks/much.sh]")
        try desk.script(
            "much.sh",
            """
            yes "$(printf %1000s x)" | head -c 52428800
            head -c 52428800 /dev/zero | tr '\\0' 'y'
            echo
            echo the end
            """)
        let end = try await desk.run()
        #expect(end.exitCode == 0)
        #expect(end.output.first == "… (only the last lines are kept)")
        #expect(end.output.suffix(2).first?.hasSuffix("yyy…") == true)
        #expect(end.output.suffix(2).first?.utf8.count == HookOutput.lineLimit + 3)
        #expect(end.output.last == "the end")
        #expect(end.output.reduce(0) { $0 + $1.utf8.count } < HookOutput.limit + 100)
    }

    @Test func `binary output is spelt out`() async throws {
        let desk = try HookDesk(step: "command: [hooks/binary.sh]")
        try desk.script("binary.sh", #"printf '\033[2Jcleared\000\377\r\nnext\n' >&2"#)
        #expect(try await desk.run().output == ["\\u{1b}[2Jcleared\\u{0}\u{FFFD}", "next"])
    }

    @Test func `what it leaves running ends with it`() async throws {
        let desk = try HookDesk(step: "command: [hooks/leave.sh]")
        try desk.script("leave.sh", "sleep 1000 & echo $!")
        let end = try await desk.run()
        #expect(end.exitCode == 0)
        let child = try #require(end.output.first.flatMap { pid_t($0) })
        try await eventually("process \(child) has ended") { kill(child, 0) != 0 || isZombie(child) }
    }

    @Test(arguments: ["exec sleep 1000", "trap 'echo asked to end; exit 0' TERM; sleep 1000 & wait"])
    func `cancelled, it is asked to end, and everything it has started with it`(rest: String) async throws {
        let desk = try HookDesk(step: "command: [hooks/hang.sh]")
        try desk.script("hang.sh", "sleep 1000 & echo $! $$; \(rest)")
        let lines = Mutex<[String]>([])
        let task = Task { try await desk.run { line in lines.withLock { $0.append(line) } } }
        try await eventually("it has begun", within: .seconds(600)) { lines.withLock { !$0.isEmpty } }
        task.cancel()
        let end = try await task.value
        #expect(end.exitCode == nil)
        #expect(end.output.contains("asked to end") == rest.contains("asked to end"))
        for pid in lines.withLock({ $0[0] }).split(separator: " ").compactMap({ pid_t($0) }) {
            try await eventually("process \(pid) has ended") { kill(pid, 0) != 0 || isZombie(pid) }
        }
    }

    @Test func `one that does not want to end is made to`() async throws {
        let desk = try HookDesk(step: "command: [hooks/deaf.sh]")
        try desk.script("deaf.sh", "trap '' TERM; echo $$; while :; do sleep 1; done")
        let lines = Mutex<[String]>([])
        let task = Task { try await desk.run { line in lines.withLock { $0.append(line) } } }
        try await eventually("it has begun", within: .seconds(600)) { lines.withLock { !$0.isEmpty } }
        task.cancel()
        #expect(try await task.value.exitCode == nil)
        let pid = try #require(pid_t(lines.withLock { $0[0] }))
        #expect(kill(pid, 0) != 0 || isZombie(pid))
    }

    @Test(arguments: [
        ("command: [hooks/none.sh]", "'DESK/hooks/none.sh' is not a program that planrun may run"),
        ("command: [there-is-no-such-program]", "there is no program 'there-is-no-such-program' in PATH"),
        ("command: [hooks]", "there is no program 'hooks' in PATH"),
        ("command: [./hooks]", "'DESK/hooks' is not a program that planrun may run"),
        ("command: [echo], directory: nowhere", "there is no folder 'DESK/nowhere'"),
        ("command: [echo], undo: [./no]", "'DESK/no' is not a program that planrun may run"),
        (
            "command: [echo], environment: { A: { env: UNSET_HERE } }",
            "the environment variable 'UNSET_HERE' is not set"
        ),
    ])
    func `what cannot be started is known before anything is done`(step: String, what: String) async throws {
        let desk = try HookDesk(step: "{ \(step) }")
        let obstacle = try #require(desk.hooks().obstacle(desk.settings))
        #expect(desk.without([obstacle.what]) == [what])
        #expect(!obstacle.help.isEmpty)
    }
}

/// The example in the guide is a step that a plan can have.
struct HooksGuideTests {
    @Test func `the step in the guide is read without a mistake`() throws {
        let path = String(#filePath.dropLast("Tests/HooksTests/PlanHooksTests.swift".count))
        let guide = try SourceFile.load(path: path + "Sources/planrun/planrun.docc/Hooks.md").text
        let block = try #require(
            guide.components(separatedBy: "```yaml\n").dropFirst().first?.components(separatedBy: "```").first)
        let text = """
            version: 1
            name: guide
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            steps:
            \(block)
            """
        let reading = Plan.read(SourceFile(path: "plan.yaml", text: text), checks: [])
        #expect(reading.diagnostics.isEmpty, "\(TextRenderer().render(reading.diagnostics))")
    }
}

/// Whether a process has ended and only its parent has not asked yet how.
private func isZombie(_ pid: pid_t) -> Bool {
    let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    return status?.split(separator: ")").last?.hasPrefix(" Z") ?? true
}

/// A folder with a plan of one `run` step, and its scripts in `hooks`.
final class HookDesk: Sendable {
    let path: String
    let plan: Plan
    let settings: RunStep

    init(step: String) throws {
        path = FileManager.default.temporaryDirectory.path + "/planrun-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path + "/hooks", withIntermediateDirectories: true)
        let mapping =
            step.hasPrefix("{")
            ? " \(step)" : "\n        \(step.replacing("    environment", with: "        environment"))"
        let text = """
            version: 1
            name: hooks
            source: { address: 10.0.0.1:6379, engine: redis, password: { env: SOURCE_PASSWORD } }
            target: { address: 10.0.0.2:6379, engine: redis }
            sentinel: { primary: main, addresses: [10.0.0.3:26379] }
            steps:
              - id: dns
                run:\(mapping)

            """
        let reading = Plan.read(
            SourceFile(path: path + "/plan.yaml", text: text), checks: PreflightCatalogue.declarations)
        plan = try #require(reading.plan, "\(TextRenderer().render(reading.diagnostics))")
        guard case .run(let settings) = plan.steps[0].kind else { preconditionFailure("the plan has one run step") }
        self.settings = settings
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func script(_ name: String, _ text: String) throws {
        let file = path + "/hooks/" + name
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file)
    }

    static let environment = ["PATH": "/usr/bin:/bin", "SOURCE_PASSWORD": "hunter2-source"]

    func hooks(_ environment: [String: String] = HookDesk.environment) -> PlanHooks {
        PlanHooks(plan, lineage: "the-run", environment: environment) { #"{"steps":[]}"# }
    }

    func run(
        environment: [String: String] = HookDesk.environment, show: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> HookEnd {
        let call = HookCall(step: "dns", phase: .perform, words: settings.command, settings: settings)
        return try await hooks(environment).run(call, show: show)
    }

    /// The lines without the path of the folder.
    func without(_ lines: [String]) -> [String] { lines.map { $0.replacing(path, with: "DESK") } }
}
