import Execution

extension StepResult {
    /// This result as a warning that names the obstacles that keep the target from accepting writes. Their remedies
    /// come first, because applications wait for them.
    func warned(of obstacles: [Finding]) -> StepResult {
        guard !obstacles.isEmpty else { return self }
        let all = Finding.combined(obstacles, passed: "")
        return StepResult(
            "\(summary); but \(all.saw)", verdict: .warned, help: all.remedy + help, facts: facts, memo: memo)
    }
}
