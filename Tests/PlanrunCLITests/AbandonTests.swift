import FoundationEssentials
import PlanGraph
import Testing

@testable import Execution
@testable import PlanrunCLI

/// The end of a run that goes neither forward nor back.
struct AbandonTests {
    /// The target follows, and the run waits for a yes.
    private func waiting(_ migration: Migration = Migration()) async throws -> (Desk, Console) {
        let desk = try Desk()
        let console = Console(servers: migration.servers)
        #expect(await console.run("apply", desk.plan).status == .stopped)
        return (desk, console)
    }

    private func said(_ text: String, _ desk: Desk) -> String {
        desk.without(text).replacing(/\d{4}-[-\d]*T[:.\d]*Z/, with: "TIME")
    }

    private static let follows = """
        the run of 'small', begun at TIME, is stopped, and leaves behind:
          target 10.0.0.2:6380: follows 10.0.0.1:6379 and holds 0 keys (before the run: empty, and followed nobody); the Sentinels may promote it (replica-priority 100), and nobody keeps them from that if it loses its link while no planrun is at work
            redis-cli -h 10.0.0.2 -p 6380 REPLICAOF NO ONE
            redis-cli -h 10.0.0.2 -p 6380 CONFIG REWRITE

        """

    private static let over = """
        abandoned: the run is over, and its record stays
          = help: planrun status plan.yaml   see again what is left behind
          = help: planrun apply plan.yaml    begin a new run

        """

    @Test func `it is said what is left and how it goes away, and nothing is done without a yes`() async throws {
        let (desk, console) = try await waiting()
        let before = desk.bytes("plan.state.json")
        let asked = await console.run("abandon", desk.plan)
        #expect(asked.status == .stopped)
        #expect(
            said(asked.messages, desk) == Self.follows + """
                error[confirmation-missing]: nobody has said yes to ending the run; nothing was changed
                  = help: planrun abandon plan.yaml --leave-behind   end it, and leave that as it is

                """)
        #expect(desk.bytes("plan.state.json") == before)
    }

    @Test func `what an abandoned run has left is the next one's to take back, with what was before both`() async throws
    {
        let migration = Migration()
        let (desk, console) = try await waiting(migration)
        #expect(await console.run("abandon", desk.plan, "--leave-behind").status == .personNeeded)
        let abandoned = try StateFile(path: desk.state).read()
        migration.change { $0.targetKeys = 10 }
        let anew = await console.run("apply", desk.plan)
        #expect(anew.status == .stopped)
        #expect(
            said(anew.messages, desk).contains(
                "this run takes over what the one abandoned at TIME has left of 'replicaof'\n"), "\(anew.messages)")
        let state = try StateFile(path: desk.state).read()
        #expect(state.lineage != abandoned.lineage)
        #expect(state.history?.runs.map(\.status) == [.abandoned])
        #expect(state["replicaof"]?.undo?["wasEmpty"] == .bool(true))
        #expect(state["replicaof"]?.undo?["priority"] == abandoned["replicaof"]?.undo?["priority"])
        #expect(await console.run("rollback", desk.plan).status == .success)
        #expect(!migration.now.targetFollows && migration.now.targetKeys == 0)
    }

    @Test func `with a yes the record stays and says so, and apply begins a new run`() async throws {
        let (desk, console) = try await waiting()
        let lineage = try StateFile(path: desk.state).read().lineage
        let ended = await console.run("abandon", desk.plan, "--leave-behind")
        #expect(ended.status == .personNeeded)
        #expect(said(ended.messages, desk) == Self.follows + Self.over)
        let status = await console.run("status", desk.plan)
        #expect(said(status.output, desk).hasPrefix("'small': abandoned, begun TIME, last change TIME\n"))
        #expect(
            said(status.output, desk).hasSuffix(
                """
                left behind when it was abandoned:
                  target 10.0.0.2:6380: follows 10.0.0.1:6379 and holds 0 keys (before the run: empty, and followed nobody); the Sentinels may promote it (replica-priority 100), and nobody keeps them from that if it loses its link while no planrun is at work
                    redis-cli -h 10.0.0.2 -p 6380 REPLICAOF NO ONE
                    redis-cli -h 10.0.0.2 -p 6380 CONFIG REWRITE

                  = help: planrun apply plan.yaml   begin a new run

                """))
        for (verb, nothing) in [("resume", "nothing to resume"), ("rollback", "nothing to roll back")] {
            let refused = await console.run(verb, desk.plan)
            #expect(refused.status == .invalid)
            #expect(
                said(refused.messages, desk) == """
                    error[run-abandoned]: \(nothing): the run was abandoned at TIME
                      = help: planrun status plan.yaml   see what it left behind
                      = help: planrun apply plan.yaml    begin a new one

                    """)
        }
        let twice = await console.run("abandon", desk.plan)
        #expect(twice.status == .success)
        #expect(said(twice.messages, desk) == "nothing to abandon: the run is over (abandoned at TIME)\n")
        #expect(await console.run("apply", desk.plan, "--auto-approve").status == .success)
        #expect(try StateFile(path: desk.state).read().lineage != lineage)
    }

    @Test(arguments: [("abandon", true), ("no", false)])
    func `at a terminal it is a whole word that ends the run`(word: String, isOver: Bool) async throws {
        let (desk, _) = try await waiting()
        let console = Console(servers: Migration(.init(targetFollows: true)).servers, answers: [word], width: 200)
        let printed = await console.run("abandon", desk.plan)
        #expect(printed.status == (isOver ? .personNeeded : .stopped))
        #expect(try StateFile(path: desk.state).read().status == (isOver ? .abandoned : .stopped))
        #expect(
            printed.output.contains("End the run and take care of that yourself?\ntype 'abandon' to go on, or 'no': "))
        #expect(isOver || printed.messages == "not abandoned; nothing was changed\n")
    }

    @Test func `no server has to answer, and the plan may be gone`() async throws {
        let (desk, _) = try await waiting()
        try FileManager.default.removeItem(atPath: desk.plan)
        let printed = await Console().run("abandon", desk.plan, "--leave-behind")
        #expect(printed.status == .personNeeded)
        #expect(
            said(printed.messages, desk) == """
                the run of 'small', begun at TIME, is stopped, and leaves behind:
                  target 10.0.0.2:6380: it does not answer (10.0.0.2:6380 refused the connection), and may still follow 10.0.0.1:6379 when it is back (before the run: empty, and followed nobody)
                    redis-cli -h 10.0.0.2 -p 6380 REPLICAOF NO ONE
                  target 10.0.0.2:6380: it does not answer (10.0.0.2:6380 refused the connection), and may still have what the run set: replica-priority
                    redis-cli -h 10.0.0.2 -p 6380 CONFIG SET replica-priority 100
                    redis-cli -h 10.0.0.2 -p 6380 CONFIG REWRITE

                """ + Self.over)
        #expect(try StateFile(path: desk.state).read().status == .abandoned)
    }

    @Test func `a run that has changed nothing leaves nothing behind`() async throws {
        let desk = try Desk()
        let console = Console(servers: Migration(.init(primaryHost: "10.0.0.77")).servers)
        #expect(await console.run("apply", desk.plan).status == .failure)
        let printed = await console.run("abandon", desk.plan, "--leave-behind")
        #expect(printed.status == .success)
        #expect(
            said(printed.messages, desk) == """
                the run of 'small', begun at TIME, is failed, and leaves nothing behind on the servers
                abandoned: the run is over, and its record stays
                  = help: planrun apply plan.yaml   begin a new run

                """)
    }
}
