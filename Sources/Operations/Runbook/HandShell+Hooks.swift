import Escaping
import PlanModel

extension HandShell {
    /// A command of a `run` step as planrun would start it.
    func line(_ words: [String], _ phase: HookCall.Phase, of step: Step, _ hook: RunStep, in plan: Plan) -> Line {
        let own = [
            "PLANRUN_STEP=\(step.id)", "PLANRUN_PHASE=\(phase.rawValue)",
            "PLANRUN_SOURCE=\("\(plan.source.endpoint)".shellWord)",
            "PLANRUN_TARGET=\("\(plan.target.endpoint)".shellWord)",
        ]
        let given = hook.environment.sorted { $0.key < $1.key }.map { name, value in
            switch value {
            case .text(let text): "\(name)=\(text.shellWord)"
            case .secret(let reference): "\(name)=\"\(secret(reference))\""
            }
        }
        let folder = plan.resolve(".")
        // In another folder, a path from the folder of the plan would lead elsewhere.
        let isMoved = hook.directory != nil && words[0].contains("/") && !words[0].hasPrefix("/")
        let program = isMoved ? "\"$PWD\"/\(words[0].shellWord)" : words[0].shellWord
        let place = hook.directory.map { "-C \($0.shellWord) " } ?? ""
        let command = ([program] + words.dropFirst().map(\.shellWord)).joined(separator: " ")
        return Line(
            shell:
                "(cd \(folder.shellWord) && env \(place)\((own + given).joined(separator: " ")) \(command)) && echo done",
            comment: "it ended well")
    }
}
