import Execution
import FoundationEssentials
import Testing

@testable import PlanrunCLI

/// `run` steps in a run from start to end: servers in memory, commands that really run.
struct HookTests {
    private static func plan(_ steps: String, onFailure: String = "automatic") -> String {
        Migration.plan.replacing("  - approval: Go on?\n", with: steps) + "rollback: { on-failure: \(onFailure) }\n"
    }

    private func desk(_ steps: String, onFailure: String = "automatic") throws -> Desk {
        let desk = try Desk(plan: Self.plan(steps, onFailure: onFailure))
        try script(desk, "note.sh", #"echo "$PLANRUN_STEP $PLANRUN_PHASE $*" >> notes; [ "$1" != fail ]"#)
        return desk
    }

    private func script(_ desk: Desk, _ name: String, _ text: String) throws {
        try desk.write("#!/bin/sh\n\(text)\n", to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: desk.path(name))
    }

    private func notes(_ desk: Desk) -> [String] {
        String(decoding: desk.bytes("notes") ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private let console = Console(servers: Migration().servers, environment: ["PATH": "/usr/bin:/bin"])

    @Test func `commands are undone last first when a step fails, the one that failed too`() async throws {
        let desk = try desk(
            """
              - run: { id: one, command: [./note.sh, a], undo: [./note.sh, back] }
              - run: { id: two, command: [./note.sh, b], undo: [./note.sh, back] }
              - run: { id: three, command: [./note.sh, fail], undo: [./note.sh, back] }

            """)
        let printed = await console.run("apply", desk.plan)
        #expect(printed.status == .failure)
        #expect(printed.messages.contains("error[run-failed]: 'three' failed: './note.sh fail' ended with 1"))
        #expect(
            notes(desk) == [
                "one perform a", "two perform b", "three perform fail", "three undo back", "two undo back",
                "one undo back",
            ])
        #expect(try StateFile(path: desk.state).read().status == .rolledBack)
    }

    @Test func `an undo that fails is said, and does not keep the others from being undone`() async throws {
        let desk = try desk(
            """
              - run: { id: one, command: [./note.sh, a], undo: [./note.sh, back] }
              - run: { id: two, command: [./note.sh, b], undo: [./note.sh, fail], needs: [replicaof] }
              - run: { id: three, command: [./note.sh, fail], undo: [./note.sh, back], needs: [one, two] }

            """)
        let printed = await console.run("apply", desk.plan)
        #expect(printed.status == .personNeeded)
        #expect(notes(desk).suffix(3).sorted() == ["one undo back", "three undo back", "two undo fail"])
        #expect(printed.messages.contains("'two' failed: './note.sh fail' ended with 1"))
    }

    @Test func `a program that is missing is found before anything is done`() async throws {
        let desk = try desk("  - run: { id: dns, command: [./note.sh], undo: [./gone.sh] }\n")
        let printed = await console.run("apply", desk.plan)
        #expect(printed.status == .invalid)
        #expect(
            desk.without(printed.messages).hasPrefix(
                "error[run-not-started]: step 'dns' could not run: 'gone.sh' is not a program that planrun may run"))
        #expect(notes(desk) == [])
        #expect(desk.bytes("plan.state.json") == nil)
    }

    @Test func `what earlier steps have left is there as JSON`() async throws {
        let desk = try desk(
            """
              - run: { id: first, command: [./note.sh, a] }
              - run: { command: [./copy.sh] }

            """)
        try script(desk, "copy.sh", #"cp "$PLANRUN_RESULTS" results.json"#)
        #expect(await console.run("apply", desk.plan).status == .success)
        let results = String(decoding: desk.bytes("results.json") ?? Data(), as: UTF8.self)
        #expect(results.contains(#""id":"first","summary":"'./note.sh a' ended well","verdict":"passed""#))
        #expect(results.contains(#""summary":"the target follows 10.0.0.1:6379""#))
    }

    @Test func `secrets reach neither terminal nor record`() async throws {
        let desk = try desk(
            "  - run: { command: [./leak.sh], environment: { TOKEN: { env: DNS_TOKEN } } }\n", onFailure: "never")
        try script(desk, "leak.sh", #"echo "using $TOKEN"; exit 1"#)
        var console = console
        console.environment["DNS_TOKEN"] = "hunter2-dns"
        let printed = await console.run("apply", desk.plan)
        #expect(printed.messages.contains("│ using ***"))
        let everything =
            printed.messages + printed.output
            + String(decoding: desk.bytes("plan.state.json") ?? Data(), as: UTF8.self)
        #expect(!everything.contains("hunter2"))
        #expect(everything.contains(#""output" : ["#) || everything.contains("using ***"))
    }

    @Test func `a step whose time is over is cut off, asks on resume, and goes on with the answer`() async throws {
        let desk = try desk(
            "  - run: { id: slow, command: [./slow.sh], undo: [./note.sh, back], timeout: 1s }\n", onFailure: "never")
        try script(desk, "slow.sh", "echo begun >> notes; sleep 1000")
        let late = await console.run("apply", desk.plan)
        #expect(late.status == .stopped)
        #expect(late.messages.contains("error[step-timeout]: 'slow' failed: the step was not done within 1s"))
        let asked = await console.run("resume", desk.plan)
        #expect(asked.status == .stopped)
        let said = desk.without(asked.messages).replacing(/after \d[\d.]* s/, with: "after 0 s")
        #expect(
            said == """
                waiting[run-interrupted]: 'slow' waits: './slow.sh' was cut off in the middle, and nobody can tell whether it was done
                  at plan.yaml:9:5
                  nothing was changed by this attempt
                stopped after 0 s: 'slow' waits for a person, and the servers go on with what they do
                  from       10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)
                  steps      2 of 3 done; of 5 checks 5 passed
                the servers now:
                  source 10.0.0.1:6379 is a primary with 1 replica
                  target 10.0.0.2:6380 is a replica of 10.0.0.1:6379, in sync
                  Sentinel 10.0.0.3:5000 names 10.0.0.1:6379 as the primary
                  = help: planrun resume plan.yaml --done slow    say that it was done, and go on
                  = help: planrun resume plan.yaml --again slow   run it again, and go on
                  = help: planrun rollback plan.yaml              take back 'slow', 'replicaof' and end the run

                """)
        #expect(await console.run("resume", desk.plan, "--done", "slow").status == .success)
        #expect(notes(desk).count <= 1)
    }

    @Test func `a person at the terminal is asked which it is`() async throws {
        let desk = try desk("  - run: { id: slow, command: [./slow.sh], timeout: 1s }\n", onFailure: "never")
        try script(desk, "slow.sh", "echo begun >> notes; sleep 1000")
        _ = await console.run("apply", desk.plan)
        var person = console
        person.answers = ["maybe", "done"]
        let resumed = await person.run("resume", desk.plan)
        #expect(resumed.status == .success)
        #expect(resumed.messages.contains("type 'done' or 'again', or 'no' to stop: "))
        #expect(resumed.messages.contains("that was none of the words: nothing was done"))
        #expect(notes(desk).count <= 1)
    }
}
