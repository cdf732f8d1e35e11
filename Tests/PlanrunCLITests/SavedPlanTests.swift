import FoundationEssentials
import Testing

@testable import PlanrunCLI

/// `plan --out`, `show`, and `apply` of what was saved.
struct SavedPlanTests {
    private let desk: Desk
    private let migration = Migration()
    private var console: Console { Console(servers: migration.servers) }
    private var file: String { desk.path("saved.json") }

    init() throws { desk = try Desk() }

    private func save() async throws -> SavedPlan {
        let printed = await console.run("plan", desk.plan, "--out", file)
        #expect(printed.status == .success, "\(printed.messages)")
        return try #require(try console.context().savedPlan(at: file))
    }

    /// Changes the text of the saved plan in place, and leaves its digest as it was.
    private func edit(_ old: String, _ new: String) throws {
        let text = String(decoding: try #require(desk.bytes("saved.json")), as: UTF8.self)
        #expect(text.contains(old))
        try desk.write(text.replacing(old, with: new), to: "saved.json")
    }

    private func expectRefusal(
        _ code: SavedPlanFailure, _ status: PlanrunCLI.ExitStatus = .invalid, saying text: String = "",
        _ arguments: String...
    ) async {
        let printed = await console.run(["apply", file, "--auto-approve"] + arguments)
        #expect(printed.status == status)
        #expect(printed.messages.contains("error[\(code.rawValue)]: "), "\(printed.messages)")
        #expect(printed.messages.contains(text), "\(printed.messages)")
        #expect(desk.bytes("plan.state.json") == nil)
        #expect(!migration.now.targetFollows)
    }

    @Test func `a saved plan is carried out, and its record is that of the plan`() async throws {
        let saved = try await save()
        let printed = await console.run("apply", file, "--approve", "approval@\(saved.digest)")
        #expect(printed.status == .success, "\(printed.messages)")
        #expect(migration.now.targetFollows)
        #expect(desk.bytes("plan.state.json") != nil)
        #expect(await console.run("plan", desk.plan, "--detailed-exitcode").status == .success)
    }

    @Test func `it shows what 'plan' showed, without asking a server`() async throws {
        let saved = try await save()
        let planned = await console.run("plan", desk.plan)
        let shown = await Console().run("show", file)
        #expect(shown.status == .success)
        #expect(shown.output.hasPrefix(planned.output))
        #expect(shown.output.contains("by planrun 0.1.0; \(saved.digest)\n"))
        #expect(await Console().run("show", file, "--format", "json").output.contains("\"steps\""))
        let other = await Console().run("show", desk.plan)
        #expect(other.status == .invalid)
        #expect(other.messages.contains("error[not-a-saved-plan]"))
    }

    @Test func `the same plan and servers have the same content, and another time another digest`() async throws {
        let first = try await save()
        let second = try await save()
        #expect(first.snapshot == second.snapshot)
        #expect(first.isNamed(by: String(first.digest.prefix(7 + 12))))
        #expect(!first.isNamed(by: String(first.digest.prefix(7 + 11))))
        #expect(first.digest != second.digest || first.madeAt == second.madeAt)
    }

    @Test func `no secret is in it`() async throws {
        let plan = Migration.plan.replacing(
            "engine: redis }\ntarget", with: "engine: redis, password: { env: SOURCE_PASSWORD } }\ntarget")
        try desk.write(plan, to: "plan.yaml")
        var console = console
        console.environment = ["SOURCE_PASSWORD": "correct-horse"]
        #expect(await console.run("plan", desk.plan, "--out", file).status == .success)
        let text = String(decoding: try #require(desk.bytes("saved.json")), as: UTF8.self)
        #expect(text.contains("SOURCE_PASSWORD") && !text.contains("correct-horse"))
    }

    @Test func `it is refused once the plan file says something else`() async throws {
        _ = try await save()
        try desk.write(Migration.plan.replacing("Go on?", with: "Again?"), to: "plan.yaml")
        await expectRefusal(.planChanged, saying: "step 'approval' changed")
        try desk.write("# a comment\n" + Migration.plan, to: "plan.yaml")
        await expectRefusal(.planChanged, saying: "only in its name, its description, comments or layout")
    }

    @Test func `it is refused once the servers are not as they were`() async throws {
        _ = try await save()
        migration.change { $0.targetKeys = 3 }
        await expectRefusal(
            .worldChanged, .failure, saying: "target 10.0.0.2:6380: data was no keys, and is keys now")
        migration.change { $0.targetKeys = 0 }
        migration.change { $0.primaryHost = "10.0.0.9" }
        await expectRefusal(
            .worldChanged, .failure,
            saying: "Sentinel 10.0.0.3:5000: primary was 10.0.0.1:6379, and is 10.0.0.9:6379 now")
    }

    @Test func `it is refused once it is too old, and by an older or newer planrun`() async throws {
        _ = try await save()
        await expectRefusal(.tooOld, saying: "longer ago than the 0s of '--max-age'", "--max-age", "0s")
        try edit("\"planrun\" : \"0.1.0\"", "\"planrun\" : \"0.2.7\"")
        await expectRefusal(.otherVersion, saying: "planrun 0.2.7 saved")
    }

    @Test func `it is refused once somebody has edited it`() async throws {
        _ = try await save()
        try edit("\"isLive\" : true", "\"isLive\" : false")
        await expectRefusal(.damaged)
    }

    @Test func `an approval that names another plan is refused`() async throws {
        let saved = try await save()
        let other = "approval@sha256:" + String(repeating: "0", count: 64)
        await expectRefusal(.otherApproval, saying: "and this is \(saved.digest)", "--approve", other)
        let printed = await console.run("apply", desk.plan, "--approve", other)
        #expect(printed.status == .invalid)
        #expect(printed.messages.contains("error[approval-of-another-plan]"))
    }

    @Test func `a plan that would stop, or has begun, is not saved`() async throws {
        migration.change { $0.targetKeys = 3 }
        let printed = await console.run("plan", desk.plan, "--out", file)
        #expect(printed.status == .failure)
        #expect(printed.messages.contains("error[plan-not-saved]"))
        #expect(desk.bytes("saved.json") == nil)
        migration.change { $0.targetKeys = 0 }
        #expect(await console.run("apply", desk.plan).status == .stopped)
        let begun = await console.run("plan", desk.plan, "--out", file)
        #expect(begun.status == .failure)
        #expect(begun.messages.contains("'resume' goes on with that"))
        #expect(await console.run("plan", desk.plan, "--out", file, "--offline").status == .invalid)
        #expect(await console.run("plan", desk.plan, "--out", "/nowhere/saved.json").status == .failure)
    }

    @Test func `in the middle of a run, a plan shows what is left`() async throws {
        #expect(await console.run("apply", desk.plan).status == .stopped)
        let printed = await console.run("plan", desk.plan, "--detailed-exitcode")
        #expect(printed.status == .success, "nothing is left that changes a server")
        #expect(printed.output.contains("1. preflight: done: "))
        #expect(printed.output.contains("2. replicaof: done: "))
        #expect(printed.output.contains("3. approval: asks: Go on?"))
        #expect(printed.output.contains("\n2 of 3 steps done by the run that began at "))
        try desk.write(Migration.plan.replacing("Go on?", with: "Again?"), to: "plan.yaml")
        let changed = await console.run("plan", desk.plan)
        #expect(changed.output.hasSuffix("  the plan has changed since: step 'approval' changed\n"))
    }

    @Test func `with --detailed-exitcode an invalid plan is an error, and changes are 2`() async throws {
        #expect(await console.run("plan", desk.plan, "--detailed-exitcode").status == .changes)
        try desk.write("version: 1", to: "plan.yaml")
        #expect(await console.run("plan", desk.plan, "--detailed-exitcode").status == .failure)
        #expect(await console.run("plan", desk.plan).status == .invalid)
    }
}
