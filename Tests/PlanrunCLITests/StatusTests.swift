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
        #expect(text.hasPrefix("'small': stopped, begun TIME, last change TIME\nrecorded in plan.state.json\n"))
        #expect(text.contains("\n  ok preflight/reachable: 3 servers answer (0 s)\n"))
        #expect(
            text.hasSuffix(
                """
                  ok replicaof: the target follows 10.0.0.1:6379 (0 s)
                     approval: nobody has said yes to 'Go on?'

                the servers now:
                  source 10.0.0.1:6379 is a primary with 1 replica
                  target 10.0.0.2:6380 is a replica of 10.0.0.1:6379, in sync
                  Sentinel 10.0.0.3:5000 names 10.0.0.1:6379 as the primary

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
        let next = "  = help: planrun apply plan.yaml   try again when that is mended; nothing was changed\n"
        #expect(desk.without(failed.messages).hasSuffix(next))
        let printed = await Console(servers: servers).run(["status", desk.plan] + options)
        #expect(desk.without(printed.output).hasSuffix("\n\n" + next))
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
