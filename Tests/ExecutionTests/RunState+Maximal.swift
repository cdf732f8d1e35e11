import PlanGraph

@testable import Execution

extension RunState {
    /// A state that contains every key, and every kind of value.
    static var maximal: RunState {
        let graph = StepGraph([("look", .check, []), ("follow", .effect, []), ("cut", .pointOfNoReturn, [])])
        let first = filled(RunState(for: graph))
        func next(_ lineage: String, after earlier: RunState) -> RunState {
            filled(
                RunState(
                    planPath: "plans/prod.yaml", planName: "prod", plan: "version: 1", graph: graph, lineage: lineage,
                    now: earlier.startedAt, history: earlier.asHistory(in: graph)))
        }
        return next("next", after: next("second", after: first))
    }

    private static func filled(_ run: RunState) -> RunState {
        var state = run
        let later = Timestamp(millisecondsSince1970: state.startedAt.millisecondsSince1970 + 61_234)
        for position in state.nodes.indices {
            state.start(position, role: .effect, at: state.startedAt)
            state.intend(
                position,
                undo: .object([
                    "null": .null, "bool": .bool(true), "int": .int(.max), "double": .double(0.5),
                    "string": .string("a \"quoted\" / line\n\u{1B} ü 🦆"), "array": .array([.int(1), .array([])]),
                    "object": .object(["empty": .object([:])]),
                ]))
            state.succeed(
                position,
                StepResult(
                    "well", verdict: .warned, help: ["look"], facts: ["writeGapSeconds": .int(7)], memo: .int(8)),
                at: later)
            state.nodes[position].undoResult = StepResult(
                "taken back", verdict: .warned, help: ["look"], facts: ["writeGapSeconds": .double(0.3)], memo: .int(9))
            state.note(position, mark: .object(["cursor": .string("17")]))
            state.nodes[position].curves = Dictionary(
                uniqueKeysWithValues: Figure.plotted.map { figure in
                    var curve = Curve(begin: state.startedAt)
                    for value in [12.0, 30, 7] { curve.receive(value, at: value > 10 ? state.startedAt : later) }
                    return (figure, curve)
                })
            state.fail(
                position,
                StepFailure(
                    code: FailureCode(word: "broken"), what: "it broke", wanted: "whole", place: ["target"],
                    world: ["all is well"], help: ["again"],
                    isTransient: true, isPause: true),
                at: later)
        }
        state.note(RunHolder(pid: 4711, host: "db1", since: state.startedAt, user: "ops", planrun: "0.1.0"))
        state.end(.failed("look"), .forward)
        state.leftovers = [Leftover("target 10.0.0.2:6379", "it follows", commands: ["redis-cli REPLICAOF NO ONE"])]
        state.added = AddedStep(kind: "decommission", settings: ["resting": "fenced"])
        state.updatedAt = later
        state.follow("version: 1 # new")
        return state
    }
}
