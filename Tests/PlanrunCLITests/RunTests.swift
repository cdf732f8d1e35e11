import FoundationEssentials
import Testing

@testable import Execution
@testable import PlanrunCLI

/// `apply`, `resume` and `rollback` on servers in memory: the messages and the exit code of every outcome.
struct RunTests {
    private static let withoutApproval = Migration.plan.replacing("  - approval: Go on?\n", with: "")
    /// This run fails after `replicaof`, because the Sentinel then names another primary.
    private static let failing =
        withoutApproval + "  - preflight: { id: again, \(Migration.preflight) }\nrollback: { on-failure: automatic }\n"

    /// Replaces times and durations, which differ from run to run.
    private func steady(_ text: String, _ desk: Desk) -> String {
        desk.without(text).replacing(/\d\d:\d\d:\d\dZ/, with: "TIME").replacing(/\(\d[\d.]* s\)/, with: "(0 s)")
            .replacing(/in \d[\d.]* (min \d+ )?s/, with: "in 0 s")
            .replacing(/after \d[\d.]* (min \d+ )?s/, with: "after 0 s")
    }

    @Test func `a run that is done says so and ends with 0`() async throws {
        let desk = try Desk(plan: Self.withoutApproval)
        let printed = await Console(servers: Migration().servers).run("apply", desk.plan)
        #expect(printed.status == .success)
        let lines = steady(printed.output, desk).split(separator: "\n")
        #expect(
            lines.prefix(7) == [
                "plan 'small' (plan.yaml)", "  from 10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)",
                "  Sentinels: 10.0.0.3:5000, primary 'main'", "  no point of no return: this plan has no failover",
                "  every step is recorded in plan.state.json",
                "  Ctrl-C stops it in order at any time; 'planrun resume' goes on from there",
                "TIME carrying out 'small': 6 checks and steps",
            ])
        #expect(lines.last == "TIME ok replicaof: the target follows 10.0.0.1:6379 (0 s)")
        // The commands are aligned with the path of a folder that is not always as long.
        let messages = steady(printed.messages, desk).replacing(#/ {4,}take/#, with: "   take")
        #expect(
            messages == """
                done: 'small' was carried out in 0 s
                  from       10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)
                  steps      2 of 2 done; of 5 checks 5 passed
                the servers now:
                  source 10.0.0.1:6379 is a primary with 1 replica
                  target 10.0.0.2:6380 is a replica of 10.0.0.1:6379, in sync
                  Sentinel 10.0.0.3:5000 names 10.0.0.1:6379 as the primary
                  = help: planrun rollback plan.yaml   take back 'replicaof' and end the run
                  = help: planrun report plan.yaml --out plan.html   write down what was done

                """)
    }

    @Test func `a run that waits for a yes ends with 3 and says how to give it`() async throws {
        let desk = try Desk()
        let console = Console(servers: Migration().servers)
        let printed = await console.run("apply", desk.plan)
        #expect(printed.status == .stopped)
        #expect(
            steady(printed.messages, desk) == """
                waiting[approval-missing]: 'approval' waits: nobody has said yes to 'Go on?'
                  at plan.yaml:9:5
                  nothing was changed by this step
                stopped after 0 s: 'approval' waits for a person, and the servers go on with what they do
                  from       10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)
                  steps      2 of 3 done; of 5 checks 5 passed
                the servers now:
                  source 10.0.0.1:6379 is a primary with 1 replica
                  target 10.0.0.2:6380 is a replica of 10.0.0.1:6379, in sync
                  Sentinel 10.0.0.3:5000 names 10.0.0.1:6379 as the primary
                  = help: planrun resume plan.yaml --approve approval   say yes and go on
                  = help: planrun rollback plan.yaml                    take back 'replicaof' and end the run

                """)
        let resumed = await console.run("resume", desk.plan, "--approve", "approval")
        #expect(resumed.status == .success)
        #expect(resumed.output.contains("ok replicaof: the target follows 10.0.0.1:6379 (done earlier)"))
    }

    @Test func `a person at the terminal is asked, and a no is no failure`() async throws {
        let desk = try Desk()
        let refused = await Console(servers: Migration().servers, answers: ["n"]).run("apply", desk.plan)
        #expect(refused.status == .stopped)
        #expect(
            steady(refused.messages, desk).hasPrefix(
                """
                TIME now:
                  source 10.0.0.1:6379 is a primary with 1 replica
                  target 10.0.0.2:6380 is a replica of 10.0.0.1:6379, in sync
                  Sentinel 10.0.0.3:5000 names 10.0.0.1:6379 as the primary
                """))
        #expect(refused.messages.contains("\nGo on?\n[y/N] \nwaiting[approval-missing]: "))
        let agreed = await Console(servers: Migration(.init(targetFollows: true)).servers, answers: ["y"])
            .run("resume", desk.plan)
        #expect(agreed.status == .success)
    }

    @Test func `a yes that was typed before the question is none`() async throws {
        let desk = try Desk()
        let printed = await Console(servers: Migration().servers, answers: ["n"], typedAhead: ["y", "yes"])
            .run("apply", desk.plan)
        #expect(printed.status == .stopped)
        #expect(printed.messages.contains("waiting[approval-missing]: "))
    }

    @Test func `a failed check changes nothing and ends with 1`() async throws {
        let desk = try Desk()
        let printed = await Console(servers: Migration(.init(targetKeys: 7)).servers).run("apply", desk.plan)
        #expect(printed.status == .failure)
        #expect(
            steady(printed.messages, desk) == """
                error[target-free]: 'preflight/target-free' failed: 10.0.0.2:6380 holds 7 keys, which the full sync would delete
                  at plan.yaml:7:5 · target 10.0.0.2:6380 · wanted: no keys
                  checks change nothing
                  = help: empty the target, or say 'replicaof: { replace-data: true }' in the plan if its data may go
                failed after 0 s at 'preflight/target-free', and nothing was changed on the servers
                  from       10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)
                  steps      0 of 3 done; of 5 checks 4 passed, 1 failed
                  = help: planrun apply plan.yaml   try again once that is put right; nothing was changed

                """)
    }

    @Test func `a failure after an effect is rolled back by itself and ends with 1`() async throws {
        let desk = try Desk(plan: Self.failing)
        let migration = Migration()
        let world = Migration(.init()) { words in
            if words.first == "REPLICAOF" { migration.change { $0.primaryHost = "10.9.9.9" } }
        }
        let console = Console(servers: [world.servers[0], world.servers[1], migration.servers[2]])
        let printed = await console.run("apply", desk.plan)
        #expect(printed.status == .failure)
        #expect(printed.messages.contains("the plan says 'on-failure: automatic': it is rolled back now"))
        #expect(
            printed.output.contains(
                "ok undo replicaof: 10.0.0.2:6380 no longer follows 10.0.0.1:6379 and is empty again, as before the run"
            ))
        #expect(
            printed.messages.contains(
                """
                rolled back: nothing of 'small' is left on the servers
                  from       10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)
                  failed     'again/sentinels-agree': Sentinel 10.0.0.3:5000 names 10.9.9.9:6379 as the primary of 'main'
                the servers now:
                  source 10.0.0.1:6379 is a primary
                """
            ))
        #expect(!world.now.targetFollows)
        #expect(try StateFile(path: desk.state).read().status == .rolledBack)
    }

    @Test func `a rollback that fails ends with 4`() async throws {
        let desk = try Desk()
        _ = await Console(servers: Migration().servers).run("apply", desk.plan)
        let printed = await Console(servers: Array(Migration().servers.prefix(1))).run("rollback", desk.plan)
        #expect(printed.status == .personNeeded)
        #expect(
            desk.without(printed.messages).hasPrefix(
                """
                error[connection-refused]: 'replicaof' failed: 10.0.0.2:6380 refused the connection
                  at plan.yaml:8:5 · target 10.0.0.2:6380
                  = help: check that the server runs and can be reached from here
                failed to roll back at 'replicaof'; not taken back yet: 'replicaof'
                  from       10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)
                  steps      1 of 3 done; of 5 checks 5 passed
                the servers now:
                  source 10.0.0.1:6379 is a primary with no replica
                  target 10.0.0.2:6380 does not answer: 10.0.0.2:6380 refused the connection
                  Sentinel 10.0.0.3:5000 does not answer: 10.0.0.3:5000 refused the connection
                  = help: planrun rollback plan.yaml   take back 'replicaof' and end the run

                """))
    }

    @Test func `a rollback takes back and ends with 0`() async throws {
        let desk = try Desk()
        let migration = Migration()
        _ = await Console(servers: migration.servers).run("apply", desk.plan)
        let printed = await Console(servers: migration.servers).run("rollback", desk.plan)
        #expect(printed.status == .success)
        #expect(steady(printed.output, desk).hasPrefix("TIME rolling back 'small': 1 step to take back\n"))
        #expect(!migration.now.targetFollows)
    }

    @Test func `Ctrl-C stops in order, ends with 3 and says how to go on`() async throws {
        let desk = try Desk()
        let keyboard = Keyboard()
        let migration = Migration { if $0.first == "REPLICAOF" { keyboard.pressControlC() } }
        let printed = await Console(servers: migration.servers, keyboard: keyboard).run("apply", desk.plan)
        #expect(printed.status == .stopped)
        #expect(
            steady(printed.messages, desk) == """
                stopping: a change that has begun is finished, and nothing new is started (Ctrl-C again: interrupt the change, too)
                stopped after 0 s; planrun does nothing more, and the servers go on with what they do
                  from       10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)
                  steps      2 of 3 done; of 5 checks 5 passed
                the servers now:
                  source 10.0.0.1:6379 is a primary with 1 replica
                  target 10.0.0.2:6380 is a replica of 10.0.0.1:6379, in sync
                  Sentinel 10.0.0.3:5000 names 10.0.0.1:6379 as the primary
                  = help: planrun resume plan.yaml     go on with 'approval'
                  = help: planrun rollback plan.yaml   take back 'replicaof' and end the run

                """)
    }

    @Test func `a state that cannot be written stops the run before anything is done, with 2`() async throws {
        let desk = try Desk()
        let migration = Migration()
        let printed = await Console(servers: migration.servers)
            .run("apply", desk.plan, "--state", desk.path("nowhere/x.state.json"))
        #expect(printed.status == .invalid)
        #expect(printed.messages.hasPrefix("error[state-not-writable]: "))
        #expect(!migration.now.targetFollows)
    }

    @Test func `a secret that is not set is named, and 2 is the exit code`() async throws {
        let desk = try Desk(
            plan: Migration.plan.replacing(
                "engine: redis }\ntarget", with: "engine: redis, password: { env: PW } }\ntarget"))
        let console = Console(servers: Migration().servers)
        let printed = await console.run("apply", desk.plan)
        #expect(
            desk.without(printed.messages) == """
                error[secret-environment-unset]: the environment variable 'PW' is not set
                  wanted by plan.yaml
                  = help: set it for this command: PW=… planrun …

                """)
        #expect(printed.status == .invalid)
    }

    @Test func `with --format json standard output is events alone`() async throws {
        let desk = try Desk(plan: Self.withoutApproval)
        let printed = await Console(servers: Migration().servers).run("apply", desk.plan, "--format", "json")
        #expect(printed.status == .success)
        let lines = printed.output.split(separator: "\n")
        let events = try lines.map { try JSONDecoder().decode(RunEvent.self, from: Data($0.utf8)) }
        #expect(events.last?.kind == .runFinished(.succeeded))
    }

    @Test func `what a server says reaches nothing raw`() async throws {
        let attack = "ERR \u{1B}]0;owned\u{7}\u{1B}[2J\u{9B}31m\u{202E}\r\nfake: ok"
        for format in ["text", "json"] {
            for width in [nil, 80] {
                let desk = try Desk(plan: Self.withoutApproval)
                let migration = Migration(.init(refusal: attack))
                let console = Console(servers: migration.servers, width: width)
                let printed = await console.run("apply", desk.plan, "--format", format)
                #expect(printed.status == .stopped)
                #expect((printed.output + printed.messages).contains("owned"))
                try expectHarmless(printed)
                let state = try #require(desk.bytes("plan.state.json"))
                #expect(isHarmless(String(decoding: state, as: UTF8.self)))
            }
        }
    }

    @Test func `a host that a server names reaches nothing raw`() async throws {
        let desk = try Desk()
        let migration = Migration(.init(primaryHost: "10.0.0.1\u{1B}[2J\n\u{9B}31m"))
        for arguments in [
            ["check", desk.plan], ["check", desk.plan, "--format", "json"], ["plan", desk.plan],
            ["plan", desk.plan, "--format", "markdown"], ["apply", desk.plan], ["status", desk.plan],
            ["status", desk.plan, "--format", "json"],
        ] {
            try expectHarmless(await Console(servers: migration.servers).run(arguments))
        }
    }

    @Test func `a plan cannot draw on the terminal either`() async throws {
        let desk = try Desk(
            plan: Migration.plan.replacing("Go on?", with: #""Go \e[2J on?""#)
                .replacing("name: small", with: #"name: small\ndescription: "\e[31mred""#))
        for arguments in [
            ["plan", "--offline", desk.plan], ["plan", "--offline", "--format", "markdown", desk.plan],
            ["graph", desk.plan], ["apply", desk.plan], ["status", desk.plan], ["validate", desk.plan],
        ] {
            try expectHarmless(await Console(servers: Migration().servers, answers: ["n"]).run(arguments))
        }
    }

    private func expectHarmless(_ printed: Console.Printed) throws {
        // planrun itself moves the cursor up and clears to the end of the screen.
        let own = printed.output.replacing(/\u{1B}\[\dA\r\u{1B}\[0J/, with: "")
        #expect(isHarmless(own), "\(own.debugDescription)")
        #expect(isHarmless(printed.messages), "\(printed.messages.debugDescription)")
        #expect(!(own + printed.messages).contains("\nfake: ok"))
    }

    private func isHarmless(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control: scalar == "\n"
            case .format: false
            default: true
            }
        }
    }
}
