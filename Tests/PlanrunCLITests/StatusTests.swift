import Execution
import FoundationEssentials
import Testing

@testable import PlanrunCLI

struct StatusTests {
    @Test func `status shows each step, the servers, and what to type next`() async throws {
        let desk = try Desk()
        let migration = Migration()
        _ = await Console(servers: migration.servers).run("apply", desk.plan)
        let printed = await Console(servers: migration.servers).run("status", desk.plan)
        #expect(printed.status == .success)
        #expect(printed.messages == "")
        let text = desk.without(printed.output).replacing(/\d{4}-[-\d]*T[:.\d]*Z/, with: "TIME")
            .replacing(/\(\d[\d.]* s\)/, with: "(0 s)")
        #expect(text.hasPrefix("'small': stopped, begun TIME, last change TIME\nrecorded in plan.state.json\n\n"))
        #expect(text.contains("\n  ok        preflight/reachable: 3 servers answer (0 s)\n"))
        #expect(
            text.hasSuffix(
                """
                  ok        replicaof: the target follows 10.0.0.1:6379 (0 s)
                  waiting   approval: nobody has said yes to 'Go on?'

                the servers now:
                  source 10.0.0.1:6379 is a primary with 1 replica
                  target 10.0.0.2:6380 is a replica of 10.0.0.1:6379, in sync
                  Sentinel 10.0.0.3:5000 names 10.0.0.1:6379 as the primary

                changed by this run and not put back:
                  target 10.0.0.2:6380: follows 10.0.0.1:6379 and holds 0 keys (before the run: empty, and followed nobody); the Sentinels may promote it (replica-priority 100), and nobody keeps them from that if it loses its link while no planrun is at work

                  = help: planrun resume plan.yaml     go on with 'approval'
                  = help: planrun rollback plan.yaml   take back 'replicaof' and end the run

                """))
    }

    @Test(arguments: [[], ["--offline"]])
    func `of a run whose checks failed it says what the failure said: apply again`(options: [String]) async throws {
        let desk = try Desk()
        let servers = Migration(.init(primaryHost: "10.0.0.77")).servers
        let failed = await Console(servers: servers).run("apply", desk.plan)
        #expect(failed.status == .failure)
        let next = "  = help: planrun apply plan.yaml   try again once that is put right; nothing was changed\n"
        #expect(desk.without(failed.messages).hasSuffix(next))
        let printed = await Console(servers: servers).run(["status", desk.plan] + options)
        #expect(desk.without(printed.output).hasSuffix("\n\n" + next))
    }

    @Test func `what was not begun is one line, and unasked checks are another`() async throws {
        let desk = try Desk(
            plan: String(contentsOfFile: repository + "plans/sentinel-promotion.yaml", encoding: .utf8))
        _ = await Console(environment: ["REDIS_PASSWORD": "secret"]).run("apply", desk.plan)
        let printed = await Console().run("status", "--offline", desk.plan)
        let lines = desk.without(printed.output).split(separator: "\n").map(String.init)
        #expect(lines[2].hasPrefix("  failed    preflight/reachable: "))
        #expect(lines.contains { $0.contains(#/^  not asked preflight: \d+ checks$/#) })
        #expect(
            lines.last { !$0.contains("= help") }
                == "  not begun replicaof, wait-for-sync, data, approval, failover, cutover")
    }

    /// A lock that nobody holds, as the kernel leaves it of a process that was killed.
    private func cutOff(_ status: RunState.Status, _ desk: Desk) throws {
        let state = try #require(desk.bytes("plan.state.json").map { String(decoding: $0, as: UTF8.self) })
        try desk.write(
            state.replacing("\"status\" : \"stopped\"", with: "\"status\" : \"\(status.rawValue)\""),
            to: "plan.state.json")
        let lock = #"{"host":"db1","pid":4711,"since":"2026-03-01T09:30:00.000Z"}"#
        try desk.write(lock + "\n", to: "plan.state.json.lock")
    }

    @Test(arguments: [
        (RunState.Status.running, "carried out"), (.rollingBack, "rolled back"),
    ]) func `a run whose planrun was killed is not running`(status: RunState.Status, word: String) async throws {
        let desk = try Desk()
        _ = await Console(servers: Migration().servers).run("apply", desk.plan)
        try cutOff(status, desk)
        let printed = await Console().run("status", "--offline", desk.plan)
        let text = printed.output.replacing(/2026-\d\d-(?!01T09:30)[-\d]*T[:.\d]*Z/, with: "TIME")
        #expect(
            text.hasPrefix(
                """
                'small': cut off while it was being \(word); nobody goes on with it now
                begun TIME, last heard of TIME; process 4711 on 'db1', which did so since 2026-03-01T09:30:00.000Z, has died

                """), "\(text)")
        let json = await Console().run("status", "--offline", "--format", "json", desk.plan)
        #expect(json.output.contains("\"state\" : \"free\""))
    }

    @Test func `a run that goes on is in somebody's hands, and nothing is to be typed`() async throws {
        let desk = try Desk()
        _ = await Console(servers: Migration().servers).run("apply", desk.plan)
        let since = Timestamp(millisecondsSince1970: 1_772_357_400_000)
        let lock = try RunLock.acquire(
            forState: desk.state, as: RunHolder(pid: 4711, host: "db1", since: since))
        let printed = await Console().run("status", "--offline", desk.plan)
        lock.release()
        #expect(
            printed.output.hasPrefix(
                "'small': stopped; process 4711 on 'db1' has been at work on it since 2026-03-01T09:30:00.000Z\n"))
        #expect(!printed.output.contains("= help"))
    }

    @Test func `where the servers are no longer as recorded, it says so`() async throws {
        let desk = try Desk()
        _ = await Console(servers: Migration().servers).run("apply", desk.plan)
        let printed = await Console(servers: Migration().servers).run("status", desk.plan)
        #expect(
            printed.output.contains(
                "\n  the servers are not as 'replicaof' left them: somebody has changed them since\n"))
    }

    @Test func `offline, the servers are not asked, and the plan is not read`() async throws {
        let desk = try Desk()
        _ = await Console(servers: Migration().servers).run("apply", desk.plan)
        try desk.write("no plan any more", to: "plan.yaml")
        let printed = await Console().run("status", "--offline", desk.plan)
        #expect(printed.status == .success)
        #expect(!printed.output.contains("the servers now"))
    }

    @Test func `servers that do not answer are said not to`() async throws {
        let desk = try Desk()
        _ = await Console(servers: Migration().servers).run("apply", desk.plan)
        let printed = await Console().run("status", desk.plan)
        #expect(printed.status == .success)
        #expect(
            printed.output.contains("  target 10.0.0.2:6380 does not answer: 10.0.0.2:6380 refused the connection\n"))
    }

    @Test func `as JSON it is the record and the world`() async throws {
        let desk = try Desk()
        _ = await Console(servers: Migration().servers).run("apply", desk.plan)
        let printed = await Console(servers: Migration().servers).run("status", "--format", "json", desk.plan)
        #expect(printed.output.contains("\"status\" : \"stopped\""))
        #expect(printed.output.contains("\"target 10.0.0.2:6380 is a primary with no replica\""))
    }

    @Test func `a mistyped plan is what is complained about, not its missing state`() async throws {
        let desk = try Desk()
        let printed = await Console().run("status", desk.path("plam.yaml"))
        #expect(printed.status == .invalid)
        #expect(desk.without(printed.messages).hasPrefix("plam.yaml: error[file-not-found]: there is no such file\n"))
    }

    @Test func `a damaged state is refused and left alone`() async throws {
        let desk = try Desk()
        try desk.write("{\"format\": 1,", to: "plan.state.json")
        for verb in ["status", "apply", "resume", "rollback"] {
            let printed = await Console(servers: Migration().servers).run(verb, desk.plan)
            #expect(printed.status == .invalid)
            #expect(printed.messages.hasPrefix("error[state-corrupted]: "))
        }
        #expect(desk.bytes("plan.state.json").map { String(decoding: $0, as: UTF8.self) } == "{\"format\": 1,")
    }
}
