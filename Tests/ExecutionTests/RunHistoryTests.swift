import FoundationEssentials
import PlanGraph
import Testing

@testable import Execution

struct RunHistoryTests {
    private static let graph = StepGraph([
        ("look", .check, []), ("follow", .effect, ["look"]), ("cut", .pointOfNoReturn, ["follow"]),
    ])

    /// A run that has come to the cutover.
    private static func run(_ lineage: String, plan: String = "version: 1\n", after earlier: RunState? = nil)
        -> RunState
    {
        var state = RunState(
            planPath: "plans/prod.yaml", planName: "prod", plan: plan, graph: graph, lineage: lineage,
            now: Timestamp(millisecondsSince1970: 1_767_225_600_000), history: earlier?.asHistory(in: graph))
        state.begin(.forward, by: RunHolder(pid: 1, host: "db1", since: state.startedAt, user: "ops", planrun: "1"))
        for position in 0...1 {
            state.start(position, role: .effect, at: state.startedAt)
            state.intend(position, undo: .string("as it was"))
            state.succeed(position, StepResult("well"), at: state.startedAt)
        }
        return state
    }

    /// The last of so many runs.
    private static func last(of count: Int, plan: (Int) -> String) -> RunState {
        (2...count).reduce(run("1", plan: plan(1))) { run("\($1)", plan: plan($1), after: $0) }
    }

    private func reread(_ state: RunState) throws -> RunState {
        try StateDocument(path: "run.state.json", bytes: StateDocument.encode(state)).state()
    }

    @Test func `a run is kept with who carried it out, where it ended and what it measured`() throws {
        var state = Self.run("1")
        state.start(2, role: .effect, at: state.startedAt)
        state.intend(2, undo: nil)
        state.succeed(2, StepResult("well", facts: ["writeGapSeconds": .double(0.25)]), at: state.startedAt)
        state.undo(2, StepResult("back", facts: ["writeGapSeconds": .double(0.5)]), at: state.startedAt)
        state.fail(0, .broken, at: state.startedAt)
        state.end(.failed("look"), .forward)
        state.end(.succeeded, .back)
        let kept = try #require(state.asHistory(in: Self.graph)?.runs.last)
        #expect(kept.status == .rolledBack)
        #expect(kept.carriedOutBy?.map(\.user) == ["ops"])
        #expect(kept.halt == .init(at: "look", why: .broken))
        #expect(kept.lastNode == "cut")
        #expect((kept.writeGapSeconds, kept.writeGapBackSeconds) == (0.25, 0.5))
        #expect(kept.plan == "version: 1\n")
        #expect(kept.nodes.map(\.id) == ["look", "follow", "cut"])
    }

    @Test func `a run that goes on forgets where it came to a halt`() {
        var state = Self.run("1")
        state.pause(0, .broken)
        state.end(.paused("look"), .forward)
        #expect(state.halt?.at == "look")
        state.begin(.back, by: nil)
        #expect(state.halt?.at == "look")
        state.begin(.forward, by: nil)
        #expect(state.halt == nil)
    }

    @Test func `of those who carried it out the first one and the last ones are kept`() {
        var state = Self.run("1")
        let holders = (1...40).map { RunHolder(pid: $0, host: "db1", since: state.startedAt) }
        for holder in holders + [holders[39]] { state.note(holder) }
        #expect(state.carriedOutBy?.count == 20)
        #expect(state.carriedOutBy?.first?.user == "ops")
        #expect(state.carriedOutBy?.last == holders[39])
    }

    @Test func `a text that several runs share stands in the record once, and all have it after reading`() throws {
        let texts = ["a", "b"].map { "# \($0) " + String(repeating: "x", count: 2_000) }
        let state = Self.last(of: 12) { texts[$0 % 2] }
        let written = String(decoding: StateDocument.encode(state), as: UTF8.self)
        // The text of the run itself stands beside them.
        #expect(written.ranges(of: texts[1]).count == 1 && written.ranges(of: texts[0]).count == 2)
        #expect(try reread(state) == state)
        #expect(try reread(state).history?.runs.map(\.plan) == (1...11).map { texts[$0 % 2] })
    }

