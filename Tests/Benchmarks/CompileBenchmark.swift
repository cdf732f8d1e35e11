import CLibYAML
import Diagnostics
import Operations
import PlanGraph
import PlanModel

/// Reads and compiles a plan of 10,000 steps. The floor is libyaml, which reads the same text while its events are
/// ignored.
struct CompileBenchmark: Benchmark {
    static let name = "compile"
    static let summary = "read and compile 10,000 steps, against libyaml's bare events; and against 1,000 steps"

    func measure() async throws -> [Report.Result] {
        let large = try medians(steps: 10_000)
        let small = try medians(steps: 1_000)
        return [
            Report.Result("10,000 steps", large.measured, against: "libyaml's events", large.floor),
            Report.Result("1,000 steps", small.measured, against: "libyaml's events", small.floor),
            Report.Result("10,000 steps", large.measured, against: "1,000 steps (10 is linear)", small.measured),
        ]
    }

    private func medians(steps: Int) throws -> Medians {
        let file = SourceFile(path: "plan.yaml", text: Self.plan(steps: steps))
        return try Medians(of: 11) {
            try time {
                let reading = Plan.read(file, checks: PreflightCatalogue.declarations)
                guard let plan = reading.plan else {
                    throw Child.Failure(what: reading.diagnostics.first?.message ?? "no plan")
                }
                let graph = CompiledPlan(plan).graph
                guard graph.nodes.count >= steps else { throw Child.Failure(what: "\(graph.nodes.count) nodes") }
            }
        } floor: {
            try time { try Self.parse(file.text) }
        }
    }

    /// A plan of approvals, every tenth of which needs two earlier steps.
    private static func plan(steps: Int) -> String {
        var text = """
            version: 1
            name: large
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: valkey }
            steps:

            """
        for step in 0..<steps {
            text += "  - approval: Go on with step \(step)?\n    id: step-\(step)\n"
            if step >= 2, step.isMultiple(of: 10) { text += "    needs: [step-\(step - 1), step-\(step - 2)]\n" }
        }
        return text
    }

    private static func parse(_ text: String) throws {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { throw Child.Failure(what: "no memory for libyaml") }
        defer { yaml_parser_delete(&parser) }
        try Array(text.utf8).withUnsafeBufferPointer { bytes in
            yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
            while true {
                var event = yaml_event_t()
                guard yaml_parser_parse(&parser, &event) == 1 else {
                    throw Child.Failure(what: "libyaml refuses the text")
                }
                defer { yaml_event_delete(&event) }
                if event.type == YAML_STREAM_END_EVENT { return }
            }
        }
    }
}
