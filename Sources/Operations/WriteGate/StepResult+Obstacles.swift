import Execution

extension StepResult {
    /// The same result with the obstacles that keep the target from taking writes. Their remedies come first, since
    /// applications wait for them.
    func warned(of obstacles: [Finding]) -> StepResult {
        guard !obstacles.isEmpty else { return self }
        let all = Finding.combined(obstacles, passed: "")
        return StepResult(
            "\(summary); but \(all.saw)", verdict: .warned, help: all.remedy + help, facts: facts, memo: memo)
    }
}
