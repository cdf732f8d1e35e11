import Diagnostics
import PlanModel

struct RunThroughShellRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "run-through-shell", .warning, "a command is a line for a shell",
        reason: """
            A line in a plan is reviewed without the colours, the linter and the tests that a script has, and its quotes \
            are read twice, by YAML and by the shell. A pipe in it hides the failure of its first part.
            """,
        remedy: "put the line into a script beside the plan, and name that: [./hooks/NAME.sh]")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.steps(.run).flatMap { step -> [RuleFinding] in
            guard case .run(let settings) = step.step.kind else { return [] }
            let commands = [("command", settings.command), ("undo", settings.undo), ("check", settings.check)]
            return commands.compactMap { key, words in
                guard let words, isLine(words) else { return nil }
                return RuleFinding("'\(key)' of step '\(step.id)' is a line for a shell", at: step.place(of: key))
            }
        }
    }

    private static let shells: Set<Substring> = ["sh", "bash", "dash", "zsh", "ksh", "ash", "fish"]

    /// Whether a shell is given a line, as in `sh -c LINE` or `/usr/bin/env bash -ec LINE`.
    private static func isLine(_ words: [String]) -> Bool {
        guard let shell = words.firstIndex(where: { shells.contains($0.split(separator: "/").last ?? "") }) else {
            return false
        }
        let isFirst = shell == 0 || words[0].split(separator: "/").last == "env"
        return isFirst
            && words[(shell + 1)...].contains { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("c") }
    }
}