    @Test func `fifty runs are kept, three of them with their steps`() throws {
        let state = Self.last(of: 80) { _ in "version: 1\n" }
        let runs = try #require(try reread(state).history?.runs)
        #expect(runs.map(\.lineage) == (30...79).map { "\($0)" })
        #expect(runs.map { !$0.nodes.isEmpty } == Array(repeating: false, count: 47) + [true, true, true])
        #expect(runs.allSatisfy { $0.plan == "version: 1\n" })
    }

    @Test func `where there is no room for every text, the older runs lose theirs and stay`() throws {
        let state = Self.last(of: 60) { "# \($0)\n" + String(repeating: "\n", count: 5_000) }
        let runs = try #require(try reread(state).history?.runs)
        #expect(runs.count == 50)
        #expect(runs.last?.plan == "# 59\n" + String(repeating: "\n", count: 5_000))
        #expect(runs.first?.plan == nil)
        #expect(StateDocument.json(of: ["history": state.history]).count < 140 << 10)
    }

    @Test func `the newest of the earlier runs is kept whole, however large it is`() throws {
        let large = String(repeating: "#", count: 300 << 10)
        let state = Self.last(of: 5) { $0 == 4 ? large : "# \($0)" }
        #expect(try reread(state).history?.runs.map(\.plan) == [nil, nil, nil, large])
    }

    /// As planrun has written it until there was more to keep of an earlier run.
    @Test func `the record of an older planrun is read, and its runs are kept`() throws {
        let older = """
            {
              "format" : 1,
              "history" : [
                {
                  "lineage" : "one",
                  "nodes" : [
                    { "attempts" : 1, "id" : "follow", "status" : "undone" }
                  ],
                  "plan" : "version: 1",
                  "startedAt" : "2026-03-01T09:30:00.000Z",
                  "status" : "rolled-back",
                  "updatedAt" : "2026-03-01T09:31:00.000Z"
                }
              ],
              "lineage" : "two",
              "nodes" : [
                { "attempts" : 1, "id" : "look", "status" : "succeeded" },
                { "attempts" : 1, "id" : "follow", "status" : "started", "undo" : { "wasEmpty" : true } },
                { "attempts" : 0, "id" : "cut", "status" : "pending" }
              ],
              "plan" : "version: 1",
              "planName" : "prod",
              "planPath" : "plans/prod.yaml",
              "serial" : 7,
              "startedAt" : "2026-03-01T10:30:00.000Z",
              "status" : "abandoned",
              "updatedAt" : "2026-03-01T10:31:00.000Z"
            }
            """
        let state = try StateDocument(path: "run.state.json", bytes: [UInt8](older.utf8)).state()
        let runs = try #require(state.asHistory(in: Self.graph)?.runs)
        #expect(runs.map(\.lineage) == ["one", "two"])
        #expect(runs.map(\.status) == [.rolledBack, .abandoned])
        #expect(runs.map(\.plan) == ["version: 1", "version: 1"])
        #expect(runs.map(\.carriedOutBy) == [nil, nil])
        #expect(runs[1].lastNode == "follow")
        #expect(runs[0].nodes.map(\.id) == ["follow"])
    }

    @Test func `what an older planrun has dropped of a shared text is missing, and nothing else`() throws {
        let state = Self.last(of: 4) { _ in "version: 1\n" }
        let text = String(decoding: StateDocument.encode(state), as: UTF8.self)
            .replacing(/\n *"planOf" : "1",/, with: "")
        let runs = try #require(StateDocument(path: "run.state.json", bytes: [UInt8](text.utf8)).state().history?.runs)
        #expect(runs.map(\.plan) == ["version: 1\n", nil, nil])
    }
}
